#include "perennial/engine/backtest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/value_step.h"
#include "perennial/models/value/linear_baseline.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;
using models::ProcessChoice;
using models::ProcessScore;

constexpr std::string_view kLinear = "baseline.linear";
constexpr std::string_view kRecency = "baseline.recency";
constexpr std::string_view kFrequency = "baseline.frequency";

// What one model says of every customer of one cut-off. What it does not say is empty.
struct Forecast {
  std::string id, title;
  bool is_baseline = false;
  std::optional<double> holdout_log_likelihood;
  bool converged = true;
  std::vector<double> purchases, spend;
  std::vector<double> active;  // P(buys at all), or a score that ranks
  std::vector<double> alive;   // P(alive)
  bool active_is_probability = false;
};

struct Actual {
  std::vector<double> purchases, spend;
  std::vector<std::uint8_t> active;
};

void append(std::vector<double>& to, const std::vector<double>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// ---- Forecasts at one cut-off ---------------------------------------------------------------------------------------

std::vector<double> times(std::vector<double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] *= b[i];
  return a;
}

void add_processes(std::vector<Forecast>& all, const ProcessChoice& choice,
                   std::span<const double> spend_per_order) {
  for (std::size_t i = 0; i < choice.models.size(); ++i) {
    const ProcessScore& score = choice.scores[i];
    const models::Purchases::Output& output = choice.predicted[i];
    Forecast forecast{.id = score.id,
                      .title = score.title,
                      .holdout_log_likelihood = score.holdout_log_likelihood,
                      .converged = score.converged,
                      .purchases = choice.expected[i],
                      .spend = {},
                      .active = output.p_active,
                      .alive = output.p_alive,
                      .active_is_probability = true};
    if (!spend_per_order.empty()) forecast.spend = times(forecast.purchases, spend_per_order);
    all.push_back(std::move(forecast));
  }
}

// Per order, by Gamma-Gamma; nothing where the shop has no amounts to learn from.
std::vector<double> spend_per_order(const CustomerSummaries& customers, const Context& context,
                                    std::string& why) {
  models::Spend::Input input;
  input.orders = customers.repeat_purchases;
  input.mean_spend = customers.mean_repeat_spend;
  input.threads = context.threads;
  try {
    return models::GammaGamma::fit(input, {}).predict(input).expected_spend;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kBadInput) throw;
    why = error.what();
    return {};
  }
}

void add_baselines(std::vector<Forecast>& all, const CustomerSummaries& customers,
                   const models::Purchases::Input& input) {
  std::vector<double> pace = models::status_quo(input);
  std::vector<double> spend = times(pace, customers.mean_repeat_spend);
  all.push_back({.id = std::string(kStatusQuo),
                 .title = "status quo (x / T)",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .purchases = pace,
                 .spend = std::move(spend),
                 .active = pace});
  std::vector<double> silence;
  for (std::size_t i = 0; i < customers.size(); ++i)
    silence.push_back(customers.recency[i] - customers.age[i]);
  all.push_back({.id = std::string(kRecency),
                 .title = "recency alone",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .purchases = {},
                 .spend = {},
                 .active = std::move(silence)});
  all.push_back({.id = std::string(kFrequency),
                 .title = "frequency alone",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .purchases = {},
                 .spend = {},
                 .active = customers.repeat_purchases});
}

// Learns on the stretch before the cut-off; nothing where nobody had bought before that.
void add_linear(std::vector<Forecast>& all, store::Connection& connection,
                const CustomerSummaries& customers, const models::Purchases::Input& input,
                int holdout_days, const Context& context) {
  const CustomerSummaries before = journey::summaries(
      connection, {.as_of = customers.as_of + -holdout_days, .unit = {}, .start = {}});
  if (before.size() == 0) return;
  const journey::Holdout then = journey::holdout(connection, before, customers.as_of);
  const models::Purchases::Input past = purchase_histories(before, holdout_days, context.threads);
  const auto learn = [&](std::span<const double> outcome) {
    return models::LinearBaseline::fit(past, before.mean_repeat_spend, outcome)
        .predict(input, customers.mean_repeat_spend);
  };
  std::vector<double> purchases = learn(then.purchases);
  all.push_back({.id = std::string(kLinear),
                 .title = "linear",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .purchases = purchases,
                 .spend = learn(then.spend),
                 .active = purchases});
}

// ---- Judging --------------------------------------------------------------------------------------------------------

evaluate::Metric named(std::string_view name, std::optional<evaluate::Estimate> estimate) {
  return {name, estimate};
}

