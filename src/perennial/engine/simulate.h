// simulate: a shop with known truth, as files to import.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"

namespace perennial::engine {

struct Simulate {
  static constexpr std::string_view kName = "simulate";
  static constexpr std::string_view kSummary = "Write a shop with known truth, as files to import";
  struct Input {
    std::filesystem::path out;
    std::int64_t customers = 10'000;
    int days = 365;
    std::string format = "parquet";
    Day start = {19'358};  // 2023-01-01
    std::string currency = "GBP";
    int erlang_k = 1;
    bool pictures = false;
  };
  struct Output {
    std::filesystem::path folder;
    std::vector<std::pair<std::string, std::int64_t>> rows;  // per table
    std::uint64_t bytes = 0;
    double seconds = 0;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Simulate::Output& output);

}  // namespace perennial::engine
