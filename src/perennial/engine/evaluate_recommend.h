// evaluate recommend: every recommender of the registry beside the baselines, on what the shop's customers did next.
//
// time             trained on what was known the day before the split, judged on what was bought from it on: the only
//                  protocol that a model is chosen by
// leave_last_out   judged on every customer's last item, trained on all others; for comparison with publications
// strong           judged on the later items of customers that no model learned from; likewise
// Ranking          full: every item of the catalogue that is not blocked is a candidate; equal scores by lower item id.
//                  Denominators: evaluate/ranking.h
// New items        of protocol time: those that nobody had bought before the split, ranked among themselves
//                  (evaluate/new_items.h)
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/field.h"
#include "perennial/engine/recommend_step.h"

namespace perennial::engine {

struct EvaluateRecommend {
  static constexpr std::string_view kName = "evaluate recommend";
  static constexpr std::string_view kSummary =
      "Judge every recommender beside the baselines; the report shows the result";
  struct Input {
    std::filesystem::path shop;
    std::string protocol = "time";
    std::optional<Day> split;
    std::optional<Day> end;
    int list_length = 10;
    bool thorough = false;
  };
  struct Output {
    std::filesystem::path file;  // evaluations/recommend.json in the shop, which the report reads
    std::string protocol;
    std::optional<Day> split;  // of protocol time
    Day end;
    JudgedRecommenders judged;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const EvaluateRecommend::Output& output);

// What evaluate recommend found last; nothing when it was never called.
std::optional<report::RecommendEvaluation> read_recommend_evaluation(
    const std::filesystem::path& shop);

}  // namespace perennial::engine
