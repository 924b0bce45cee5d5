// What the figures rest on: rows read and refused, and lines that count differently.
#include <fmt/format.h>

#include <algorithm>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

std::int64_t rejected_rows(const DataQuality& quality) {
  std::int64_t rows = 0;
  for (const RejectReason& reason : quality.rejects) rows += reason.rows;
  return rows;
}

double share_of(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string lines_table(const Page& page) {
  const DataQuality& quality = page.data.data_quality;
  const NumberFormat& numbers = page.numbers;
  const auto count = [&](std::int64_t n) { return numbers.count(static_cast<double>(n)); };
  const auto part = [&](std::int64_t n) {
    return n == 0 ? count(n)
                  : count(n) + " <small>" + numbers.percent(share_of(n, quality.order_lines)) +
                        "</small>";
  };
  const auto name = [&](const char* key) { return safe(page.texts(std::string("data.") + key)); };
  Table table(page.texts("data.caption"), {{page.texts("data.what"), Table::Kind::kText},
                                           {page.texts("data.amount")},
                                           {page.texts("data.meaning"), Table::Kind::kProse}});
  table.row({name("period"),
             page.data.first_day && page.data.last_day
                 ? safe(numbers.day(*page.data.first_day)) + " " + std::string(kDash) + " " +
                       safe(numbers.day(*page.data.last_day))
                 : std::string(kDash),
             name("period_meaning")});
  table.row({name("rows_read"), count(quality.rows_read), name("rows_read_meaning")});
  table.row({name("rows_known"), count(quality.rows_known), name("rows_known_meaning")});
  table.row({name("rejected"), count(rejected_rows(quality)), name("rejected_meaning")});
  table.row({name("order_lines"), count(quality.order_lines), name("order_lines_meaning")});
  table.row({name("guests"), part(quality.guest_lines),
             safe(page.texts("data.guests_meaning",
                             {{"share", numbers.percent(quality.guest_revenue_share)}}))});
  table.row(
      {name("returns"), part(quality.return_lines),
       safe(page.texts("data.returns_meaning", {{"amount", numbers.money(quality.returned)}}))});
  table.row({name("free"), part(quality.free_lines), name("free_meaning")});
  for (const OtherCurrency& other : quality.other_currencies) {
    table.row({safe(page.texts("data.currency", {{"code", brief(other.code)}})), part(other.lines),
               name("currency_meaning")});
  }
  table.row({name("events"), count(quality.events),
             name(quality.events == 0 ? "events_none" : "events_meaning")});
  return table.html();
}

std::string rejects_html(Page& page) {
  std::vector<RejectReason> rejects = page.data.data_quality.rejects;
  if (rejects.empty()) return "";
  std::stable_sort(rejects.begin(), rejects.end(),
                   [](const RejectReason& a, const RejectReason& b) { return a.rows > b.rows; });
  Table table(page.texts("data.rejects_subtitle"),
              {{page.texts("data.reason"), Table::Kind::kText},
               {page.texts("data.rows")},
               {page.texts("data.example"), Table::Kind::kProse}});
  for (const RejectReason& reject : rejects) {
    table.row({safe(brief(page.texts.name_of("reject", reject.reason))),
               page.numbers.count(static_cast<double>(reject.rows)), safe(brief(reject.example))});
  }
  const std::string first = page.texts.name_of("reject", rejects.front().reason);
  return figure(page, {.id = "rejects",
                       .headline = page.texts("data.rejects_headline", {{"reason", brief(first)}}),
                       .subtitle = page.texts("data.rejects_subtitle"),
                       .body_html = table.html()});
}

}  // namespace

Section data_section(Page& page) {
  const DataQuality& quality = page.data.data_quality;
  const std::int64_t rejected = rejected_rows(quality);
  std::string headline = page.texts("data.headline_none");
  if (quality.rows_read > 0) {
    const auto n = static_cast<double>(quality.rows_read);
    headline = page.texts.plural(
        rejected == 0 ? "data.headline_all" : "data.headline", n,
        {{"n", page.numbers.count(n)},
         {"share", page.numbers.percent(1 - share_of(rejected, quality.rows_read))}});
  }
  return {.id = "data",
          .html = figure(page, {.id = "data-lines",
                                .headline = headline,
                                .subtitle = page.texts("data.subtitle"),
                                .body_html = lines_table(page)}) +
                  rejects_html(page),
          .highlight = ""};
}

}  // namespace perennial::report
