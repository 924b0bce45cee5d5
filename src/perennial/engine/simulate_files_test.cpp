#include "perennial/engine/simulate_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/store/database.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

class SimulateFiles : public testing::Test {
 protected:
  SimulateFiles() : folder_(fs::path(testing::TempDir()) / name()) { fs::remove_all(folder_); }
  ~SimulateFiles() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  static std::string name() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return fmt::format("perennial_{}_{}", test->test_suite_name(), test->name());
  }

  SimulateSummary write(const std::string& sub, FileFormat format, int threads = 2) {
    const auto progress = make_quiet_progress();
    return write_simulated_shop(options_, folder_ / sub, format, {threads}, *progress);
  }
  template <typename T>
  T ask(const std::string& sql) {
    return store::read_value<T>(connection_, sql);
  }
  std::string table(const std::string& file) const { return quote_sql((folder_ / file).string()); }
  std::map<std::string, std::string> bytes_of(const std::string& sub) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / sub)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files[fs::relative(entry.path(), folder_ / sub).string()] = {
          std::istreambuf_iterator<char>(file), {}};
    }
    return files;
  }

  fs::path folder_;
  simulate::Options options_{.customers = 400, .days = 120, .items = 240};
  store::Database database_{{}, {}};
  store::Connection connection_ = database_.connect();
};
using SimulateFilesSlow = SimulateFiles;

TEST_F(SimulateFiles, HoldTheFactTablesAndTheTruth) {
  const SimulateSummary summary = write("shop", FileFormat::kParquet);
  std::vector<std::string> names;
  for (const SimulateSummary::Table& t : summary.tables) {
    names.push_back(t.name);
    EXPECT_EQ(ask<std::int64_t>("SELECT count(*) FROM " + table("shop/" + t.name + ".parquet")),
              t.rows);
    EXPECT_EQ(t.files, 1);
  }
  EXPECT_THAT(names, testing::ElementsAre("campaigns", "customers", "events", "exposures",
                                          "identities", "items", "order_lines", "truth/customers",
                                          "truth/days", "truth/exposures", "truth/items"));
  std::int64_t bytes = 0;
  for (const auto& [file, content] : bytes_of("shop"))
    bytes += static_cast<std::int64_t>(content.size());
  EXPECT_EQ(summary.bytes, bytes);
  EXPECT_FALSE(fs::exists(folder_ / "shop.partial"));
}

TEST_F(SimulateFiles, HaveTheTypesOfTheFacts) {
  write("shop", FileFormat::kParquet);
  const auto types = [this](const std::string& file) {
    return ask<std::string>(
        "SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT * FROM " +
        table(file) + ")");
  };
  EXPECT_EQ(types("shop/events.parquet"),
            "event_id VARCHAR, event VARCHAR, time TIMESTAMP, customer_id VARCHAR, anonymous_id "
            "VARCHAR, session_id VARCHAR, item_id VARCHAR, quantity DECIMAL(12,3), unit_price "
            "DECIMAL(18,6), value DECIMAL(18,6), currency VARCHAR, order_id VARCHAR");
  EXPECT_THAT(types("shop/customers.parquet"),
              testing::AllOf(testing::HasSubstr("birthday DATE"),
                             testing::HasSubstr("marketing_opt_in BOOLEAN")));
  EXPECT_THAT(types("shop/exposures.parquet"), testing::HasSubstr("treated BOOLEAN, propensity"));
}

TEST_F(SimulateFiles, AgreeOnWhatWasOrdered) {
  write("shop", FileFormat::kParquet);
  EXPECT_EQ(
      ask<std::int64_t>(
          "SELECT count(*) FROM (SELECT order_id, value FROM " + table("shop/events.parquet") +
          " WHERE event = 'Order Completed' EXCEPT SELECT order_id, sum(amount) FROM " +
          table("shop/order_lines.parquet") + " WHERE kind = 'sale' GROUP BY order_id)"),
      0);
  EXPECT_EQ(ask<std::int64_t>("SELECT count(*) FROM " + table("shop/truth/customers.parquet") +
                              " t JOIN (SELECT customer_id, count(DISTINCT order_id) n FROM " +
                              table("shop/order_lines.parquet") +
                              " GROUP BY 1) o USING (customer_id) WHERE t.purchases <> o.n"),
            0);
  EXPECT_EQ(
      ask<std::int64_t>("SELECT sum(purchases)::BIGINT FROM " +
                        table("shop/truth/customers.parquet")),
      ask<std::int64_t>("SELECT count(DISTINCT order_id) FROM " +
                        table("shop/order_lines.parquet") + " WHERE customer_id IS NOT NULL"));
}

