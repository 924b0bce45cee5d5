// init: makes a new shop.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"

namespace perennial::engine {

struct Init {
  static constexpr std::string_view kName = "init";
  static constexpr std::string_view kSummary = "Make a new shop: one folder that holds everything";
  struct Input {
    std::filesystem::path shop;
    std::string currency;
  };
  struct Output {
    std::filesystem::path shop;
    std::string currency;  // empty: taken from the first orders
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Init::Output& output);

}  // namespace perennial::engine
