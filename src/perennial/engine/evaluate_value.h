// evaluate value: how good the value models were at several cut-offs in the shop's past (backtest.h), and where each of
// them errs.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "perennial/engine/backtest.h"
#include "perennial/engine/field.h"

namespace perennial::engine {

struct EvaluateValue {
  static constexpr std::string_view kName = "evaluate value";
  static constexpr std::string_view kSummary =
      "Judge the value models at several cut-offs in the shop's past; the report shows the result";
  struct Input {
    std::filesystem::path shop;
    int cut_offs = 3;
    std::optional<int> holdout_days;
    std::optional<Day> end;
  };
  struct Output {
    std::filesystem::path file;  // evaluations/value.json in the shop, which the report reads
    BacktestResult result;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const EvaluateValue::Output& output);

// What evaluate value found last; nothing when it was never called.
std::optional<report::Backtest> read_backtest(const std::filesystem::path& shop);

}  // namespace perennial::engine