TEST_F(SimulateFiles, SayTheSameInCsv) {
  write("parquet", FileFormat::kParquet);
  write("csv", FileFormat::kCsv);
  for (const std::string name : {"events", "order_lines", "customers", "items"}) {
    EXPECT_EQ(ask<std::int64_t>("SELECT count(*) FROM ((SELECT COLUMNS(*)::VARCHAR FROM " +
                                table("parquet/" + name + ".parquet") +
                                ") EXCEPT ALL (SELECT * FROM read_csv(" +
                                table("csv/" + name + ".csv") + ", all_varchar = true)))"),
              0)
        << name;
  }
}

TEST_F(SimulateFiles, StateTheirParameters) {
  options_.purchase.erlang_k = 2;
  write("shop", FileFormat::kParquet);
  std::ifstream file(folder_ / "shop" / "truth" / "parameters.json");
  const auto parameters = nlohmann::json::parse(file);
  EXPECT_EQ(parameters["customers"], 400);
  EXPECT_EQ(parameters["start_day"], "2024-01-01");
  EXPECT_EQ(parameters["purchase"]["erlang_k"], 2);
  EXPECT_EQ(parameters["spend"]["mean"], 35.0);
}

TEST_F(SimulateFiles, HoldAPictureOfEveryItemWhenAskedFor) {
  write("plain", FileFormat::kCsv);
  EXPECT_FALSE(fs::exists(folder_ / "plain" / "pictures"));
  options_.pictures = true;
  const SimulateSummary summary = write("drawn", FileFormat::kParquet);
  const auto drawn = std::ranges::find(summary.tables, "pictures", &SimulateSummary::Table::name);
  ASSERT_NE(drawn, summary.tables.end());
  EXPECT_EQ(drawn->rows, 240);
  std::ifstream file(folder_ / "drawn" /
                         ask<std::string>("SELECT image_path FROM " + table("drawn/items.parquet") +
                                          " WHERE item_id = 'P00017' AND image_path IS NOT NULL"),
                     std::ios::binary);
  std::string signature(4, ' ');
  file.read(signature.data(), 4);
  EXPECT_EQ(signature, "\x89PNG");
}

TEST_F(SimulateFiles, LeaveOutTablesWithoutRows) {
  options_.campaigns = 0;
  write("shop", FileFormat::kCsv);
  EXPECT_FALSE(fs::exists(folder_ / "shop" / "campaigns.csv"));
  EXPECT_FALSE(fs::exists(folder_ / "shop" / "exposures.csv"));
}

TEST_F(SimulateFiles, TakeAnEmptyFolderButNoOther) {
  fs::create_directories(folder_ / "shop");
  write("shop", FileFormat::kCsv);
  try {
    write("shop", FileFormat::kCsv);
    FAIL() << "wrote over a shop";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kAlreadyExists);
    EXPECT_THAT(error.what(), testing::HasSubstr("name a new folder or remove it"));
  }
}

TEST_F(SimulateFiles, AppearOnlyWhenComplete) {
  const auto progress = make_quiet_progress();
  progress->stop();
  EXPECT_THROW(write_simulated_shop(options_, folder_ / "shop", FileFormat::kCsv, {1}, *progress),
               Error);
  EXPECT_FALSE(fs::exists(folder_ / "shop"));
  EXPECT_FALSE(fs::exists(folder_ / "shop.partial"));
}

TEST_F(SimulateFilesSlow, HaveTheSameBytesForAnyNumberOfThreads) {
  options_ = {.customers = 70'000, .days = 20, .items = 240};  // three parts
  write("one", FileFormat::kParquet, 1);
  write("three", FileFormat::kParquet, 3);
  const auto one = bytes_of("one");
  EXPECT_TRUE(one.contains("events-002.parquet"));
  EXPECT_EQ(bytes_of("three"), one);
}

}  // namespace
}  // namespace perennial::engine
