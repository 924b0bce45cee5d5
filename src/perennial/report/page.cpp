#include "perennial/report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/text.h"

namespace perennial::report {
namespace {

constexpr std::size_t kLongestText =
    160;  // characters; a name of a megabyte must not fill the page
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// The chart's own numbers, folded away below it: for screen readers, and for who wants to copy them.
std::string numbers_table(const Page& page, const Figure& figure, const Chart& chart) {
  std::vector<Table::Column> columns = {{chart.category_title, Table::Kind::kText}};
  for (const Series& series : chart.series) columns.push_back({series.name});
  Table table(figure.subtitle, columns);
  for (std::size_t i = 0; i < chart.categories.size(); ++i) {
    std::vector<std::string> cells = {safe(chart.categories[i])};
    for (const Series& series : chart.series) {
      std::string cell = i < series.values.size() ? unit_text(page, chart.unit, series.values[i])
                                                  : std::string(kDash);
      const auto interval = i < series.intervals.size() ? series.intervals[i] : std::nullopt;
      if (interval) {
        cell += fmt::format(" ({}{}{})", unit_text(page, chart.unit, interval->low), kDash,
                            unit_text(page, chart.unit, interval->high));
      }
      cells.push_back(safe(cell));
    }
    table.row(cells);
  }
  return fmt::format("<details class=\"numbers\"><summary>{}</summary>{}</details>\n",
                     safe(page.texts("chart.numbers")), table.html());
}

std::string class_of(Table::Kind kind) {
  switch (kind) {
    case Table::Kind::kNumber:
      return " class=\"n\"";
    case Table::Kind::kBar:
      return " class=\"n b\"";
    case Table::Kind::kText:
      return "";
    case Table::Kind::kProse:
      return " class=\"prose\"";
  }
  return "";
}

}  // namespace

std::string safe(std::string_view text) {
  std::string kept;
  for (const char c : to_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\n' || byte == '\t' || byte == '\r') {
      kept += ' ';
    } else if (byte < 0x20 || byte == 0x7F) {
      kept += kReplacement;
    } else {
      kept += c;
    }
  }
  return escape_html(kept);
}

std::string brief(std::string_view text) {
  std::string valid = to_utf8(text);
  std::size_t characters = 0;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(valid[i]) & 0xC0) != 0x80;
    if (starts && ++characters > kLongestText) return valid.substr(0, i) + std::string(kEllipsis);
  }
  return valid;
}

Table::Table(std::string caption, std::vector<Column> columns)
    : caption_(std::move(caption)), columns_(std::move(columns)) {}

void Table::row(const std::vector<std::string>& cells_html, std::string_view row_class) {
  CHECK(cells_html.size() == columns_.size());
  body_html_ += row_class.empty() ? "<tr>" : fmt::format("<tr class=\"{}\">", row_class);
  for (std::size_t i = 0; i < cells_html.size(); ++i) {
    const std::string kind = class_of(columns_[i].kind);
    body_html_ += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", kind, cells_html[i])
                         : fmt::format("<td{}>{}</td>", kind, cells_html[i]);
  }
  body_html_ += "</tr>\n";
  ++rows_;
}

std::string Table::html() const {
  std::string head_html;
  for (const Column& column : columns_) {
    head_html +=
        fmt::format("<th scope=\"col\"{}>{}</th>", class_of(column.kind), safe(column.title));
  }
  return fmt::format(
      "<div class=\"scroll\" "
      "tabindex=\"0\"><table><caption>{0}</caption><thead><tr>{1}</tr></thead>\n"
      "<tbody>{2}</tbody></table></div>\n",
      safe(caption_), head_html, body_html_);
}

