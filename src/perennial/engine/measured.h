// What was measured when models were chosen, kept as JSON in the manifest of a model version, so that the report shows
// it later without judging again.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "perennial/engine/context.h"
#include "perennial/evaluate/bootstrap.h"
#include "perennial/report/data.h"

namespace perennial::engine {

inline constexpr double kMeasuredLevel = 0.95;  // of the interval of a measured error
inline constexpr double kNormal80 =
    1.2815515655446004;  // 80 % lie within so many standard deviations

// How measured errors are drawn: fewer replicates where the shop is so large that intervals are narrow anyway.
evaluate::BootstrapOptions bootstrap_for(std::size_t customers, const Context& context);

// A figure judged at kMeasuredLevel, as the report shows it.
report::Estimate measured(const evaluate::Estimate& estimate);
std::optional<report::Estimate> measured(const std::optional<evaluate::Estimate>& estimate);

// {"value", "low", "high", "level"}, the latter three where there is an interval.
nlohmann::json estimate_to_json(const report::Estimate& estimate);

nlohmann::json accuracy_to_json(const report::Accuracy& accuracy);
report::Accuracy accuracy_from_json(
    const nlohmann::json& json);  // kCorrupt when a field is missing or of another type

nlohmann::json tracking_to_json(const report::Tracking& tracking);
report::Tracking tracking_from_json(const nlohmann::json& json);

nlohmann::json backtest_to_json(const report::Backtest& backtest);
report::Backtest backtest_from_json(const nlohmann::json& json);

nlohmann::json recommend_evaluation_to_json(const report::RecommendEvaluation& evaluation);
report::RecommendEvaluation recommend_evaluation_from_json(const nlohmann::json& json);

nlohmann::json recommenders_to_json(const report::Recommenders& recommenders);
report::Recommenders recommenders_from_json(const nlohmann::json& json);

}  // namespace perennial::engine
