// export: a table of the shop as a file.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"

namespace perennial::engine {

struct Export {
  static constexpr std::string_view kName = "export";
  static constexpr std::string_view kSummary =
      "Write scores, next steps or another table as Parquet, CSV or JSON lines";
  struct Input {
    std::filesystem::path shop;
    std::string what = "scores";
    std::filesystem::path out;
    bool overwrite = false;
  };
  struct Output {
    std::string what;
    std::filesystem::path file;
    std::int64_t rows = 0;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Export::Output& output);

}  // namespace perennial::engine
