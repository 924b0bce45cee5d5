// Cohorts by month of first purchase: who comes back, and what a customer has brought so far.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

constexpr std::size_t kMostCohorts = 24;
constexpr int kMostPeriods = 24;
constexpr int kManyPeriods = 16;  // from here on paper needs smaller print

struct Cohort {
  Day month;
  std::int64_t customers = 0;
  int observed = 0;                        // the last period that has begun by the as-of day
  bool unfinished = false;                 // that period is not over
  std::vector<double> retention, revenue;  // per period 0..observed; revenue per customer
};

Day add_months(Day month, int n) {
  const CivilDate date = to_civil(month);
  const int months = date.year * 12 + date.month - 1 + n;
  return to_day({months / 12, months % 12 + 1, 1});
}

int months_between(Day from, Day to) {
  const CivilDate a = to_civil(from);
  const CivilDate b = to_civil(to);
  return (b.year - a.year) * 12 + b.month - a.month;
}

std::vector<Cohort> collect(const Page& page, const std::vector<CohortMonth>& rows) {
  std::map<Day, Cohort> cohorts;
  for (const CohortMonth& row : rows) {
    Cohort& cohort = cohorts[row.cohort];
    if (cohort.retention.empty()) {
      cohort.month = row.cohort;
      cohort.customers = row.customers;
      cohort.observed = std::max(months_between(row.cohort, page.data.as_of), 0);
      cohort.unfinished =
          next_month_start(add_months(row.cohort, cohort.observed)) > page.data.as_of + 1;
      const auto periods = static_cast<std::size_t>(cohort.observed) + 1;
      cohort.retention.assign(periods, 0);
      cohort.revenue.assign(periods, std::numeric_limits<double>::quiet_NaN());
    }
    if (row.period < 0 || row.period > cohort.observed || row.customers <= 0) continue;
    const auto period = static_cast<std::size_t>(row.period);
    const auto customers = static_cast<double>(row.customers);
    cohort.retention[period] = static_cast<double>(row.active) / customers;
    cohort.revenue[period] = row.cumulative_revenue / customers;
  }
  std::vector<Cohort> out;
  for (auto& [month, cohort] : cohorts) {
    double so_far = 0;  // a month without a purchase adds nothing
    for (double& revenue : cohort.revenue)
      so_far = revenue = std::isnan(revenue) ? so_far : revenue;
    out.push_back(std::move(cohort));
  }
  if (out.size() > kMostCohorts) {
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(kMostCohorts));
  }
  return out;
}

using Values = std::vector<double> Cohort::*;

// Mean over customers of all cohorts that have finished the period; NaN when none has.
double average(const std::vector<Cohort>& cohorts, Values values, int period) {
  double sum = 0;
  double customers = 0;
  for (const Cohort& cohort : cohorts) {
    if (period > cohort.observed || (period == cohort.observed && cohort.unfinished)) continue;
    const auto n = static_cast<double>(cohort.customers);
    sum += n * (cohort.*values)[static_cast<std::size_t>(period)];
    customers += n;
  }
  return customers > 0 ? sum / customers : std::numeric_limits<double>::quiet_NaN();
}

std::string heat_cell(const std::string& text, double share, bool unfinished) {
  const char* kind =
      unfinished ? (share > 0.75 ? "strong open" : "open") : (share > 0.75 ? "strong" : "");
  return fmt::format("<td style=\"--heat:{:.0f}%\" class=\"{}\">{}</td>",
                     4 + 86 * std::clamp(share, 0.0, 1.0), kind, text);
}

struct HeatMap {
  Values values;
  std::string caption;
  std::function<std::string(double)> write;
  bool skip_first;  // period 0 is 100 % by definition and would drown the rest
};

// Colour from a bit below the smallest to the largest finished value: figures that lie close still differ to the eye,
// and the palest colour is not mistaken for zero.
struct Scale {
  double base = 0, most = 0;
  double operator()(double value) const { return most > base ? (value - base) / (most - base) : 0; }
};

Scale scale_of(const std::vector<Cohort>& cohorts, const HeatMap& map) {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const Cohort& cohort : cohorts) {
    const int end = cohort.observed - (cohort.unfinished ? 1 : 0);
    for (int p = map.skip_first ? 1 : 0; p <= std::min(end, kMostPeriods); ++p) {
      least = std::min(least, (cohort.*map.values)[static_cast<std::size_t>(p)]);
      most = std::max(most, (cohort.*map.values)[static_cast<std::size_t>(p)]);
    }
  }
  return {std::max(0.0, least - 0.5 * (most - least)), most};
}

