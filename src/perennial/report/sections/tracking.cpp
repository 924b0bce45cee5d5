// Actual and expected repeat purchases over time, with the line where the holdout begins.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

// The first period that begins on or after the holdout's first day.
std::optional<std::size_t> holdout_index(const Tracking& tracking) {
  if (!tracking.holdout_start || tracking.period_days <= 0) return std::nullopt;
  const int days = *tracking.holdout_start - tracking.first_day;
  const auto index = static_cast<std::size_t>(
      std::max(0, (days + tracking.period_days - 1) / tracking.period_days));
  if (index >= tracking.actual.size()) return std::nullopt;
  return index;
}

double sum_from(const std::vector<double>& values, std::size_t from, std::size_t to) {
  return std::accumulate(
      values.begin() + static_cast<std::ptrdiff_t>(std::min(from, values.size())),
      values.begin() + static_cast<std::ptrdiff_t>(std::min(to, values.size())), 0.0);
}

std::vector<double> cumulative(const std::vector<double>& values) {
  std::vector<double> sums(values.size());
  std::partial_sum(values.begin(), values.end(), sums.begin());
  return sums;
}

Chart line_chart(const Page& page, const Tracking& tracking, std::vector<double> actual,
                 std::vector<double> expected) {
  Chart chart{.kind = ChartKind::kLines,
              .unit = Unit::kCount,
              .category_title = page.texts("tracking.axis_period"),
              .value_title = page.texts("tracking.axis"),
              .dated = true};
  const std::size_t periods = std::max(actual.size(), expected.size());
  for (std::size_t i = 0; i < periods; ++i) {
    chart.categories.push_back(
        page.numbers.day(tracking.first_day + static_cast<int>(i) * tracking.period_days));
  }
  chart.series = {
      {.name = page.texts("series.actual"), .tone = Tone::kQuiet, .values = std::move(actual)},
      {.name = page.texts("series.expected"), .tone = Tone::kMain, .values = std::move(expected)}};
  chart.mark_at = holdout_index(tracking);
  if (chart.mark_at) chart.mark_label = page.texts("tracking.holdout");
  return chart;
}

}  // namespace

std::string tracking_finding(const Page& page) {
  const auto* tracking = std::get_if<Tracking>(&page.data.tracking);
  if (tracking == nullptr) return "";
  const std::optional<std::size_t> from = holdout_index(*tracking);
  if (!from) return "";
  const std::size_t to = tracking->actual.size();
  const double actual = sum_from(tracking->actual, *from, to);
  const double expected = sum_from(tracking->expected, *from, to);
  if (!(actual > 0) || !std::isfinite(expected)) return "";
  const double off = expected / actual - 1;
  const char* key = std::fabs(off) < 0.01 ? "tracking.finding_exact"
                    : off < 0             ? "tracking.finding_fewer"
                                          : "tracking.finding_more";
  return page.texts(key, {{"actual", page.numbers.count(actual)},
                          {"expected", page.numbers.count(expected)},
                          {"off", page.numbers.percent(std::fabs(off))}});
}

std::string tracking_html(Page& page) {
  const auto* tracking = std::get_if<Tracking>(&page.data.tracking);
  if (tracking == nullptr) return absent(page, "tracking", std::get<Absence>(page.data.tracking));
  if (tracking->actual.empty()) return absent(page, "tracking", Absence::kTooShortHistory);
  std::string finding = tracking_finding(page);
  if (finding.empty()) finding = page.texts("tracking.headline");
  const std::string length =
      tracking->period_days == 7
          ? page.texts("tracking.week")
          : page.texts.plural("tracking.days", tracking->period_days,
                              {{"n", page.numbers.count(tracking->period_days)}});
  return figure(page,
                {.id = "tracking",
                 .headline = finding,
                 .subtitle = page.texts("tracking.subtitle", {{"period", length}}),
                 .chart = line_chart(page, *tracking, tracking->actual, tracking->expected)}) +
         figure(page, {.id = "tracking-cumulative",
                       .headline = page.texts("tracking.cumulative_headline"),
                       .subtitle = page.texts("tracking.cumulative_subtitle"),
                       .chart = line_chart(page, *tracking, cumulative(tracking->actual),
                                           cumulative(tracking->expected))});
}

}  // namespace perennial::report