std::string figure(Page& page, Figure figure) {
  std::string html =
      fmt::format("<figure id=\"{}\"><figcaption><h3>{}</h3><p>{}</p></figcaption>\n", figure.id,
                  safe(figure.headline), safe(figure.subtitle));
  if (figure.chart) {
    const std::string plot_id = figure.id + "-plot";
    html += fmt::format(
        "<div class=\"plot\" id=\"{}\" style=\"height:{}px\" role=\"img\" "
        "aria-label=\"{}\"></div>\n",
        plot_id, figure.chart->height, safe(figure.headline + ". " + figure.subtitle));
    html += numbers_table(page, figure, *figure.chart);
    page.charts.emplace_back(plot_id, std::move(*figure.chart));
  }
  html += figure.body_html;
  if (!figure.note.empty()) html += fmt::format("<p class=\"note\">{}</p>\n", safe(figure.note));
  return html + "</figure>\n";
}

std::string join(const Page& page, const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return first + (page.numbers.language() == Language::kChinese ? "" : " ") + second;
}

std::string absence_text(const Page& page, std::string_view what, Absence reason) {
  const char* key = "absent.not_computed";
  switch (reason) {
    case Absence::kNotComputed:
      break;
    case Absence::kNoCustomers:
      key = "absent.no_customers";
      break;
    case Absence::kNoBuyers:
      key = "absent.no_buyers";
      break;
    case Absence::kTooFewBuyers:
      key = "absent.too_few_buyers";
      break;
    case Absence::kNoRepeatPurchases:
      key = "absent.no_repeat_purchases";
      break;
    case Absence::kTooShortHistory:
      key = "absent.too_short_history";
      break;
    case Absence::kNoHoldout:
      key = "absent.no_holdout";
      break;
    case Absence::kNoBrowsing:
      key = "absent.no_browsing";
      break;
    case Absence::kNoItems:
      key = "absent.no_items";
      break;
    case Absence::kNoAmounts:
      key = "absent.no_amounts";
      break;
    case Absence::kNoneFound:
      key = "absent.none_found";
      break;
  }
  return page.texts(
      "absent", {{"what", page.texts("what." + std::string(what))}, {"reason", page.texts(key)}});
}

std::string absent(const Page& page, std::string_view what, Absence reason) {
  return fmt::format("<p class=\"absent\">{}</p>\n", safe(absence_text(page, what, reason)));
}

std::string two_columns(const std::string& left_html, const std::string& right_html) {
  return fmt::format("<div class=\"pair\">{}{}</div>\n", left_html, right_html);
}

std::string with_range(const std::string& value, const std::string& range) {
  if (range.empty()) return safe(value);
  return fmt::format("{}<small class=\"range\">{}</small>", safe(value), safe(range));
}

std::string note_on_intervals(const Page& page, const std::optional<Interval>& shown) {
  if (!shown) return "";
  return page.texts("note.small_print", {{"level", page.numbers.percent(shown->level)}});
}

std::string bar_cell(const std::string& value, double share, const std::string& range) {
  const double width = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 100 : 0;
  return fmt::format("<span class=\"bar\" style=\"--width:{:.1f}%\">{}</span>", width,
                     with_range(value, range));
}

std::string unit_text(const Page& page, Unit unit, double value) {
  switch (unit) {
    case Unit::kCount:
      return page.numbers.count(value);
    case Unit::kMoney:
      return page.numbers.money(value);
    case Unit::kPercent:
      return page.numbers.percent(value);
    case Unit::kDecimal:
      return page.numbers.significant(value);
  }
  return "";
}

std::string horizon(const Page& page) {
  const int days = page.data.method.horizon_days;
  if (days == 365 || days == 366) return page.texts("horizon.year");
  const int weeks = days / 7;
  if (days == 7 * weeks) {
    return page.texts.plural("horizon.weeks", weeks, {{"n", page.numbers.count(weeks)}});
  }
  return page.texts.plural("horizon.days", days, {{"n", page.numbers.count(days)}});
}

std::string money_unit(const Page& page) {
  const std::string name = page.numbers.currency_name();
  return name.empty() ? page.texts("unit.amount") : name;
}

}  // namespace perennial::report
