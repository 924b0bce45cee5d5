#include "perennial/engine/value_forecasts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/engine/measured.h"
#include "perennial/models/value/gamma_gamma.h"

namespace perennial::engine {
namespace {

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

JudgedForecast judge_one(const ValueForecast& forecast, const ValueOutcome& outcome,
                         const evaluate::ForecastReport& status_quo,
                         const evaluate::BootstrapOptions& bootstrap) {
  JudgedForecast out{.id = forecast.id,
                     .title = forecast.title,
                     .is_baseline = forecast.is_baseline,
                     .holdout_log_likelihood = forecast.holdout_log_likelihood,
                     .converged = forecast.converged,
                     .expected_purchases = sum(forecast.purchases)};
  const auto auc = [&](std::string_view name, std::span<const double> score) {
    out.active.push_back({name, evaluate::evaluate_auc(score, outcome.active, bootstrap)});
  };
  if (!forecast.purchases.empty()) {
    evaluate::ForecastReport report =
        evaluate::evaluate_forecast(forecast.purchases, outcome.purchases, bootstrap);
    if (forecast.id != kStatusQuo) out.against = evaluate::compare_forecasts(report, status_quo);
    out.purchases = std::move(report.metrics);
    out.deciles = std::move(report.deciles);
  }
  if (forecast.active_is_probability) {
    evaluate::ProbabilityReport report =
        evaluate::evaluate_probability(forecast.active, outcome.active, bootstrap);
    out.active = std::move(report.metrics);
    out.reliability = std::move(report.reliability);
    out.expected_active = sum(forecast.active);
    if (!forecast.alive.empty()) auc("p_alive_auc", forecast.alive);
  } else {
    auc("auc", forecast.active);
  }
  if (outcome.has_amounts && !forecast.spend.empty())
    out.spend = evaluate::evaluate_forecast(forecast.spend, outcome.spend, bootstrap).metrics;
  return out;
}

// The process that gave the purchases the highest probability; one that did not converge only when no other is left.
const JudgedForecast* likeliest(std::span<const JudgedForecast> all) {
  constexpr double kSame = 1e-3;
  const JudgedForecast* best = nullptr;
  for (const JudgedForecast& one : all) {
    if (!one.holdout_log_likelihood || !std::isfinite(*one.holdout_log_likelihood)) continue;
    if (best == nullptr ||
        (one.converged != best->converged
             ? one.converged
             : *one.holdout_log_likelihood > *best->holdout_log_likelihood + kSame))
      best = &one;
  }
  return best;
}

}  // namespace

std::vector<double> times(std::vector<double> a, std::span<const double> b) {
  if (b.empty()) return {};
  for (std::size_t i = 0; i < a.size(); ++i) a[i] *= b[i];
  return a;
}

std::vector<double> spend_per_order(const journey::CustomerSummaries& customers, Threads threads,
                                    std::string& why) {
  models::Spend::Input input;
  input.orders = customers.repeat_purchases;
  input.mean_spend = customers.mean_repeat_spend;
  input.threads = threads;
  try {
    return models::GammaGamma::fit(input, {}).predict(input).expected_spend;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kBadInput) throw;
    why = error.what();
    return {};
  }
}

std::vector<ValueForecast> value_forecasts(const journey::CustomerSummaries& customers,
                                           const models::ProcessChoice& choice,
                                           const Challengers& challengers,
                                           std::span<const double> spend_per_order) {
  std::vector<ValueForecast> all;
  for (std::size_t i = 0; i < choice.models.size(); ++i) {
    const models::ProcessScore& score = choice.scores[i];
    all.push_back({.id = score.id,
                   .title = score.title,
                   .holdout_log_likelihood = score.holdout_log_likelihood,
                   .converged = score.converged,
                   .purchases = choice.expected[i],
                   .spend = times(choice.expected[i], spend_per_order),
                   .active = choice.predicted[i].p_active,
                   .alive = choice.predicted[i].p_alive,
                   .active_is_probability = true});
  }
  const std::size_t partner = blend_partner(choice);
  const models::Window::Output process{all[partner].active, all[partner].purchases,
                                       all[partner].spend};
  const auto add = [&](std::string id, std::string title, models::Window::Output output) {
    all.push_back({.id = std::move(id),
                   .title = std::move(title),
                   .holdout_log_likelihood = {},
                   .purchases = std::move(output.expected_purchases),
                   .spend = std::move(output.expected_spend),
                   .active = std::move(output.p_active),
                   .alive = {},
                   .active_is_probability = true});
  };
  for (const Challenger& one : challengers.learnt) {
    add(one.id, one.title, one.forecast);
    add(blend_id(one.id), one.title + " and " + choice.scores[partner].title,
        models::mean_of(one.forecast, process));
  }
  const std::vector<double>& pace = choice.expected.back();
  all.push_back({.id = std::string(kStatusQuo),
                 .title = "status quo (x / T)",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .purchases = pace,
                 .spend = times(pace, customers.mean_repeat_spend),
                 .active = pace,
                 .alive = {}});
  return all;
}

