// What was measured when models were chosen, kept as JSON in the manifest of a model version, so that the report shows
// it later without judging again.
#pragma once

#include <nlohmann/json.hpp>

#include "perennial/report/data.h"

namespace perennial::engine {

nlohmann::json accuracy_to_json(const report::Accuracy& accuracy);
report::Accuracy accuracy_from_json(
    const nlohmann::json& json);  // kCorrupt when a field is missing or of another type

nlohmann::json tracking_to_json(const report::Tracking& tracking);
report::Tracking tracking_from_json(const nlohmann::json& json);

nlohmann::json recommenders_to_json(const report::Recommenders& recommenders);
report::Recommenders recommenders_from_json(const nlohmann::json& json);

}  // namespace perennial::engine