JudgedForecast judged(const Forecast& forecast, const Actual& actual,
                      std::span<const double> status_quo, bool has_amounts,
                      const evaluate::BootstrapOptions& bootstrap) {
  JudgedForecast out{.id = forecast.id,
                     .title = forecast.title,
                     .is_baseline = forecast.is_baseline,
                     .holdout_log_likelihood = forecast.holdout_log_likelihood,
                     .converged = forecast.converged};
  for (const double purchases : forecast.purchases) out.expected_purchases += purchases;
  if (!forecast.purchases.empty()) {
    evaluate::ForecastReport report =
        evaluate::evaluate_forecast(forecast.purchases, actual.purchases, bootstrap);
    out.purchases = std::move(report.metrics);
    out.deciles = std::move(report.deciles);
    if (forecast.id != kStatusQuo)
      out.against =
          evaluate::compare_forecasts(forecast.purchases, status_quo, actual.purchases, bootstrap);
  }
  if (forecast.active_is_probability) {
    evaluate::ProbabilityReport report =
        evaluate::evaluate_probability(forecast.active, actual.active, bootstrap);
    out.active = std::move(report.metrics);
    out.active.push_back(
        named("p_alive_auc", evaluate::evaluate_auc(forecast.alive, actual.active, bootstrap)));
    out.reliability = std::move(report.reliability);
  } else {
    out.active = {named("auc", evaluate::evaluate_auc(forecast.active, actual.active, bootstrap))};
  }
  if (has_amounts && !forecast.spend.empty())
    out.spend = evaluate::evaluate_forecast(forecast.spend, actual.spend, bootstrap).metrics;
  return out;
}

double figure(std::span<const evaluate::Metric> metrics, std::string_view name) {
  const auto estimate = evaluate::find_metric(metrics, name);
  return estimate ? estimate->value : std::nan("");
}

const JudgedForecast& by_id(const std::vector<JudgedForecast>& all, std::string_view id) {
  const auto found = std::ranges::find(all, id, &JudgedForecast::id);
  CHECK(found != all.end());
  return *found;
}

// The process that gave the purchases the highest probability, unless the status quo has the smaller errors.
std::string chosen_of(const std::vector<JudgedForecast>& all) {
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
  const JudgedForecast& status_quo = by_id(all, kStatusQuo);
  if (best == nullptr) return std::string(kStatusQuo);
  const auto smaller = [&](std::string_view name) {
    return figure(status_quo.purchases, name) < figure(best->purchases, name);
  };
  return smaller("mae") && smaller("rmse") ? std::string(kStatusQuo) : best->id;
}

struct Pool {
  std::vector<Forecast> forecasts;
  Actual actual;
  bool has_amounts = false;
  std::size_t cut_offs = 0;
};

// Only what was forecast at every cut-off can be compared over all of them.
void add_to_pool(Pool& pool, std::vector<Forecast> forecasts, const Actual& actual,
                 bool has_amounts) {
  append(pool.actual.purchases, actual.purchases);
  append(pool.actual.spend, actual.spend);
  pool.actual.active.insert(pool.actual.active.end(), actual.active.begin(), actual.active.end());
  if (pool.cut_offs++ == 0) {
    pool.forecasts = std::move(forecasts);
    pool.has_amounts = has_amounts;
    return;
  }
  pool.has_amounts = pool.has_amounts && has_amounts;
  std::erase_if(pool.forecasts, [&](Forecast& to) {
    const auto from = std::ranges::find(forecasts, to.id, &Forecast::id);
    if (from == forecasts.end()) return true;
    append(to.purchases, from->purchases);
    append(to.spend, from->spend);
    append(to.active, from->active);
    append(to.alive, from->alive);
    to.converged = to.converged && from->converged;
    if (to.holdout_log_likelihood && from->holdout_log_likelihood)
      *to.holdout_log_likelihood += *from->holdout_log_likelihood;
    return false;
  });
}

std::vector<JudgedForecast> judge_all(const std::vector<Forecast>& forecasts, const Actual& actual,
                                      bool has_amounts, const Context& context) {
  const std::vector<double>& status_quo =
      std::ranges::find(forecasts, kStatusQuo, &Forecast::id)->purchases;
  const evaluate::BootstrapOptions bootstrap = bootstrap_for(actual.purchases.size(), context);
  std::vector<JudgedForecast> out;
  for (const Forecast& forecast : forecasts)
    out.push_back(judged(forecast, actual, status_quo, has_amounts, bootstrap));
  return out;
}

class Backtester {
 public:
  Backtester(store::Connection& connection, const BacktestOptions& options, Context& context)
      : connection_(connection),
        options_(options),
        context_(context),
        build_(options.build),
        task_(context.progress, "Evaluating value models", options.splits.size()) {}

  BacktestResult run() {
    for (const Day split : options_.splits) {
      judge(split);
      task_.advance();
    }
    if (!result_.origins.empty()) {
      for (Forecast& forecast : pool_.forecasts)
        if (!pool_.has_amounts) forecast.spend.clear();
      result_.pooled = judge_all(pool_.forecasts, pool_.actual, pool_.has_amounts, context_);
      result_.best = chosen_of(result_.pooled);
    }
    return std::move(result_);
  }

 private:
  void build_as_of(Day day) {
    if (built_ && *built_ == day) return;
    build_.as_of = day;
    journey::build(connection_, build_, context_.progress);
    built_ = day;
  }

