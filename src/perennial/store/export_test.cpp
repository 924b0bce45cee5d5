#include "perennial/store/export.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/text.h"
#include "perennial/store/shop.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kQuery =
    "SELECT * FROM (VALUES (1::BIGINT, 'a,\"b\"'), (2, NULL), (3, '中文')) t(n, name) ORDER BY n";

class Export : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "it's XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  ErrorKind refusal(const fs::path& path, Existing existing = Existing::kRefuse,
                    std::string_view query = kQuery) {
    try {
      export_query(connection_, query, path, existing);
    } catch (const Error& error) {
      return error.kind();
    }
    throw std::runtime_error("the file was written");
  }
  std::size_t entries() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_)) ++count;
    return count;
  }

  fs::path folder_;
  Database database_{"", {}};
  Connection connection_ = database_.connect();
};

TEST_F(Export, WritesTheFormatOfTheEnding) {
  EXPECT_EQ(export_query(connection_, kQuery, folder_ / "a.csv", Existing::kRefuse), 3);
  EXPECT_EQ(read_file(folder_ / "a.csv"), "n,name\n1,\"a,\"\"b\"\"\"\n2,\n3,中文\n");
  export_query(connection_, kQuery, folder_ / "a.TSV", Existing::kRefuse);
  EXPECT_EQ(read_file(folder_ / "a.TSV"), "n\tname\n1\t\"a,\"\"b\"\"\"\n2\t\n3\t中文\n");
  export_query(connection_, kQuery, folder_ / "a.jsonl", Existing::kRefuse);
  EXPECT_EQ(
      read_file(folder_ / "a.jsonl"),
      "{\"n\":1,\"name\":\"a,\\\"b\\\"\"}\n{\"n\":2,\"name\":null}\n{\"n\":3,\"name\":\"中文\"}\n");
}

TEST_F(Export, IsReadBackEqualInEveryFormat) {
  for (const char* name : {"a.parquet", "a.csv", "a.csv.gz", "a.csv.zst", "a.tsv", "a.jsonl",
                           "a.ndjson", "a.jsonl.gz", "a.jsonl.zst"}) {
    const fs::path path = folder_ / name;
    EXPECT_EQ(export_query(connection_, kQuery, path, Existing::kRefuse), 3) << name;
    const std::string file = quote_sql(path.string());
    const std::string_view kind = name;
    const std::string source = kind.ends_with("parquet") ? file
                               : kind.find("json") != std::string_view::npos
                                   ? "read_json(" + file + ")"
                                   : "read_csv(" + file + ")";
    EXPECT_EQ(
        read_value<std::int64_t>(
            connection_, fmt::format("SELECT count(*) FROM ((SELECT n, name FROM {0} EXCEPT "
                                     "ALL {1}) UNION ALL ({1} EXCEPT ALL SELECT n, name FROM {0}))",
                                     source, "SELECT * FROM (" + std::string(kQuery) + ")")),
        0)
        << name;
  }
}

TEST_F(Export, OverwritesOnlyWhenTold) {
  write_file(folder_ / "a.csv", "old");
  EXPECT_EQ(refusal(folder_ / "a.csv"), ErrorKind::kAlreadyExists);
  EXPECT_EQ(read_file(folder_ / "a.csv"), "old");
  EXPECT_EQ(export_query(connection_, "SELECT 1 AS n", folder_ / "a.csv", Existing::kOverwrite), 1);
  EXPECT_EQ(read_file(folder_ / "a.csv"), "n\n1\n");
}

TEST_F(Export, LeavesNothingBehindWhenItFails) {
  write_file(folder_ / "a.csv", "old");
  EXPECT_EQ(refusal(folder_ / "a.csv", Existing::kOverwrite, "SELECT nothing FROM nowhere"),
            ErrorKind::kBadInput);
  EXPECT_EQ(
      refusal(folder_ / "a.csv", Existing::kOverwrite,
              "SELECT 100 // (range - 90000)::BIGINT, ('x' || range)::INTEGER FROM range(100000)"),
      ErrorKind::kBadInput);
  EXPECT_EQ(read_file(folder_ / "a.csv"), "old");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Export, WorksOnAShopOpenedForReading) {
  {
    const Shop shop = Shop::create(folder_ / "shop", {.currency = "EUR"}, Time{});
  }
  Shop shop = Shop::open(folder_ / "shop", Access::kRead, Time{});
  Connection connection = shop.connect();
  export_query(connection, "SELECT name, value FROM settings", folder_ / "a.csv",
               Existing::kRefuse);
  EXPECT_EQ(read_file(folder_ / "a.csv"), "name,value\ncurrency,EUR\n");
}

TEST_F(Export, NamesTheEndingsThereAre) {
  for (const char* name : {"a.xlsx", "a", "a.gz", "a.parquet.gz", "csv"}) {
    EXPECT_EQ(refusal(folder_ / name), ErrorKind::kInvalidArgument) << name;
  }
  EXPECT_EQ(refusal(folder_ / "no" / "a.csv"), ErrorKind::kIo);
  EXPECT_EQ(entries(), 0U);
}

}  // namespace
}  // namespace perennial::store
