// The first screen: what stands out, the key figures, the forecast, sales by month.
#include <fmt/format.h>

#include <cmath>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

std::string card(const std::string& label, const std::string& value, const std::string& detail) {
  return fmt::format(
      "<div class=\"card\"><dt>{}</dt><dd>{}</dd>{}</div>\n", safe(label), safe(value),
      detail.empty() ? "" : fmt::format("<dd class=\"detail\">{}</dd>", safe(detail)));
}

std::string facts_html(const Page& page) {
  const KeyFigures& key = page.data.key_figures;
  const NumberFormat& numbers = page.numbers;
  const auto label = [&](const char* name) { return page.texts(std::string("key.") + name); };
  std::string cards;
  cards += card(label("customers"), numbers.count(static_cast<double>(key.customers)), "");
  cards += card(label("buyers"), numbers.count(static_cast<double>(key.buyers)),
                key.customers > 0 && key.buyers < key.customers
                    ? page.texts("key.buyers_share",
                                 {{"share", numbers.percent(static_cast<double>(key.buyers) /
                                                            static_cast<double>(key.customers))}})
                    : "");
  cards += card(label("orders"), numbers.count(static_cast<double>(key.orders)), "");
  cards += card(label("revenue"), numbers.money(key.revenue), page.texts("key.revenue_detail"));
  if (key.repeat_rate) {
    cards += card(label("repeat_rate"), numbers.percent(*key.repeat_rate),
                  page.texts("key.repeat_rate_detail"));
  }
  if (key.average_order_value) {
    cards += card(label("average_order_value"), numbers.money(*key.average_order_value), "");
  }
  if (key.median_days_between_orders) {
    const double days = *key.median_days_between_orders;
    cards += card(label("median_days"),
                  page.texts.plural("unit.days", days, {{"n", numbers.count(days)}}),
                  page.texts("key.median_days_detail"));
  }
  if (key.returns_share) {
    cards += card(label("returns_share"), numbers.percent(*key.returns_share),
                  page.texts("key.returns_detail"));
  }
  return "<dl class=\"cards\">" + cards + "</dl>\n";
}

std::string forecast_html(const Page& page) {
  const KeyFigures& key = page.data.key_figures;
  const NumberFormat& numbers = page.numbers;
  std::string cards;
  if (key.predicted_value) {
    cards += card(page.texts("key.predicted_value"), numbers.money(key.predicted_value->value),
                  numbers.money_interval(*key.predicted_value));
  }
  if (key.predicted_orders) {
    cards += card(page.texts("key.predicted_orders"), numbers.count(key.predicted_orders->value),
                  numbers.count_interval(*key.predicted_orders));
  }
  if (key.active_customers) {
    cards += card(page.texts("key.active_customers"), numbers.count(key.active_customers->value),
                  numbers.count_interval(*key.active_customers));
  }
  const std::string heading = page.texts("key.forecast", {{"horizon", horizon(page)}});
  if (cards.empty()) {
    return absent(page, "forecast", key.buyers == 0 ? Absence::kNoBuyers : Absence::kTooFewBuyers);
  }
  return fmt::format("<h3 class=\"label\">{}</h3><dl class=\"cards forecast\">{}</dl>\n",
                     safe(heading), cards);
}

// The month that the as-of day cuts, as an index; nothing when the last month is complete.
std::optional<std::size_t> unfinished_month(const Page& page,
                                            const std::vector<MonthSales>& sales) {
  if (next_month_start(sales.back().month) <= page.data.as_of + 1) return std::nullopt;
  return sales.size() - 1;
}

std::string sales_html(Page& page) {
  const auto* sales = std::get_if<std::vector<MonthSales>>(&page.data.sales);
  if (sales == nullptr) return absent(page, "sales", std::get<Absence>(page.data.sales));
  if (sales->empty()) return absent(page, "sales", Absence::kNoBuyers);
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kMoney,
              .category_title = page.texts("axis.month"),
              .value_title = page.texts("sales.axis", {{"unit", money_unit(page)}}),
              .dated = true,
              .unfinished = unfinished_month(page, *sales),
              .height = 240};
  Series series{.name = page.texts("sales.series")};
  const MonthSales* best = &sales->front();
  for (const MonthSales& month : *sales) {
    chart.categories.push_back(page.numbers.short_month(month.month));
    series.values.push_back(month.revenue);
    if (month.revenue > best->revenue) best = &month;
  }
  const std::string note = chart.unfinished ? page.texts("note.unfinished_month") : "";
  chart.series.push_back(std::move(series));
  return figure(page, {.id = "sales",
                       .headline = page.texts("sales.headline",
                                              {{"month", page.numbers.month(best->month)},
                                               {"revenue", page.numbers.money(best->revenue)}}),
                       .subtitle = page.texts("sales.subtitle", {{"unit", money_unit(page)}}),
                       .chart = std::move(chart),
                       .note = note});
}

std::string highlights_html(const Page& page, std::span<const Section> others) {
  std::string items;
  for (const Section& section : others) {
    if (section.highlight.empty()) continue;
    items += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, safe(section.highlight));
  }
  if (items.empty()) return "";
  return fmt::format("<div class=\"highlights\"><h3 class=\"label\">{}</h3><ul>{}</ul></div>\n",
                     safe(page.texts("overview.highlights")), items);
}

}  // namespace

Section overview_section(Page& page, std::span<const Section> others) {
  std::string html = highlights_html(page, others);
  html +=
      fmt::format("<h3 class=\"label\">{}</h3>\n",
                  safe(page.texts("key.to_date", {{"day", page.numbers.day(page.data.as_of)}})));
  html += facts_html(page) + forecast_html(page) + sales_html(page);
  return {.id = "overview", .html = std::move(html), .highlight = ""};
}

}  // namespace perennial::report
