#include "perennial/store/fact_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/store/migrations.h"

namespace perennial::store {
namespace {

constexpr Time kNow{1'700'000'000'000'000};
using Counts = FactWriter::Counts;

// The facts in memory: what the writer needs of a shop, made in no time.
class Facts {
 public:
  Facts() {
    connection_.run("ATTACH ':memory:' AS facts; USE facts");
    migrate(connection_, migrations(), kNow);
  }

  // Fills staged_events with these ids, in this order.
  void stage(const std::vector<std::string>& ids) {
    connection_.run(
        "CREATE OR REPLACE TEMP TABLE staged_events (event_id VARCHAR, event VARCHAR, time "
        "TIMESTAMP, quantity INTEGER, source VARCHAR, file VARCHAR, line BIGINT)");
    Appender appender = connection_.append_to("main", "staged_events", "temp");
    const std::size_t n = ids.size();
    const std::vector<std::string> texts(n, "x");
    const std::vector<Time> times(n, kNow);
    const std::vector<std::int32_t> quantities(n, 2);
    std::vector<std::int64_t> lines(n);
    for (std::size_t i = 0; i < n; ++i) lines[i] = static_cast<std::int64_t>(i);
    const ColumnData columns[] = {
        std::span<const std::string>(ids),   std::span<const std::string>(texts),
        std::span<const Time>(times),        std::span<const std::int32_t>(quantities),
        std::span<const std::string>(texts), std::span<const std::string>(texts),
        std::span<const std::int64_t>(lines)};
    appender.append(columns);
    appender.close();
  }

  Counts import_ids(const std::vector<std::string>& ids,
                    std::int64_t batch_rows = FactWriter::kBatchRows) {
    stage(ids);
    FactWriter writer(connection_, batch_rows);
    writer.begin_import("test", {}, kNow);
    writer.write_all(*progress_);
    return writer.finish();
  }

  std::int64_t number(const std::string& sql) {
    return read_value<std::int64_t>(connection_, "SELECT (" + sql + ")::BIGINT");
  }
  std::vector<std::string> stored_ids() {
    return std::get<0>(
        read_columns<std::string>(connection_, "SELECT event_id FROM events ORDER BY rowid"));
  }
  Connection& connection() { return connection_; }
  Progress& progress() { return *progress_; }

 private:
  Database database_{"", {}};
  Connection connection_ = database_.connect();
  std::unique_ptr<Progress> progress_ = make_quiet_progress();
};

TEST(FactWriter, StoresEachIdOnceAndInOrder) {
  Facts facts;
  EXPECT_EQ(facts.import_ids({"b", "a", "b", "c", "a"}), (Counts{.stored = 3, .known = 2}));
  EXPECT_EQ(facts.stored_ids(), (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(facts.import_ids({"d", "c", "d", "e"}), (Counts{.stored = 2, .known = 2}));
  EXPECT_EQ(facts.stored_ids(), (std::vector<std::string>{"b", "a", "c", "d", "e"}));
}

TEST(FactWriter, AddsNothingWhenAFileComesAgain) {
  Facts facts;
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back("id " + std::to_string(i));
  EXPECT_EQ(facts.import_ids(ids, 10), (Counts{.stored = 100}));
  EXPECT_EQ(facts.import_ids(ids, 10), (Counts{.known = 100}));
  EXPECT_EQ(facts.number("SELECT count(*) FROM events"), 100);
  EXPECT_EQ(facts.number("SELECT count(*) FROM imports"), 2);
  EXPECT_EQ(facts.number("SELECT count(*) FROM import_batches WHERE import_id = 1"), 11);
  EXPECT_EQ(facts.number("SELECT count(*) FROM import_batches WHERE import_id = 2"), 2);
  EXPECT_EQ(facts.number("SELECT count(*) FROM import_batches WHERE last"), 2);
}

TEST(FactWriter, GivesEveryColumnItsPlaceByName) {
  Facts facts;
  facts.connection().run(
      "CREATE TEMP TABLE staged_order_lines AS SELECT 'file.csv' AS file, 9::BIGINT AS line, "
      "'GBP' AS currency, 12.5::DECIMAL(18, 6) AS amount, 6.25::DECIMAL(18, 6) AS unit_price, "
      "2::DECIMAL(12, 3) AS quantity, 'mug' AS item_id, TIMESTAMP '2011-12-09 12:50:00' AS time, "
      "'536365' AS order_id, 'sale' AS kind, 'e1' AS event_id, 'uci' AS source");
  FactWriter writer(facts.connection());
  const std::vector<std::string> files = {"dir/it's \"here\".csv"};
  EXPECT_EQ(writer.begin_import("online_retail", files, kNow), 1);
  EXPECT_EQ(writer.write_all(facts.progress()), (Counts{.stored = 1}));
  EXPECT_EQ(writer.finish(), (Counts{.stored = 1}));
  EXPECT_EQ(facts.number("SELECT count(*) FROM order_lines WHERE event_id = 'e1' AND kind = 'sale' "
                         "AND order_id = '536365' AND item_id = 'mug' AND quantity = 2 AND amount "
                         "= 12.5 AND unit_price = 6.25 AND discount IS NULL AND customer_id IS "
                         "NULL AND currency = 'GBP' AND source = 'uci' AND import_id = 1"),
            1);
  EXPECT_EQ(read_value<std::string>(facts.connection(), "SELECT files FROM imports"),
            R"(["dir/it's \"here\".csv"])");
  EXPECT_EQ(read_value<Time>(facts.connection(), "SELECT max(committed_at) FROM import_batches"),
            kNow);
}

TEST(FactWriter, LeavesStagedTablesEmptyForTheNextSlice) {
  Facts facts;
  FactWriter writer(facts.connection());
  writer.begin_import("test", {}, kNow);
  facts.stage({"a", "b"});
  writer.write_all(facts.progress());
  EXPECT_EQ(facts.number("SELECT count(*) FROM temp.staged_events"), 0);
  EXPECT_EQ(writer.write_all(facts.progress()), Counts{});
  facts.connection().run(
      "INSERT INTO temp.staged_events (event_id, event, time, source) VALUES ('b', 'x', "
      "now()::TIMESTAMP, 'x'), "
      "('c', 'x', now()::TIMESTAMP, 'x')");
  EXPECT_EQ(writer.write_all(facts.progress()), (Counts{.stored = 1, .known = 1}));
  EXPECT_EQ(writer.finish(), (Counts{.stored = 3, .known = 1}));
}

TEST(FactWriter, CopesWithRowsDeletedFromTheStagedTable) {
  Facts facts;
  facts.stage({"a", "b", "c", "d", "e", "f", "a"});
  facts.connection().run("DELETE FROM temp.staged_events WHERE event_id IN ('c', 'd')");
  FactWriter writer(facts.connection(), 2);
  writer.begin_import("test", {}, kNow);
  EXPECT_EQ(writer.write("events", facts.progress()), (Counts{.stored = 4, .known = 1}));
  EXPECT_EQ(facts.stored_ids(), (std::vector<std::string>{"a", "b", "e", "f"}));
}

TEST(FactWriter, FillsBatchesWithNewRows) {
  Facts facts;
  std::vector<std::string> even;
  std::vector<std::string> all;
  for (int i = 0; i < 100; ++i) {
    all.push_back(std::to_string(i));
    if (i % 2 == 0) even.push_back(std::to_string(i));
  }
  facts.import_ids(even, 10);
  facts.import_ids(all, 10);
  const auto [stored, known] = read_columns<std::int64_t, std::int64_t>(
      facts.connection(),
      "SELECT rows_stored, rows_known FROM import_batches WHERE import_id = 2 AND NOT last");
  EXPECT_EQ(stored, std::vector<std::int64_t>(5, 10));
  EXPECT_EQ(known, std::vector<std::int64_t>(5, 10));
}

TEST(FactWriter, AgreesWithASetOfIds) {
  RandomStream random(1, 0);
  for (int run = 0; run < 6; ++run) {
    Facts facts;
    std::set<std::string> seen;
    std::vector<std::string> expected;
    for (int import = 0; import < 3; ++import) {
      std::vector<std::string> ids;
      Counts counts;
      const std::uint64_t rows = random.below(60);
      for (std::uint64_t i = 0; i < rows; ++i) {
        ids.push_back("an id of more than twelve bytes " + std::to_string(random.below(50)));
        if (seen.insert(ids.back()).second) {
          expected.push_back(ids.back());
          ++counts.stored;
        } else {
          ++counts.known;
        }
      }
      const auto batch_rows = static_cast<std::int64_t>(1 + random.below(12));
      ASSERT_EQ(facts.import_ids(ids, batch_rows), counts);
      ASSERT_EQ(facts.stored_ids(), expected);
      ASSERT_EQ(facts.number("SELECT coalesce(sum(rows_stored), 0) FROM import_batches"),
                static_cast<std::int64_t>(expected.size()));
      ASSERT_EQ(facts.number("SELECT coalesce(sum(rows_known), 0) FROM import_batches WHERE "
                             "import_id = (SELECT max(import_id) FROM imports)"),
                counts.known);
      ASSERT_LE(facts.number("SELECT coalesce(max(rows_stored), 0) FROM import_batches WHERE "
                             "import_id = (SELECT max(import_id) FROM imports)"),
                batch_rows);
    }
  }
}

TEST(FactWriter, RecordsARejectOnce) {
  Facts facts;
  const auto import_rejects = [&](const std::string& rows) {
    facts.connection().run("CREATE OR REPLACE TEMP TABLE staged_rejects AS SELECT * FROM (VALUES " +
                           rows + ") t(file, line, field, reason, message, raw)");
    FactWriter writer(facts.connection());
    writer.begin_import("test", {}, kNow);
    writer.write_all(facts.progress());
    return writer.finish();
  };
  const std::string two =
      "('a.csv', 7, 'time', 'bad_time', 'm', 'r'), ('a.csv', 3, NULL, 'wrong_field_count', 'm', "
      "NULL)";
  EXPECT_EQ(import_rejects(two), (Counts{.rejected = 2}));
  EXPECT_EQ(import_rejects(two + ", ('b.csv', 7, 'time', 'bad_time', 'm', 'r')"),
            (Counts{.rejected = 3}));
  EXPECT_EQ(facts.number("SELECT count(*) FROM rejects"), 3);
  EXPECT_EQ(facts.number("SELECT count(*) FROM rejects WHERE import_id = 2 AND file = 'b.csv'"), 1);
  EXPECT_EQ(facts.number("SELECT sum(rows_rejected) FROM import_batches"), 3);
  EXPECT_EQ(facts.number("SELECT sum(rows_known) FROM import_batches"), 2);
  EXPECT_EQ(facts.number("SELECT line FROM rejects LIMIT 1"), 3);
}

TEST(FactWriter, RefusesStagedTablesThatDoNotFit) {
  Facts facts;
  FactWriter writer(facts.connection());
  EXPECT_THROW(writer.write("events", facts.progress()), Bug);  // no import
  writer.begin_import("test", {}, kNow);
  EXPECT_THROW(writer.write("orders", facts.progress()), Bug);
  const auto message = [&](const std::string& columns) -> std::string {
    facts.connection().run("CREATE OR REPLACE TEMP TABLE staged_events AS SELECT " + columns);
    try {
      writer.write("events", facts.progress());
    } catch (const Bug& bug) {
      return bug.what();
    }
    return "";
  };
  EXPECT_EQ(
      message(
          "'a' AS event_id, 'x' AS event, now()::TIMESTAMP AS time, 's' AS source, 1 AS colour"),
      "staged_events has columns that events has not: colour");
  EXPECT_EQ(message("'a' AS event_id, 'x' AS event, now()::TIMESTAMP AS time"),
            "staged_events lacks columns that events needs: source");
  EXPECT_EQ(facts.number("SELECT count(*) FROM events"), 0);
}

TEST(FactWriter, LeavesNothingOfABatchThatFails) {
  Facts facts;
  facts.stage({"a", "b", "c", "d"});
  facts.connection().run("UPDATE temp.staged_events SET time = NULL WHERE event_id = 'd'");
  FactWriter writer(facts.connection(), 2);
  writer.begin_import("test", {}, kNow);
  try {
    writer.write("events", facts.progress());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_NE(std::string(error.what()).find("events.time"), std::string::npos) << error.what();
  }
  EXPECT_EQ(facts.stored_ids(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(facts.number("SELECT sum(rows_stored) FROM import_batches"), 2);
}

TEST(FactWriter, StopsBetweenBatchesAndGoesOnNextTime) {
  class StopAfterTwo : public Progress {
    void on_begin(std::string_view, std::uint64_t) override {}
    void on_advance(std::uint64_t done) override {
      if (done >= 20) stop();
    }
    void on_end(std::uint64_t) override {}
  };
  Facts facts;
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(std::to_string(i));
  facts.stage(ids);
  StopAfterTwo progress;
  FactWriter writer(facts.connection(), 10);
  writer.begin_import("test", {}, kNow);
  try {
    writer.write("events", progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
  const std::int64_t stored = facts.number("SELECT count(*) FROM events");
  EXPECT_GE(stored, 20);
  EXPECT_LE(stored, 30);
  EXPECT_EQ(facts.number("SELECT sum(rows_stored) FROM import_batches"), stored);
  EXPECT_EQ(facts.import_ids(ids), (Counts{.stored = 100 - stored, .known = stored}));
}

}  // namespace
}  // namespace perennial::store