std::string heat_map_html(const Page& page, const std::vector<Cohort>& cohorts,
                          const HeatMap& map) {
  int periods = 0;
  for (const Cohort& cohort : cohorts) {
    periods = std::max(periods, std::min(cohort.observed, kMostPeriods));
  }
  const Scale share = scale_of(cohorts, map);
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table "
      "class=\"heat{3}\"><caption>{0}</caption><thead><tr>"
      "<th scope=\"col\">{1}</th><th scope=\"col\" class=\"n\">{2}</th>",
      safe(map.caption), safe(page.texts("cohorts.cohort")), safe(page.texts("axis.customers")),
      periods > kManyPeriods ? " dense" : "");
  for (int p = 0; p <= periods; ++p) html += fmt::format("<th scope=\"col\">{}</th>", p);
  html += "</tr></thead><tbody>\n";
  for (const Cohort& cohort : cohorts) {
    html += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td>",
                        safe(page.numbers.short_month(cohort.month)),
                        page.numbers.count(static_cast<double>(cohort.customers)));
    for (int p = 0; p <= periods; ++p) {
      if (p > cohort.observed) {
        html += "<td></td>";
        continue;
      }
      const double value = (cohort.*map.values)[static_cast<std::size_t>(p)];
      html += p == 0 && map.skip_first ? fmt::format("<td class=\"none\">{}</td>", map.write(value))
                                       : heat_cell(map.write(value), share(value),
                                                   p == cohort.observed && cohort.unfinished);
    }
    html += "</tr>\n";
  }
  html += fmt::format("</tbody><tfoot><tr><th scope=\"row\" colspan=\"2\">{}</th>",
                      safe(page.texts("cohorts.average")));
  for (int p = 0; p <= periods; ++p) {
    const double value = average(cohorts, map.values, p);
    html += fmt::format("<td>{}</td>", std::isnan(value) ? std::string(kDash) : map.write(value));
  }
  return html + "</tr></tfoot></table></div>\n";
}

// The latest of these periods that some cohort has finished.
int told_period(const std::vector<Cohort>& cohorts) {
  for (const int period : {12, 6, 3, 2, 1}) {
    if (!std::isnan(average(cohorts, &Cohort::retention, period))) return period;
  }
  return 0;
}

}  // namespace

Section cohorts_section(Page& page) {
  Section section{.id = "cohorts", .html = "", .highlight = ""};
  const auto* rows = std::get_if<std::vector<CohortMonth>>(&page.data.cohorts);
  if (rows == nullptr || rows->empty()) {
    section.html =
        absent(page, "cohorts",
               rows == nullptr ? std::get<Absence>(page.data.cohorts) : Absence::kNoBuyers);
    return section;
  }
  const std::vector<Cohort> cohorts = collect(page, *rows);
  const int period = told_period(cohorts);
  const bool unfinished = std::any_of(cohorts.begin(), cohorts.end(),
                                      [](const Cohort& cohort) { return cohort.unfinished; });
  const std::string note =
      join(page, unfinished ? page.texts("cohorts.unfinished") : "", page.texts("cohorts.note"));
  if (period == 0) {
    section.html = absent(page, "cohorts", Absence::kTooShortHistory);
    return section;
  }
  const std::string months = page.numbers.count(period);
  const std::string kept = page.texts.plural(
      "retention.headline", period,
      {{"share", page.numbers.percent(average(cohorts, &Cohort::retention, period))},
       {"n", months}});
  const std::string earned =
      page.texts.plural("cumulative.headline", period,
                        {{"value", page.numbers.money(average(cohorts, &Cohort::revenue, period))},
                         {"first", page.numbers.money(average(cohorts, &Cohort::revenue, 0))},
                         {"n", months}});
  const std::string unit = money_unit(page);
  section.html =
      figure(page, {.id = "retention",
                    .headline = kept,
                    .subtitle = page.texts("retention.subtitle"),
                    .body_html = heat_map_html(
                        page, cohorts,
                        {&Cohort::retention, page.texts("retention.caption"),
                         [&](double x) { return page.numbers.decimal(x * 100, 0); }, true}),
                    .note = note}) +
      figure(page, {.id = "cumulative",
                    .headline = earned,
                    .subtitle = page.texts("cumulative.subtitle", {{"unit", unit}}),
                    .body_html = heat_map_html(
                        page, cohorts,
                        {&Cohort::revenue, page.texts("cumulative.caption", {{"unit", unit}}),
                         [&](double x) { return page.numbers.decimal(x, x < 10 ? 1 : 0); }, false}),
                    .note = note});
  section.highlight = kept;
  return section;
}

}  // namespace perennial::report
