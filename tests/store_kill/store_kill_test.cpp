// A program that writes a shop is killed at random moments, and the shop is looked at after each.
//
// Story    the test starts itself again as a writer, which tells through a pipe how many rows it was told are stored;
//          after some of these messages and a random short while it is killed. What it told must be there, and
//          import_batches must add up to what is there
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/store/fact_writer.h"
#include "perennial/store/migrations.h"
#include "perennial/store/shop.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

constexpr Time kNow{1'700'000'000'000'000};

// What the writer does in a round until it is killed: import file after file, of rows with ids "<file>-<row>",
// whose file stands in `quantity` and row in `value`.
struct Job {
  std::int64_t first_file = 0;
  std::int64_t rows = 0;
  std::int64_t batch_rows = 0;
};

class Report : public Progress {
 public:
  void tell(std::int64_t value) {
    if (::write(STDOUT_FILENO, &value, sizeof value) != sizeof value) ::_exit(1);
  }

 private:
  void on_begin(std::string_view, std::uint64_t) override {}
  void on_advance(std::uint64_t done) override { tell(static_cast<std::int64_t>(done)); }
  void on_end(std::uint64_t) override {}
};

void import_file(Connection& connection, std::int64_t file, const Job& job, Progress& progress) {
  connection.run(
      fmt::format("CREATE OR REPLACE TEMP TABLE staged_events AS SELECT '{0}-' || range AS "
                  "event_id, 'Product Viewed' AS event, TIMESTAMP '2024-01-01' AS time, {0} AS "
                  "quantity, range AS value, 'kill' AS source FROM range({1})",
                  file, job.rows));
  connection.run(
      fmt::format("CREATE OR REPLACE TEMP TABLE staged_rejects AS SELECT 'file {0}' AS file, range "
                  "AS line, 'time' AS field, 'bad_time' AS reason, 'm' AS message, 'r' AS raw FROM "
                  "range(100)",
                  file));
  FactWriter writer(connection, job.batch_rows);
  const std::vector<std::string> files = {std::to_string(file)};
  writer.begin_import("kill", files, kNow);
  writer.write_all(progress);
  writer.finish();
}

[[noreturn]] void write_shop(const fs::path& path, const Job& job) {
  Shop shop = Shop::open(path, Access::kWrite, kNow);
  Connection connection = shop.connect();
  Report report;
  report.tell(0);
  for (std::int64_t file = job.first_file;; ++file) import_file(connection, file, job, report);
}

std::vector<Migration> made_migrations() {
  static std::vector<std::string> sql;
  if (sql.empty()) {
    for (int i = 1; i <= 200; ++i) {
      sql.push_back(
          fmt::format("CREATE TABLE a{0} (n BIGINT); CREATE TABLE b{0} AS SELECT range AS "
                      "n FROM range(1000); ALTER TABLE a{0} ADD COLUMN m VARCHAR;",
                      i));
    }
  }
  std::vector<Migration> list;
  for (const std::string& step : sql) {
    list.push_back({static_cast<int>(list.size()) + 1, "made", step});
  }
  return list;
}

int migrate_file(const fs::path& path) {
  Database database(path, {});
  Connection connection = database.connect();
  Report report;
  const std::vector<Migration> list = made_migrations();
  for (auto n = static_cast<std::size_t>(schema_version(connection)); n <= list.size(); ++n) {
    migrate(connection, std::span(list).first(n), kNow);
    report.tell(static_cast<std::int64_t>(n));
  }
  return 0;
}

// This program started again with other arguments, its messages in a pipe.
class Writer {
 public:
  explicit Writer(const std::vector<std::string>& arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const std::string program = fs::read_symlink("/proc/self/exe").string();
    std::vector<char*> argv = {const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execv(program.c_str(), argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    messages_ = ends[0];
  }
  ~Writer() {
    if (pid_ > 0) kill();
    ::close(messages_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // The next message; nothing when the writer has ended.
  std::optional<std::int64_t> read() {
    std::int64_t value = 0;
    if (::read(messages_, &value, sizeof value) != sizeof value) return std::nullopt;
    return value;
  }

  // True when it was still at work.
  bool kill() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t pid_ = 0;
  int messages_ = -1;
};

std::vector<std::string> arguments(const fs::path& shop, const Job& job) {
  return {"--write", shop.string(), std::to_string(job.first_file), std::to_string(job.rows),
          std::to_string(job.batch_rows)};
}

// Lets the kill fall anywhere in a transaction rather than right after one. Nothing is proved by the time it takes.
void linger(std::uint64_t milliseconds) { ::poll(nullptr, 0, static_cast<int>(milliseconds)); }

std::int64_t number(Connection& connection, const std::string& sql) {
  return read_value<std::int64_t>(connection, "SELECT (" + sql + ")::BIGINT");
}

void expect_whole(Connection& connection) {
  EXPECT_EQ(number(connection, "SELECT count(*) FROM events"),
            number(connection, "SELECT count(DISTINCT event_id) FROM events"));
  EXPECT_EQ(number(connection,
                   "SELECT count(*) FROM (SELECT import_id, count(*) AS rows FROM events GROUP BY "
                   "ALL) e FULL JOIN (SELECT import_id, sum(rows_stored) AS rows FROM "
                   "import_batches GROUP BY ALL HAVING sum(rows_stored) > 0) b USING (import_id) "
                   "WHERE e.rows IS DISTINCT FROM b.rows"),
            0);
  EXPECT_EQ(number(connection,
                   "SELECT count(*) FROM (SELECT import_id, count(*) AS rows FROM rejects GROUP BY "
                   "ALL) e FULL JOIN (SELECT import_id, sum(rows_rejected) AS rows FROM "
                   "import_batches GROUP BY ALL HAVING sum(rows_rejected) > 0) b USING (import_id) "
                   "WHERE e.rows IS DISTINCT FROM b.rows"),
            0);
  EXPECT_EQ(number(connection,
                   "SELECT count(*) FROM (SELECT max(batch) - count(*) AS gap FROM import_batches "
                   "GROUP BY import_id) WHERE gap <> 0"),
            0);
  EXPECT_EQ(number(connection,
                   "SELECT count(*) FROM import_batches WHERE import_id NOT IN (SELECT import_id "
                   "FROM imports)"),
            0);
  // Of every file, the rows from the first to some last one.
  EXPECT_EQ(number(connection,
                   "SELECT count(*) FROM (SELECT max(value) + 1 - "
                   "count(*) AS gap FROM events GROUP BY quantity) WHERE gap "
                   "<> 0"),
            0);
}

// A folder of its own, since the same test may run in several builds at once; it stays when the test fails.
class StoreKill : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "store_kill.XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  fs::path folder_;
};

TEST_F(StoreKill, LosesNoStoredRowAndLeavesNoHalfBatch) {
  const fs::path path =
      fs::path(testing::TempDir()) / ("store_kill_shop_" + std::to_string(getpid()));
  fs::remove_all(path);
  {
    const Shop shop = Shop::create(path, {}, kNow);
  }
  RandomStream random(20, 0);
  std::int64_t file = 0;
  std::int64_t rows_before = 0;
  std::vector<std::int64_t> rows_of_file;

  for (int round = 0; round < 20; ++round) {
    // Small batches go through the log, large ones into the file before they are committed.
    const bool large = round % 6 == 5;
    const Job job{
        .first_file = file, .rows = large ? 125'000 : 6'000, .batch_rows = large ? 124'000 : 400};
    Writer writer(arguments(path, job));
    std::int64_t told = 0;  // stored or known, as the writer was told, of all its files
    std::int64_t last = 0;
    const std::uint64_t messages = 1 + random.below(large ? 3 : 20);
    for (std::uint64_t i = 0; i < messages; ++i) {
      const std::optional<std::int64_t> done = writer.read();
      ASSERT_TRUE(done.has_value());
      if (*done < last) told += last;
      last = *done;
    }
    told += last;
    linger(random.below(large ? 100 : 8));
    ASSERT_TRUE(writer.kill());

    Shop shop = Shop::open(path, Access::kWrite, kNow);
    Connection connection = shop.connect();
    expect_whole(connection);
    const std::int64_t rows = number(connection, "SELECT count(*) FROM events");
    EXPECT_GE(rows, rows_before);
    EXPECT_GE(
        number(connection, fmt::format("SELECT count(*) FROM events WHERE quantity >= {}", file)),
        told);
    rows_before = rows;
    // The next round begins with the file that was being written, with the rows it had.
    const std::int64_t newest =
        number(connection, fmt::format("SELECT coalesce(max(quantity), {}) FROM "
                                       "events",
                                       file));
    rows_of_file.resize(static_cast<std::size_t>(newest) + 1);
    for (std::int64_t i = file; i <= newest; ++i) {
      std::int64_t& of_file = rows_of_file[static_cast<std::size_t>(i)];
      of_file = std::max(of_file, job.rows);
    }
    file = newest;
    if (HasFailure()) return;
  }

  // Each file again as a whole: what was cut off is added, the rest is known.
  Shop shop = Shop::open(path, Access::kWrite, kNow);
  Connection connection = shop.connect();
  const auto quiet = make_quiet_progress();
  std::int64_t expected = 0;
  for (std::size_t i = 0; i < rows_of_file.size(); ++i) {
    import_file(connection, static_cast<std::int64_t>(i),
                {.rows = rows_of_file[i], .batch_rows = FactWriter::kBatchRows}, *quiet);
  }
  for (const std::int64_t rows : rows_of_file) expected += rows;
  expect_whole(connection);
  EXPECT_EQ(number(connection, "SELECT count(*) FROM events"), expected);
  EXPECT_EQ(number(connection, "SELECT count(*) FROM rejects"),
            100 * static_cast<std::int64_t>(rows_of_file.size()));
}

TEST_F(StoreKill, LeavesAMigrationDoneOrNotBegun) {
  const fs::path path =
      fs::path(testing::TempDir()) / ("store_kill_" + std::to_string(getpid()) + ".duckdb");
  fs::remove(path);
  fs::remove(fs::path(path) += ".wal");
  RandomStream random(20, 1);
  std::int64_t version = 0;
  for (int round = 0; round < 6; ++round) {
    Writer writer({"--migrate", path.string()});
    const std::int64_t stop = version + static_cast<std::int64_t>(random.below(12));
    std::int64_t told = -1;
    while (told < stop) {
      const std::optional<std::int64_t> done = writer.read();
      ASSERT_TRUE(done.has_value());
      told = *done;
    }
    linger(random.below(8));
    ASSERT_TRUE(writer.kill());

    Database database(path, {});
    Connection connection = database.connect();
    version = schema_version(connection);
    EXPECT_GE(version, told);
    const std::string tables = "SELECT count(*) FROM duckdb_tables() WHERE table_name ";
    EXPECT_EQ(number(connection, tables + "SIMILAR TO 'a[0-9]+'"), version);
    EXPECT_EQ(number(connection, tables + "SIMILAR TO 'b[0-9]+' AND estimated_size = 1000"),
              version);
    EXPECT_EQ(number(connection, "SELECT count(*) FROM duckdb_columns() WHERE column_name = 'm'"),
              version);
    EXPECT_EQ(number(connection, "SELECT count(*) FROM schema_migrations"), version);
  }
  Database database(path, {});
  Connection connection = database.connect();
  migrate(connection, made_migrations(), kNow);
  EXPECT_EQ(schema_version(connection), 200);
}

}  // namespace

int work_as_writer(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "--migrate") return migrate_file(arguments[1]);
  if (arguments.size() == 5 && arguments[0] == "--write") {
    write_shop(arguments[1], {.first_file = std::stoll(arguments[2]),
                              .rows = std::stoll(arguments[3]),
                              .batch_rows = std::stoll(arguments[4])});
  }
  return 2;
}

}  // namespace perennial::store

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && (arguments[0] == "--write" || arguments[0] == "--migrate")) {
    return perennial::store::work_as_writer(arguments);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
