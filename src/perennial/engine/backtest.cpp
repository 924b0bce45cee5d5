#include "perennial/engine/backtest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/engine/challengers.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/sql.h"
#include "perennial/engine/value_step.h"
#include "perennial/models/value/linear_baseline.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;
using models::ProcessChoice;

constexpr std::string_view kLinear = "baseline.linear";
constexpr std::string_view kRecency = "baseline.recency";
constexpr std::string_view kFrequency = "baseline.frequency";

void append(std::vector<double>& to, const std::vector<double>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// ---- Forecasts at one cut-off ---------------------------------------------------------------------------------------

// Rankings of who buys at all.
void add_rankings(std::vector<ValueForecast>& all, const CustomerSummaries& customers) {
  std::vector<double> silence;
  for (std::size_t i = 0; i < customers.size(); ++i)
    silence.push_back(customers.recency[i] - customers.age[i]);
  all.push_back({.id = std::string(kRecency),
                 .title = "recency alone",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .active = std::move(silence)});
  all.push_back({.id = std::string(kFrequency),
                 .title = "frequency alone",
                 .is_baseline = true,
                 .holdout_log_likelihood = {},
                 .active = customers.repeat_purchases});
}

// Learns on the stretch before the cut-off; nothing where nobody had bought before that.
std::optional<ValueForecast> linear(store::Connection& connection,
                                    const CustomerSummaries& customers,
                                    const models::Purchases::Input& input, int holdout_days,
                                    const Context& context) {
  const CustomerSummaries before = journey::summaries(
      connection, {.as_of = customers.as_of + -holdout_days, .unit = {}, .start = {}});
  if (before.size() == 0) return std::nullopt;
  const journey::Holdout then = journey::holdout(connection, before, customers.as_of);
  const models::Purchases::Input past = purchase_histories(before, holdout_days, context.threads);
  const auto learn = [&](std::span<const double> outcome) {
    return models::LinearBaseline::fit(past, before.mean_repeat_spend, outcome)
        .predict(input, customers.mean_repeat_spend);
  };
  std::vector<double> purchases = learn(then.purchases);
  return ValueForecast{.id = std::string(kLinear),
                       .title = "linear",
                       .is_baseline = true,
                       .holdout_log_likelihood = {},
                       .purchases = purchases,
                       .spend = learn(then.spend),
                       .active = purchases};
}

// ---- Over all cut-offs ----------------------------------------------------------------------------------------------

struct Pool {
  std::vector<ValueForecast> forecasts;
  ValueOutcome outcome;
  std::size_t cut_offs = 0;
};

// Only what was forecast at every cut-off can be compared over all of them.
void add_to_pool(Pool& pool, std::vector<ValueForecast> forecasts, const ValueOutcome& outcome) {
  append(pool.outcome.purchases, outcome.purchases);
  append(pool.outcome.spend, outcome.spend);
  pool.outcome.active.insert(pool.outcome.active.end(), outcome.active.begin(),
                             outcome.active.end());
  pool.outcome.has_amounts = pool.outcome.has_amounts && outcome.has_amounts;
  if (pool.cut_offs++ == 0) {
    pool.forecasts = std::move(forecasts);
    return;
  }
  std::erase_if(pool.forecasts, [&](ValueForecast& to) {
    const auto from = std::ranges::find(forecasts, to.id, &ValueForecast::id);
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

// The last two gaps of everyone with three purchase days or more, of the journey as it is built.
std::optional<models::Regularity> last_gaps(store::Connection& connection) {
  const auto [gap, next_gap] = store::read_columns<double, double>(connection, sql::kLastGapsSql);
  if (gap.size() < 2) return std::nullopt;
  return models::regularity(gap, next_gap);
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
      result_.pooled = judge_forecasts(pool_.forecasts, pool_.outcome, context_);
      result_.winners = winners_of(result_.pooled);
      result_.regularity = last_gaps(connection_);
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
    const Day before = split + (-1 - options_.holdout_days);
    if (!view_ || view_->day() != before) {
      build_as_of(before);
      view_ = window_view(connection_, before);
    }
    build_as_of(split + -1);
    const WindowView past = std::move(*view_);
    view_ = window_view(connection_, split + -1);
    const CustomerSummaries& customers = view_->customers;
    if (customers.size() == 0) {
      note(split, "nobody had bought before");
      return;
    }
    const models::Purchases::Input input =
        purchase_histories(customers, options_.holdout_days, context_.threads);
    std::optional<ValueForecast> line =
        linear(connection_, customers, input, options_.holdout_days, context_);
    Challengers challengers;
    if (past.customers.size() > 0)
      challengers = learn_challengers(connection_, past, *view_, {}, context_);
    for (const std::string& why_not : challengers.notes)
      result_.notes.push_back(fmt::format("{}: {}.", format_day(split), why_not));
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
    const std::vector<double> spend = spend_per_order(customers, context_.threads, why);
    if (spend.empty())
      result_.notes.push_back(fmt::format("{}: spend was not judged, {}.", format_day(split), why));
    std::vector<ValueForecast> forecasts = value_forecasts(customers, choice, challengers, spend);
    if (line) forecasts.push_back(std::move(*line));
    add_rankings(forecasts, customers);
    const ValueOutcome outcome = outcome_of(holdout, !spend.empty());
    for (const double purchases : holdout.purchases) origin.purchases += purchases;
    for (const double amount : holdout.spend) origin.spend += amount;
    origin.customers = customers.size();
    origin.models = judge_forecasts(forecasts, outcome, context_);
    origin.winners = winners_of(origin.models);
    origin.tracking =
        track_repeat_purchases(connection_, customers, choice, origin.end, context_.threads);
    add_to_pool(pool_, std::move(forecasts), outcome);
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
  std::optional<WindowView> view_;  // of the day before the last cut-off
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
    const JudgedForecast& chosen = judged_by_id(from.models, from.winners.purchases);
    out.holdout_days = from.end - from.split + 1;
    out.origins.push_back({.split = from.split,
                           .end = from.end,
                           .customers = static_cast<std::int64_t>(from.customers),
                           .chosen = from.winners.purchases,
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
                            .chosen = from.id == result.winners.purchases,
                            .mae = of(from.purchases, "mae"),
                            .rmse = of(from.purchases, "rmse"),
                            .bias = of(from.purchases, "bias"),
                            .mae_difference = of(from.against, "mae"),
                            .gini = of(from.purchases, "normalised_gini"),
                            .spearman = of(from.purchases, "spearman"),
                            .auc = of(from.active, "auc"),
                            .brier = of(from.active, "brier"),
                            .spend_mae = of(from.spend, "mae")};
    row.won = static_cast<int>(std::ranges::count(
        result.origins, from.id, [](const BacktestOrigin& one) { return one.winners.purchases; }));
    out.rows.push_back(std::move(row));
  }
  // The status quo gives no probabilities: the best process stands in.
  const JudgedForecast* shown = nullptr;
  for (const JudgedForecast& one : result.pooled) {
    if (one.reliability.empty()) continue;
    if (one.id == result.winners.purchases) shown = &one;
    if (shown == nullptr || (shown->id != result.winners.purchases &&
                             one.holdout_log_likelihood > shown->holdout_log_likelihood))
      shown = &one;
  }
  if (shown != nullptr)
    for (const evaluate::ReliabilityBin& bin : shown->reliability)
      out.reliability.push_back(
          {bin.mean_probability, bin.share, static_cast<std::int64_t>(bin.customers)});
  return out;
}

}  // namespace perennial::engine
