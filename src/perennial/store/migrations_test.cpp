#include "perennial/store/migrations.h"

#include <gtest/gtest.h>

#include <vector>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

constexpr Time kNow{1'700'000'000'000'000};

const std::vector<Migration> kTwo = {
    {1, "0001_things", "CREATE TABLE things (n BIGINT); CREATE TABLE others (n BIGINT);"},
    {2, "0002_names", "ALTER TABLE things ADD COLUMN name VARCHAR;"},
};

class Migrations : public testing::Test {
 protected:
  std::int64_t count(const std::string& table) {
    return read_value<std::int64_t>(connection_, "SELECT count(*) FROM " + table);
  }

  Database database_{"", {}};
  Connection connection_ = database_.connect();
};

TEST_F(Migrations, OfThisBuildAreNumberedWithoutGaps) {
  int version = 0;
  for (const Migration& step : migrations()) EXPECT_EQ(step.version, ++version);
  EXPECT_GE(version, 1);
}

TEST_F(Migrations, FromNothingReachTheLast) {
  EXPECT_EQ(schema_version(connection_), 0);
  migrate(connection_, migrations(), kNow);
  EXPECT_EQ(schema_version(connection_), migrations().back().version);
  for (const char* table : {"events", "order_lines", "items", "customers", "identities",
                            "campaigns", "exposures", "imports", "import_batches", "rejects"}) {
    EXPECT_EQ(count(table), 0) << table;
  }
  migrate(connection_, migrations(), kNow);
  EXPECT_EQ(count("schema_migrations"), static_cast<std::int64_t>(migrations().size()));
}

TEST_F(Migrations, FromTheOneBeforeKeepTheRows) {
  migrate(connection_, std::span(kTwo).first(1), kNow);
  connection_.run("INSERT INTO things VALUES (7)");
  migrate(connection_, kTwo, {kNow.micros + 1});
  EXPECT_EQ(read_value<std::int64_t>(connection_, "SELECT n FROM things WHERE name IS NULL"), 7);
  const auto [versions, times] = read_columns<std::int64_t, Time>(
      connection_, "SELECT version, applied_at FROM schema_migrations ORDER BY version");
  EXPECT_EQ(versions, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(times, (std::vector<Time>{kNow, {kNow.micros + 1}}));
}

TEST_F(Migrations, RefuseASchemaNewerThanTheList) {
  migrate(connection_, kTwo, kNow);
  try {
    migrate(connection_, std::span(kTwo).first(1), kNow);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
  }
}

TEST_F(Migrations, ThatFailLeaveTheVersionBefore) {
  std::vector<Migration> broken = kTwo;
  broken[1].sql = "ALTER TABLE things ADD COLUMN name VARCHAR; CREATE TABLE things (n BIGINT);";
  EXPECT_THROW(migrate(connection_, broken, kNow), Error);
  EXPECT_EQ(schema_version(connection_), 1);
  EXPECT_THROW(connection_.run("SELECT name FROM things"), Error);
  migrate(connection_, kTwo, kNow);
  EXPECT_EQ(schema_version(connection_), 2);
  EXPECT_NO_THROW(connection_.run("SELECT name FROM things"));
}

TEST_F(Migrations, RefuseADatabaseOfSomethingElse) {
  connection_.run("CREATE TABLE recipes (name VARCHAR)");
  try {
    migrate(connection_, migrations(), kNow);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
  }
  EXPECT_THROW(connection_.run("SELECT * FROM events"), Error);
}

}  // namespace
}  // namespace perennial::store
