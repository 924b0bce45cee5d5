// value_step.h, first half: judging.

#include <algorithm>
#include <cmath>

#include "perennial/engine/measured.h"
#include "perennial/engine/value_step.h"
#include "perennial/models/value/tracking.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;
using models::ProcessChoice;
using models::ProcessScore;

void put_metrics(report::ModelRow& row, const evaluate::ForecastReport& forecast,
                 const std::optional<evaluate::Estimate>& auc) {
  row.mae = measured(evaluate::find_metric(forecast.metrics, "mae"));
  row.rmse = measured(evaluate::find_metric(forecast.metrics, "rmse"));
  row.auc_active = measured(auc);
  // The report speaks of purchases per customer, the metric of shares.
  row.bias =
      report::Estimate{.value = forecast.mean_forecast - forecast.mean_actual, .interval = {}};
  if (const auto bias = evaluate::find_metric(forecast.metrics, "bias")) {
    row.bias->interval = report::Interval{bias->low * forecast.mean_actual,
                                          bias->high * forecast.mean_actual, kMeasuredLevel};
  }
}

bool beats(const ProcessScore& a, const ProcessScore& b) {
  return a.mean_absolute_error < b.mean_absolute_error &&
         a.root_mean_square_error < b.root_mean_square_error;
}

std::vector<report::FrequencyRow> frequency_rows(const ProcessChoice& choice, std::size_t row,
                                                 const CustomerSummaries& calibration,
                                                 std::span<const double> actual) {
  std::vector<report::FrequencyRow> rows;
  for (const models::FrequencyRow& from : choice.by_frequency) {
    if (from.customers == 0) continue;
    report::FrequencyRow to{.frequency = from.frequency,
                            .or_more = from.frequency == choice.by_frequency.back().frequency,
                            .customers = static_cast<std::int64_t>(from.customers),
                            .expected = from.expected[row],
                            .actual = from.actual,
                            .actual_interval = {}};
    double squares = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const bool in_row = to.or_more ? calibration.repeat_purchases[i] >= from.frequency
                                     : calibration.repeat_purchases[i] == from.frequency;
      if (in_row) squares += (actual[i] - from.actual) * (actual[i] - from.actual);
    }
    if (from.customers >= 2) {  // normal interval of a mean
      const double margin = 1.96 * std::sqrt(squares / (from.customers - 1) / from.customers);
      to.actual_interval = report::Interval{std::max(0.0, from.actual - margin),
                                            from.actual + margin, kMeasuredLevel};
    }
    rows.push_back(to);
  }
  return rows;
}

std::vector<report::DecileRow> decile_rows(const evaluate::ForecastReport& forecast) {
  std::vector<report::DecileRow> rows;
  for (const evaluate::Decile& decile : forecast.deciles) {
    rows.push_back({.decile = static_cast<int>(rows.size() + 1),
                    .customers = static_cast<std::int64_t>(decile.customers),
                    .expected = decile.mean_forecast,
                    .actual = decile.mean_actual,
                    .actual_active_share = {}});
  }
  return rows;
}

// Appends what row i of the choice achieved on the holdout. `active` says who bought in it.
void judge_one(JudgedValue& judged, std::size_t i, std::span<const double> purchases,
               std::span<const std::uint8_t> active, const evaluate::BootstrapOptions& bootstrap) {
  const ProcessChoice& choice = judged.choice;
  const ProcessScore& score = choice.scores[i];
  const bool is_baseline = i + 1 == choice.scores.size();
  report::ModelRow row{.id = is_baseline ? std::string(kStatusQuo) : score.id,
                       .is_baseline = is_baseline};
  row.lost_to_baseline = !is_baseline && beats(choice.scores.back(), score);
  row.log_likelihood = score.calibration_log_likelihood;
  row.holdout_log_likelihood = score.holdout_log_likelihood;
  judged.forecasts.push_back(evaluate::evaluate_forecast(choice.expected[i], purchases, bootstrap));
  std::optional<evaluate::Estimate> auc;
  if (is_baseline) {
    auc = evaluate::evaluate_auc(choice.expected[i], active, bootstrap);
  } else {
    judged.activities.push_back(
        evaluate::evaluate_probability(choice.predicted[i].p_active, active, bootstrap));
    auc = evaluate::find_metric(judged.activities.back().metrics, "auc");
  }
  put_metrics(row, judged.forecasts.back(), auc);
  judged.accuracy.models.push_back(std::move(row));
}

}  // namespace

