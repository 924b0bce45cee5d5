#include "perennial/engine/measured.h"

#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace nlohmann {

template <typename T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& out, const std::optional<T>& value) {
    if (value) {
      out = *value;
    } else {
      out = nullptr;
    }
  }
  static void from_json(const json& in, std::optional<T>& value) {
    if (in.is_null()) {
      value.reset();
    } else {
      value = in.get<T>();
    }
  }
};

}  // namespace nlohmann

namespace perennial {

static void to_json(nlohmann::json& out, const Day& day) { out = format_day(day); }
static void from_json(const nlohmann::json& in, Day& day) {
  const auto parsed = parse_day(in.get<std::string>());
  if (!parsed) fail(ErrorKind::kCorrupt, "manifest: \"{}\" is not a date", in.get<std::string>());
  day = *parsed;
}

}  // namespace perennial

namespace perennial::report {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Interval, low, high, level)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Estimate, value, interval)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FrequencyRow, frequency, or_more, customers, expected, actual,
                                   actual_interval)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DecileRow, decile, customers, expected, actual,
                                   actual_active_share)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ModelRow, id, is_baseline, chosen, lost_to_baseline,
                                   log_likelihood, holdout_log_likelihood, mae, rmse, bias,
                                   auc_active)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Accuracy, holdout_start, holdout_end, customers, decided_by,
                                   models, by_frequency, deciles)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Tracking, first_day, period_days, actual, expected,
                                   holdout_start)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BacktestRow, id, is_baseline, chosen, won, mae, rmse, bias,
                                   mae_difference, gini, spearman, auc, brier, spend_mae)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BacktestOrigin, split, end, customers, chosen, expected, actual)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReliabilityRow, predicted, actual, customers)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Backtest, holdout_days, origins, rows, reliability)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecommenderRow, id, is_baseline, chosen, lost_to_baseline,
                                   precision, recall, ndcg, mrr, hit_rate, coverage)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Recommenders, list_length, split, customers, decided_by, rows)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecommendEvaluationRow, id, is_baseline, chosen, ndcg, recall,
                                   hit_rate, mrr, revenue_recall, coverage, popularity_lift,
                                   diversity, cold_item_recall, fit_seconds, p50_micros, p99_micros,
                                   megabytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecommendSlice, history, customers, hit_rate, baseline_hit_rate)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NewItemsRow, id, hit_rate, recall)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NewItems, items, customers, without_history, rows)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecommendEvaluation, protocol, split, end, list_length,
                                   customers, bought_items, rows, slices, new_items)

}  // namespace perennial::report

namespace perennial::engine {
namespace {

template <typename T>
T from(const nlohmann::json& json, std::string_view what, std::string_view verb = "run") {
  try {
    return json.get<T>();
  } catch (const nlohmann::json::exception& error) {
    fail(ErrorKind::kCorrupt, "{} cannot be read ({}); run `perennial {}` to make it anew", what,
         error.what(), verb);
  }
}

}  // namespace

report::Estimate measured(const evaluate::Estimate& estimate) {
  return {.value = estimate.value,
          .interval = report::Interval{estimate.low, estimate.high, kMeasuredLevel}};
}
std::optional<report::Estimate> measured(const std::optional<evaluate::Estimate>& estimate) {
  return estimate ? std::optional(measured(*estimate)) : std::nullopt;
}

evaluate::BootstrapOptions bootstrap_for(std::size_t customers, const Context& context) {
  constexpr std::size_t kMostDrawn = 100'000'000;
  evaluate::BootstrapOptions options{.replicates = customers > 200'000 ? 60U : 400U,
                                     .level = kMeasuredLevel,
                                     .seed = context.seed,
                                     .threads = context.threads};
  if (customers * options.replicates <= kMostDrawn)
    options.draws = std::make_shared<evaluate::Draws>(customers, options);
  return options;
}

nlohmann::json estimate_to_json(const report::Estimate& estimate) {
  nlohmann::json json = {{"value", estimate.value}};
  if (estimate.interval) {
    json["low"] = estimate.interval->low;
    json["high"] = estimate.interval->high;
    json["level"] = estimate.interval->level;
  }
  return json;
}

nlohmann::json accuracy_to_json(const report::Accuracy& accuracy) { return accuracy; }
report::Accuracy accuracy_from_json(const nlohmann::json& json) {
  return from<report::Accuracy>(json, "manifest: accuracy");
}

nlohmann::json tracking_to_json(const report::Tracking& tracking) { return tracking; }
report::Tracking tracking_from_json(const nlohmann::json& json) {
  return from<report::Tracking>(json, "manifest: tracking");
}

nlohmann::json backtest_to_json(const report::Backtest& backtest) { return backtest; }
report::Backtest backtest_from_json(const nlohmann::json& json) {
  return from<report::Backtest>(json, "evaluations/value.json", "evaluate value");
}

nlohmann::json recommend_evaluation_to_json(const report::RecommendEvaluation& evaluation) {
  return evaluation;
}
report::RecommendEvaluation recommend_evaluation_from_json(const nlohmann::json& json) {
  nlohmann::json whole = json;
  whole.emplace("new_items", nullptr);  // absent in files of the time before it was measured
  return from<report::RecommendEvaluation>(whole, "evaluations/recommend.json",
                                           "evaluate recommend");
}

nlohmann::json recommenders_to_json(const report::Recommenders& recommenders) {
  return recommenders;
}
report::Recommenders recommenders_from_json(const nlohmann::json& json) {
  return from<report::Recommenders>(json, "manifest: recommenders");
}

}  // namespace perennial::engine
