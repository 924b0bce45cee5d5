// value_step.h, first half: judging.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/engine/measured.h"
#include "perennial/engine/value_step.h"
#include "perennial/models/value/tracking.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;
using models::ProcessChoice;
using models::ProcessScore;

struct HoldoutFacts {
  double customers = 0;
  double mean_purchases = 0;
};

// REQUIRES: `all` are by_frequency() of one model.
std::vector<report::FrequencyRow> frequency_rows(const std::vector<models::FrequencyRow>& all,
                                                 const CustomerSummaries& calibration,
                                                 std::span<const double> actual) {
  std::vector<report::FrequencyRow> rows;
  for (const models::FrequencyRow& from : all) {
    if (from.customers == 0) continue;
    report::FrequencyRow to{.frequency = from.frequency,
                            .or_more = from.frequency == all.back().frequency,
                            .customers = static_cast<std::int64_t>(from.customers),
                            .expected = from.expected[0],
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

std::vector<report::DecileRow> decile_rows(std::span<const evaluate::Decile> deciles) {
  std::vector<report::DecileRow> rows;
  for (const evaluate::Decile& decile : deciles) {
    rows.push_back({.decile = static_cast<int>(rows.size() + 1),
                    .customers = static_cast<std::int64_t>(decile.customers),
                    .expected = decile.mean_forecast,
                    .actual = decile.mean_actual,
                    .actual_active_share = {}});
  }
  return rows;
}

report::ModelRow row_of(const JudgedForecast& judged, const HoldoutFacts& facts) {
  report::ModelRow row{.id = judged.id, .is_baseline = judged.is_baseline};
  row.holdout_log_likelihood = judged.holdout_log_likelihood;
  row.mae = measured(evaluate::find_metric(judged.purchases, "mae"));
  row.rmse = measured(evaluate::find_metric(judged.purchases, "rmse"));
  row.auc_active = measured(evaluate::find_metric(judged.active, "auc"));
  // The report speaks of purchases per customer, the metric of shares.
  row.bias = report::Estimate{
      .value = judged.expected_purchases / facts.customers - facts.mean_purchases, .interval = {}};
  if (const auto bias = evaluate::find_metric(judged.purchases, "bias"))
    row.bias->interval = report::Interval{bias->low * facts.mean_purchases,
                                          bias->high * facts.mean_purchases, kMeasuredLevel};
  return row;
}

double or_zero(double value) { return std::isfinite(value) ? value : 0; }

Biases biases_of(const JudgedForecast& purchases, const JudgedForecast& activity,
                 const JudgedForecast& spend, double active_customers) {
  return {.purchases = or_zero(figure(purchases.purchases, "bias")),
          .activity = active_customers > 0 ? activity.expected_active / active_customers - 1 : 0,
          .spend = or_zero(figure(spend.spend, "bias"))};
}

void put_biases(JudgedValue& judged, double active_customers) {
  const auto of = [&](std::string_view id) -> const JudgedForecast& {
    return judged_by_id(judged.models, id);
  };
  const Winners& winners = judged.winners;
  const JudgedForecast& process = of(judged.choice.chosen);
  judged.process_bias = biases_of(process, process, process, active_customers);
  judged.winners_bias =
      biases_of(of(winners.purchases), of(winners.activity),
                winners.spend.empty() ? process : of(winners.spend), active_customers);
}

}  // namespace

std::optional<JudgedValue> judge_value(const CustomerSummaries& calibration,
                                       const journey::Holdout& holdout,
                                       const Challengers& challengers, Context& context,
                                       std::string& why) {
  if (calibration.size() == 0) {
    why = "nobody had bought before the holdout";
    return std::nullopt;
  }
  ProgressTask task(context.progress, "Judging value models");
  JudgedValue judged;
  const models::Purchases::Input input =
      purchase_histories(calibration, holdout.end - calibration.as_of, context.threads);
  const models::HoldoutQuestion question{.calibration = input,
                                         .holdout_purchases = holdout.purchases};
  try {
    judged.choice = models::choose_process(question, {});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence)
      throw;
    why = error.what();
    return std::nullopt;
  }
  std::string no_spend;
  const std::vector<double> spend = spend_per_order(calibration, context.threads, no_spend);
  const std::vector<ValueForecast> forecasts =
      value_forecasts(calibration, judged.choice, challengers, spend);
  const ValueOutcome outcome = outcome_of(holdout, !spend.empty());
  judged.models = judge_forecasts(forecasts, outcome, context);
  judged.winners = winners_of(judged.models);
  judged.blend_partner = judged.choice.scores[blend_partner(judged.choice)].id;
  put_biases(judged, std::accumulate(outcome.active.begin(), outcome.active.end(), 0.0));

  const auto n = static_cast<double>(calibration.size());
  const HoldoutFacts facts{
      n, std::accumulate(outcome.purchases.begin(), outcome.purchases.end(), 0.0) / n};
  judged.accuracy = {.holdout_start = calibration.as_of + 1,
                     .holdout_end = holdout.end,
                     .customers = static_cast<std::int64_t>(calibration.size())};
  if (judged.winners.purchases != judged.winners.process) judged.accuracy.decided_by = "errors";
  const report::ModelRow baseline = row_of(judged_by_id(judged.models, kStatusQuo), facts);
  for (std::size_t i = 0; i < judged.models.size(); ++i) {
    report::ModelRow row = row_of(judged.models[i], facts);
    row.chosen = row.id == judged.winners.purchases;
    row.lost_to_baseline =
        baseline.mae->value < row.mae->value && baseline.rmse->value < row.rmse->value;
    if (i < judged.choice.scores.size() && judged.choice.scores[i].id == row.id)
      row.log_likelihood = judged.choice.scores[i].calibration_log_likelihood;
    judged.accuracy.models.push_back(row);
    if (!row.chosen) continue;
    judged.accuracy.by_frequency = frequency_rows(
        models::by_frequency(question, {forecasts[i].purchases}), calibration, holdout.purchases);
    judged.accuracy.deciles = decile_rows(judged.models[i].deciles);
  }
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