std::optional<JudgedValue> judge_value(const CustomerSummaries& calibration,
                                       const journey::Holdout& holdout, Context& context,
                                       std::string& why) {
  if (calibration.size() == 0) {
    why = "nobody had bought before the holdout";
    return std::nullopt;
  }
  ProgressTask task(context.progress, "Judging value models");
  JudgedValue judged;
  const models::Purchases::Input input =
      purchase_histories(calibration, holdout.end - calibration.as_of, context.threads);
  try {
    judged.choice =
        models::choose_process({.calibration = input, .holdout_purchases = holdout.purchases}, {});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence)
      throw;
    why = error.what();
    return std::nullopt;
  }

  const ProcessChoice& choice = judged.choice;
  const evaluate::BootstrapOptions bootstrap = bootstrap_for(calibration.size(), context);
  std::vector<std::uint8_t> active;
  for (const double purchases : holdout.purchases) active.push_back(purchases > 0 ? 1 : 0);
  judged.accuracy = {.holdout_start = calibration.as_of + 1,
                     .holdout_end = holdout.end,
                     .customers = static_cast<std::int64_t>(calibration.size())};
  for (std::size_t i = 0; i < choice.scores.size(); ++i) {
    if (choice.scores[i].id == choice.chosen) judged.chosen_row = i;
    judge_one(judged, i, holdout.purchases, active, bootstrap);
  }
  if (judged.accuracy.models[judged.chosen_row].lost_to_baseline) {
    judged.chosen_row = choice.scores.size() - 1;
    judged.accuracy.decided_by = "mae";
  }
  judged.accuracy.models[judged.chosen_row].chosen = true;
  judged.chosen = judged.accuracy.models[judged.chosen_row].id;
  judged.relative_bias = choice.scores[judged.chosen_row].bias;
  judged.accuracy.by_frequency =
      frequency_rows(choice, judged.chosen_row, calibration, holdout.purchases);
  judged.accuracy.deciles = decile_rows(judged.forecasts[judged.chosen_row]);
  return judged;
}

report::Tracking track_repeat_purchases(store::Connection& connection,
                                        const CustomerSummaries& calibration,
                                        const ProcessChoice& choice, Day end, Threads threads) {
  // The cohort's own first day: a later return may have taken back the first purchase of all.
  const Day start = *std::ranges::min_element(calibration.first_day);
  const journey::RepeatTracking actual = journey::repeat_tracking(
      connection,
      {.cohort_end = calibration.as_of, .end = end, .unit = calibration.unit, .start = start});
  std::vector<double> first(calibration.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    first[i] = (calibration.first_day[i] - start) / static_cast<double>(calibration.unit.days);
  }
  // The status quo says nothing about whole cohorts over time: the best process stands in.
  const auto& scores = choice.scores;
  const auto process = std::find_if(scores.begin(), scores.end(), [&](const ProcessScore& score) {
    return score.id == choice.chosen;
  });
  const models::Tracking expected =
      models::track(choice.models[static_cast<std::size_t>(process - scores.begin())], first,
                    actual.incremental.size(), threads);
  report::Tracking tracking{.first_day = actual.start,
                            .period_days = calibration.unit.days,
                            .actual = actual.incremental,
                            .expected = expected.incremental,
                            .holdout_start = calibration.as_of + 1};
  if (!actual.last_complete && !tracking.actual.empty()) {
    tracking.actual.pop_back();
    tracking.expected.pop_back();
  }
  return tracking;
}

}  // namespace perennial::engine
