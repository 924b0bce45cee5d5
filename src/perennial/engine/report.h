// report: the last run as one HTML file.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"

namespace perennial::engine {

struct Report {
  static constexpr std::string_view kName = "report";
  static constexpr std::string_view kSummary = "The last run as one HTML file that works offline";
  struct Input {
    std::filesystem::path shop;
    std::filesystem::path out = "report.html";
    std::string lang = "en";
  };
  struct Output {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    Day as_of;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Report::Output& output);

}  // namespace perennial::engine
