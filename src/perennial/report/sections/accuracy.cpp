// How good the forecast is: everything here is measured on time that the models had not seen.
#include <fmt/format.h>

#include <cmath>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

std::string calibration_html(Page& page, const std::vector<FrequencyRow>& rows) {
  if (rows.empty()) return "";
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kDecimal,
              .category_title = page.texts("calibration.axis"),
              .value_title = page.texts("calibration.axis_value")};
  Series actual{.name = page.texts("series.actual"), .tone = Tone::kQuiet};
  Series expected{.name = page.texts("series.expected"), .tone = Tone::kMain};
  double missed = 0;
  double customers = 0;
  bool with_intervals = false;
  for (const FrequencyRow& row : rows) {
    chart.categories.push_back(fmt::format("{}{}", row.frequency, row.or_more ? "+" : ""));
    actual.values.push_back(row.actual);
    actual.intervals.push_back(row.actual_interval);
    expected.values.push_back(row.expected);
    with_intervals = with_intervals || row.actual_interval;
    const auto n = static_cast<double>(row.customers);
    missed += n * std::fabs(row.expected - row.actual);
    customers += n;
  }
  if (!with_intervals) actual.intervals.clear();
  chart.series = {std::move(actual), std::move(expected)};
  return figure(page,
                {.id = "calibration",
                 .headline = page.texts(
                     "calibration.headline",
                     {{"error", page.numbers.significant(customers > 0 ? missed / customers : 0)}}),
                 .subtitle = page.texts("calibration.subtitle"),
                 .chart = std::move(chart),
                 .note = with_intervals ? page.texts("note.whiskers") : ""});
}

std::string deciles_html(Page& page, const std::vector<DecileRow>& rows) {
  if (rows.empty()) return "";
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kDecimal,
              .category_title = page.texts("deciles.axis"),
              .value_title = page.texts("calibration.axis_value")};
  Series actual{.name = page.texts("series.actual"), .tone = Tone::kQuiet};
  Series expected{.name = page.texts("series.expected"), .tone = Tone::kMain};
  double all = 0;
  double customers = 0;
  for (const DecileRow& row : rows) {
    chart.categories.push_back(fmt::format("{}", row.decile));
    actual.values.push_back(row.actual);
    expected.values.push_back(row.expected);
    all += row.actual * static_cast<double>(row.customers);
    customers += static_cast<double>(row.customers);
  }
  chart.series = {std::move(actual), std::move(expected)};
  const DecileRow& top = rows.front();
  std::string headline = page.texts("deciles.headline_none");
  if (all > 0) {
    headline = page.texts(
        "deciles.headline",
        {{"share", page.numbers.percent(top.actual * static_cast<double>(top.customers) / all)},
         {"lift", page.numbers.decimal(top.actual / (all / customers), 1)}});
  }
  std::string note;
  const auto top_share = top.actual_active_share;
  const auto bottom_share = rows.back().actual_active_share;
  if (top_share && bottom_share) {
    note = page.texts("deciles.note", {{"top", page.numbers.percent(*top_share)},
                                       {"bottom", page.numbers.percent(*bottom_share)}});
  }
  return figure(page, {.id = "deciles",
                       .headline = headline,
                       .subtitle = page.texts("deciles.subtitle"),
                       .chart = std::move(chart),
                       .note = note});
}

}  // namespace

Section accuracy_section(Page& page) {
  Section section{.id = "accuracy", .html = "", .highlight = tracking_finding(page)};
  const auto* no_tracking = std::get_if<Absence>(&page.data.tracking);
  const auto* no_accuracy = std::get_if<Absence>(&page.data.accuracy);
  if (no_tracking != nullptr && no_accuracy != nullptr && *no_tracking == *no_accuracy) {
    section.html = absent(page, "accuracy", *no_accuracy);
    return section;
  }
  const std::string tracking = tracking_html(page);
  section.html = no_tracking == nullptr ? two_columns(tracking, "") : tracking;
  if (no_accuracy != nullptr) {
    section.html += absent(page, "models", *no_accuracy);
    return section;
  }
  const auto& accuracy = std::get<Accuracy>(page.data.accuracy);
  const std::string calibration = calibration_html(page, accuracy.by_frequency);
  const std::string deciles = deciles_html(page, accuracy.deciles);
  if (!calibration.empty() || !deciles.empty()) section.html += two_columns(calibration, deciles);
  section.html += model_table_html(page, accuracy);
  if (page.data.backtest) section.html += backtest_html(page, *page.data.backtest);
  return section;
}

}  // namespace perennial::report
