// import: facts from files.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"
#include "perennial/store/import/import.h"

namespace perennial::engine {

struct Import {
  static constexpr std::string_view kName = "import";
  static constexpr std::string_view kSummary =
      "Take in events, orders, items and customers from files";
  struct Input {
    std::filesystem::path shop;
    std::vector<std::filesystem::path> files;
    std::optional<std::string> format;
    std::optional<std::filesystem::path> map;
    bool dry_run = false;
  };
  struct Output {
    std::filesystem::path shop;
    store::ImportReport report;
    double seconds = 0;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Import::Output& output);

}  // namespace perennial::engine
