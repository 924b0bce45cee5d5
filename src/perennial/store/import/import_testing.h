// For tests of importers: a shop in a temporary folder, files written into it, and questions to its facts.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/store/import/import.h"

namespace perennial::store {

inline constexpr Time kImportTestNow{1'700'000'000'000'000};

class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              fmt::format("perennial {} {}", info->test_suite_name(), info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    shop_.emplace(Shop::create(folder_ / "shop", {"EUR"}, kImportTestNow));
  }
  void TearDown() override {
    shop_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path write(std::string_view name, std::string_view bytes) const {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::filesystem::path fixture(std::string_view name) {
    return std::filesystem::path(PERENNIAL_SOURCE_DIR) / "tests" / "data" / name;
  }

  ImportReport import(std::vector<std::filesystem::path> inputs) {
    return import(ImportRequest{.inputs = std::move(inputs), .now = kImportTestNow});
  }
  ImportReport import(const ImportRequest& request) {
    const auto progress = make_quiet_progress();
    return import_files(*shop_, request, *progress);
  }

  // What an import throws.
  std::string refusal(std::vector<std::filesystem::path> inputs) {
    try {
      import(std::move(inputs));
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was refused";
  }

  // The rows of a query, their values with blanks between, NULL as "-".
  std::vector<std::string> rows(std::string_view sql) {
    Connection connection = shop_->connect();
    Result result = connection.query(fmt::format("SELECT COLUMNS(*)::VARCHAR FROM ({})", sql));
    std::vector<std::string> lines;
    while (result.next()) {
      for (std::size_t row = 0; row < result.rows(); ++row) {
        std::string line;
        for (std::size_t i = 0; i < result.column_count(); ++i) {
          line += i == 0 ? "" : " ";
          line += result.is_null(i, row) ? std::string_view("-") : result.text(i, row);
        }
        lines.push_back(std::move(line));
      }
    }
    return lines;
  }
  std::string row(std::string_view sql) {
    const auto all = rows(sql);
    return all.size() == 1 ? all[0] : fmt::format("{} rows", all.size());
  }

  // "wrong_sign 1, bad_time 2", most frequent first.
  static std::string rejects(const ImportReport& report) {
    std::string text;
    for (const RejectCount& reject : report.rejects)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reject.reason, reject.count);
    return text;
  }
  // "order_lines 3/1": stored and known.
  static std::string facts(const ImportReport& report) {
    std::string text;
    for (const FactCount& fact : report.facts)
      text +=
          fmt::format("{}{} {}/{}", text.empty() ? "" : ", ", fact.table, fact.stored, fact.known);
    return text;
  }
  static bool has_note(const ImportReport& report, std::string_view part) {
    for (const std::string& note : report.notes) {
      if (note.find(part) != std::string::npos) return true;
    }
    return false;
  }

  std::filesystem::path folder_;
  std::optional<Shop> shop_;
};

}  // namespace perennial::store
