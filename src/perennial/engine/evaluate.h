// evaluate: how good the models are on the shop's own past: fitted on what was known the day before the split, judged
// on what came after, beside baselines, with bootstrap intervals.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"
#include "perennial/report/data.h"

namespace perennial::engine {

struct Evaluate {
  static constexpr std::string_view kName = "evaluate";
  static constexpr std::string_view kSummary =
      "Judge the models on the shop's own holdout, beside baselines";
  struct Input {
    std::filesystem::path shop;
    Day split;
    std::optional<Day> end;
    int list_length = 10;
  };

  // All metrics of one model or baseline of the value room.
  struct ValueRow {
    std::string id;
    bool is_baseline = false;
    bool chosen = false;
    std::vector<std::pair<std::string, report::Estimate>> metrics;  // docs/models/metrics.md
  };
  // One recommender under one policy of bought items.
  struct RecommenderRow {
    std::string id;
    bool is_baseline = false;
    bool chosen = false;
    std::string bought;  // when a bought item may come back: never, when_due, always
    std::vector<std::pair<std::string, report::Estimate>> metrics;
  };
  struct Output {
    Day split;
    Day end;
    std::int64_t customers = 0;         // buyers before the split
    std::vector<ValueRow> value;        // empty: see notes
    std::int64_t judged_customers = 0;  // with purchases after the split
    int list_length = 10;
    std::vector<RecommenderRow> recommenders;
    std::vector<std::string> notes;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Evaluate::Output& output);

}  // namespace perennial::engine