ValueOutcome outcome_of(const journey::Holdout& holdout, bool has_amounts) {
  ValueOutcome outcome{.purchases = holdout.purchases,
                       .spend = holdout.spend,
                       .active = {},
                       .has_amounts = has_amounts};
  for (const double purchases : holdout.purchases) outcome.active.push_back(purchases > 0 ? 1 : 0);
  return outcome;
}

std::vector<JudgedForecast> judge_forecasts(std::span<const ValueForecast> forecasts,
                                            const ValueOutcome& outcome, const Context& context) {
  const auto status_quo = std::ranges::find(forecasts, kStatusQuo, &ValueForecast::id);
  CHECK(status_quo != forecasts.end());
  const evaluate::BootstrapOptions bootstrap = bootstrap_for(outcome.purchases.size(), context);
  const evaluate::ForecastReport pace =
      evaluate::evaluate_forecast(status_quo->purchases, outcome.purchases, bootstrap);
  std::vector<JudgedForecast> all;
  for (const ValueForecast& forecast : forecasts)
    all.push_back(judge_one(forecast, outcome, pace, bootstrap));
  return all;
}

double figure(std::span<const evaluate::Metric> metrics, std::string_view name) {
  const auto found = std::ranges::find(metrics, name, &evaluate::Metric::name);
  return found != metrics.end() && found->estimate ? found->estimate->value : std::nan("");
}

const JudgedForecast& judged_by_id(std::span<const JudgedForecast> all, std::string_view id) {
  const auto found = std::ranges::find(all, id, &JudgedForecast::id);
  CHECK(found != all.end());
  return *found;
}

const Contender& winner(std::span<const Contender> contenders) {
  CHECK(!contenders.empty());
  const Contender* best = contenders.data();
  for (const Contender& other : contenders.subspan(1))
    if (other.mae < best->mae && other.rmse < best->rmse) best = &other;
  return *best;
}

Winners winners_of(std::span<const JudgedForecast> all) {
  std::vector<const JudgedForecast*> order;
  const JudgedForecast* process = likeliest(all);
  if (process != nullptr) order.push_back(process);
  order.push_back(&judged_by_id(all, kStatusQuo));
  for (const JudgedForecast& one : all)
    if (!one.is_baseline && !one.holdout_log_likelihood) order.push_back(&one);
  const auto winner_by = [&](std::vector<evaluate::Metric> JudgedForecast::* metrics) {
    std::vector<Contender> contenders;
    for (const JudgedForecast* one : order)
      contenders.push_back({one->id, figure(one->*metrics, "mae"), figure(one->*metrics, "rmse")});
    return winner(contenders).id;
  };
  Winners winners{.process = process == nullptr ? std::string() : process->id,
                  .purchases = winner_by(&JudgedForecast::purchases),
                  .activity = {},
                  .spend = {}};
  if (!order.front()->spend.empty()) winners.spend = winner_by(&JudgedForecast::spend);
  double least = INFINITY;
  for (const JudgedForecast& one : all) {
    const double loss = figure(one.active, "log_loss");
    if (!(loss < least)) continue;
    least = loss;
    winners.activity = one.id;
  }
  return winners;
}

}  // namespace perennial::engine