  void judge(Day split) {
    BacktestOrigin origin{.split = split, .end = split + (options_.holdout_days - 1)};
    build_as_of(split + -1);
    const CustomerSummaries customers =
        journey::summaries(connection_, {.as_of = split + -1, .unit = {}, .start = {}});
    if (customers.size() == 0) {
      note(split, "nobody had bought before");
      return;
    }
    const models::Purchases::Input input =
        purchase_histories(customers, options_.holdout_days, context_.threads);
    std::vector<Forecast> forecasts;
    add_linear(forecasts, connection_, customers, input, options_.holdout_days, context_);
    build_as_of(origin.end);
    const journey::Holdout holdout = journey::holdout(connection_, customers, origin.end);
    ProcessChoice choice;
    try {
      choice = models::choose_process(
          {.calibration = input, .holdout_purchases = holdout.purchases}, {});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence)
        throw;
      note(split, error.what());
      return;
    }
    std::string why;
    const std::vector<double> spend = spend_per_order(customers, context_, why);
    if (spend.empty())
      result_.notes.push_back(fmt::format("{}: spend was not judged, {}.", format_day(split), why));
    add_processes(forecasts, choice, spend);
    add_baselines(forecasts, customers, input);
    // The linear baseline was first, to use the journey as of the cut-off; it is shown among the baselines.
    std::stable_partition(forecasts.begin(), forecasts.end(),
                          [](const Forecast& forecast) { return !forecast.is_baseline; });
    Actual actual{holdout.purchases, holdout.spend, {}};
    for (const double purchases : holdout.purchases) {
      actual.active.push_back(purchases > 0 ? 1 : 0);
      origin.purchases += purchases;
    }
    for (const double amount : holdout.spend) origin.spend += amount;
    origin.customers = customers.size();
    origin.models = judge_all(forecasts, actual, !spend.empty(), context_);
    origin.chosen = chosen_of(origin.models);
    origin.tracking =
        track_repeat_purchases(connection_, customers, choice, origin.end, context_.threads);
    add_to_pool(pool_, std::move(forecasts), actual, !spend.empty());
    result_.origins.push_back(std::move(origin));
  }

  void note(Day split, std::string_view why) {
    result_.notes.push_back(fmt::format("{}: not judged, {}.", format_day(split), why));
  }

  store::Connection& connection_;
  const BacktestOptions& options_;
  Context& context_;
  journey::BuildOptions build_;
  std::optional<Day> built_;
  Pool pool_;
  BacktestResult result_;
  ProgressTask task_;
};

}  // namespace

BacktestResult backtest(store::Connection& connection, const BacktestOptions& options,
                        Context& context) {
  return Backtester(connection, options, context).run();
}

report::Backtest to_report(const BacktestResult& result) {
  report::Backtest out;
  for (const BacktestOrigin& from : result.origins) {
    const JudgedForecast& chosen = by_id(from.models, from.chosen);
    out.holdout_days = from.end - from.split + 1;
    out.origins.push_back({.split = from.split,
                           .end = from.end,
                           .customers = static_cast<std::int64_t>(from.customers),
                           .chosen = from.chosen,
                           .expected = chosen.expected_purchases,
                           .actual = from.purchases});
  }
  for (const JudgedForecast& from : result.pooled) {
    const auto of = [](std::span<const evaluate::Metric> metrics, std::string_view name) {
      const auto found = std::ranges::find(metrics, name, &evaluate::Metric::name);
      return found == metrics.end() ? std::nullopt : measured(found->estimate);
    };
    report::BacktestRow row{.id = from.id,
                            .is_baseline = from.is_baseline,
                            .chosen = from.id == result.best,
                            .mae = of(from.purchases, "mae"),
                            .rmse = of(from.purchases, "rmse"),
                            .bias = of(from.purchases, "bias"),
                            .mae_difference = of(from.against, "mae"),
                            .gini = of(from.purchases, "normalised_gini"),
                            .spearman = of(from.purchases, "spearman"),
                            .auc = of(from.active, "auc"),
                            .brier = of(from.active, "brier"),
                            .spend_mae = of(from.spend, "mae")};
    row.won =
        static_cast<int>(std::ranges::count(result.origins, from.id, &BacktestOrigin::chosen));
    out.rows.push_back(std::move(row));
  }
  // The status quo gives no probabilities: the best process stands in.
  const JudgedForecast* shown = nullptr;
  for (const JudgedForecast& one : result.pooled) {
    if (one.reliability.empty()) continue;
    if (one.id == result.best) shown = &one;
    if (shown == nullptr ||
        (shown->id != result.best && one.holdout_log_likelihood > shown->holdout_log_likelihood))
      shown = &one;
  }
  if (shown != nullptr)
    for (const evaluate::ReliabilityBin& bin : shown->reliability)
      out.reliability.push_back(
          {bin.mean_probability, bin.share, static_cast<std::int64_t>(bin.customers)});
  return out;
}

}  // namespace perennial::engine
