#include "perennial/store/database.h"

#include <gtest/gtest.h>

#include <cmath>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

TEST(Database, ReadsColumnsWithNulls) {
  Database database("", {});
  Connection connection = database.connect();
  const auto [ints, doubles, texts, days, maybe] =
      read_columns<std::int64_t, double, std::string, Day, std::optional<std::int64_t>>(
          connection,
          "SELECT i, CASE WHEN i % 2 = 0 THEN i / 2.0::DOUBLE END, 'customer ' || i, DATE "
          "'1970-01-01' + i::INTEGER, "
          "CASE WHEN i > 0 THEN i END FROM range(5000) t(i) ORDER BY i");
  ASSERT_EQ(ints.size(), 5000U);
  EXPECT_EQ(ints[4999], 4999);
  EXPECT_EQ(doubles[10], 5.0);
  EXPECT_TRUE(std::isnan(doubles[11]));
  EXPECT_EQ(texts[4321], "customer 4321");
  EXPECT_EQ(days[7], Day{7});
  EXPECT_FALSE(maybe[0].has_value());
  EXPECT_EQ(maybe[1], 1);
}

TEST(Database, NamesTheStatementThatFails) {
  Database database("", {});
  Connection connection = database.connect();
  try {
    connection.run("SELECT nothing FROM nowhere");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("nowhere"), std::string::npos);
  }
  EXPECT_THROW((read_columns<double>(connection, "SELECT 1::BIGINT")), Bug);
  EXPECT_THROW((read_columns<std::int64_t>(connection, "SELECT NULL::BIGINT")), Bug);
}

TEST(Database, BindsEveryKindOfValue) {
  Database database("", {});
  Connection connection = database.connect();
  Statement statement = connection.prepare(
      "SELECT $1::VARCHAR || $2::BIGINT || $3::DOUBLE || $4::BOOLEAN, $5::DATE, $6 IS NULL");
  statement.bind(std::string_view("it's "), std::int64_t{7}, 1.5, true, Day{3}, std::monostate());
  const auto [text, day, null] = read_columns<std::string, Day, bool>(statement.query());
  EXPECT_EQ(text[0], "it's 71.5true");
  EXPECT_EQ(day[0], Day{3});
  EXPECT_TRUE(null[0]);
}

TEST(Appender, KeepsValuesNullsAndDecimals) {
  Database database("", {});
  Connection connection = database.connect();
  connection.run(
      "CREATE TABLE t (a BIGINT, b DOUBLE, c VARCHAR, d TIMESTAMP, e DECIMAL(18, 6), f DATE, g "
      "BOOLEAN)");
  const std::size_t n = 5001;
  std::vector<std::int64_t> a(n);
  std::vector<double> b(n);
  std::vector<std::string> storage(n);
  std::vector<std::string_view> c(n);
  std::vector<Time> d(n);
  std::vector<std::int64_t> e(n);
  std::vector<Day> f(n);
  const auto g = std::make_unique<bool[]>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto k = static_cast<std::int64_t>(i);
    a[i] = k;
    b[i] = i % 3 == 0 ? std::nan("") : 0.5 * static_cast<double>(i);
    storage[i] = "a text that is long enough to leave the inline form " + std::to_string(i);
    c[i] = i % 5 == 0 ? std::string_view() : storage[i];
    d[i] = {k * kMicrosPerDay};
    e[i] = k * 1'000'000 + 250'000;
    f[i] = {static_cast<std::int32_t>(k)};
    g[i] = i % 2 == 0;
  }
  {
    Transaction transaction(connection);
    Appender appender = connection.append_to("main", "t");
    const ColumnData columns[] = {std::span<const std::int64_t>(a),     std::span<const double>(b),
                                  std::span<const std::string_view>(c), std::span<const Time>(d),
                                  std::span<const std::int64_t>(e),     std::span<const Day>(f),
                                  std::span<const bool>(g.get(), n)};
    appender.append(columns);
    appender.close();
    transaction.commit();
  }
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT count(*) FROM t"), 5001);
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT count(b) FROM t"), 5001 - 1667);
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT count(c) FROM t"), 5001 - 1001);
  EXPECT_EQ(read_value<double>(connection, "SELECT e::DOUBLE FROM t WHERE a = 7"), 7.25);
  EXPECT_EQ(read_value<Day>(connection, "SELECT d::DATE FROM t WHERE a = 5000"), Day{5000});
  EXPECT_EQ(read_value<std::string>(connection, "SELECT c FROM t WHERE a = 4999"), storage[4999]);
}

TEST(Appender, TakesOptionalsAsNulls) {
  Database database("", {});
  Connection connection = database.connect();
  connection.run("CREATE TABLE t (a BIGINT, b DECIMAL(18, 6), c TIMESTAMP, d BOOLEAN)");
  const std::vector<std::optional<std::int64_t>> numbers{std::nullopt, 1'500'000};
  const std::vector<std::optional<bool>> booleans{true, std::nullopt};
  const std::span<const std::optional<std::int64_t>> column(numbers);
  Appender appender = connection.append_to("main", "t");
  const ColumnData columns[] = {column, column, column,
                                std::span<const std::optional<bool>>(booleans)};
  appender.append(columns);
  appender.close();
  EXPECT_EQ(read_value<std::string>(connection, "SELECT string_agg(t::VARCHAR, ';') FROM t"),
            "{'a': NULL, 'b': NULL, 'c': NULL, 'd': true};"
            "{'a': 1500000, 'b': 1.500000, 'c': '1970-01-01 00:00:01.5', 'd': NULL}");
}

TEST(Transaction, RollsBackUnlessCommitted) {
  Database database("", {});
  Connection connection = database.connect();
  connection.run("CREATE TABLE t (a BIGINT)");
  {
    Transaction transaction(connection);
    connection.run("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT count(*) FROM t"), 0);
}

}  // namespace
}  // namespace perennial::store
