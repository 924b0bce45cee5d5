// run: the main job. Rebuilds what follows from the facts, fits and judges the models, and decides the next step of
// every customer.
//
// Story    1 judge: journey as of the day before the holdout, fit every model on it, compare with what came
//          2 journey as of the last day: identity, orders, stages, RFM, cohorts
//          3 fit the winners on everything, score every customer, recommend, decide
//          4 save model versions; write the derived tables scores, recommendations and next_steps
// Errors   kNotEnoughData for a shop without any fact; a shop without buyers gets stages and next steps, no value
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"
#include "perennial/report/data.h"

namespace perennial::engine {

struct Run {
  static constexpr std::string_view kName = "run";
  static constexpr std::string_view kSummary =
      "The main job: stages, value, recommendations and next steps for everyone";
  struct Input {
    std::filesystem::path shop;
    std::optional<Day> as_of;
    int horizon_days = 365;
    double annual_discount = 0.1;
    std::optional<int> holdout_days;
    int list_length = 10;
    std::optional<std::filesystem::path> rules;
    bool thorough = false;
    double contact_cost = 0;
    int frequency_cap = 2;
  };
  struct Output {
    std::filesystem::path shop;
    Day as_of;
    std::string currency;
    int horizon_days = 365;
    std::int64_t visitors = 0;  // anonymous people that no customer is known for
    std::int64_t customers = 0;
    std::int64_t buyers = 0;
    std::string purchase_model;    // id of who says how often; empty without buyers
    std::string repurchase_model;  // id of who says who is back within the window; likewise
    std::string value_model;       // id of who says how much; likewise
    int window_days = 0;
    std::optional<report::Estimate> expected_back;  // buyers, within the window
    std::string recommender;                        // id; empty without items
    std::optional<report::Estimate> predicted_value;
    std::vector<std::pair<std::string, std::int64_t>> stages;      // in the order of the life
    std::vector<std::pair<std::string, std::int64_t>> next_steps;  // most frequent first
    std::vector<std::string> notes;  // what could not be done, and why
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Run::Output& output);

}  // namespace perennial::engine
