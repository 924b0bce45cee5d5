// Staged rows into the facts: how fast ten million events are stored, and how fast they are found to be known.
//
// Timed is FactWriter alone, from begin_import to finish with its checkpoint; filling the staged table is the importers'
// work. `cpu_us/row` is processor time of all threads: what to compare on a machine that does other things too.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "perennial/base/error.h"
#include "perennial/store/fact_writer.h"
#include "perennial/store/shop.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

constexpr Time kNow{1'700'000'000'000'000};

// A shop in a folder of its own that goes with it.
class TemporaryShop {
 public:
  TemporaryShop() : path_(make_folder()), shop_(Shop::create(path_ / "shop", {}, kNow)) {}
  ~TemporaryShop() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryShop(const TemporaryShop&) = delete;
  TemporaryShop& operator=(const TemporaryShop&) = delete;
  Shop& get() { return shop_; }

 private:
  static fs::path make_folder() {
    std::string name = (fs::temp_directory_path() / "perennial_bench.XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    return name;
  }
  fs::path path_;
  Shop shop_;
};

// Events like those of a shop: hashes as ids, five to a session, a million customers, twenty thousand items.
void stage(Connection& connection, std::int64_t first, std::int64_t end) {
  connection.run(fmt::format(
      "CREATE OR REPLACE TEMP TABLE staged_events AS SELECT md5(range::VARCHAR) AS event_id, CASE "
      "WHEN range % 10 = 0 THEN 'Product Added' ELSE 'Product Viewed' END AS event, TIMESTAMP "
      "'2024-01-01' + INTERVAL (range * 3) SECOND AS time, 'c' || hash(range) % 1000000 AS "
      "customer_id, 'a' || hash(range) % 1500000 AS anonymous_id, 's' || range // 5 AS session_id, "
      "'i' || hash(range * 7) % 20000 AS item_id, 1::DECIMAL(12, 3) AS quantity, (hash(range) % "
      "10000 / 100)::DECIMAL(18, 6) AS unit_price, 'EUR' AS currency, 'bench' AS source, "
      "'events.parquet' AS file, range AS line FROM range({}, {})",
      first, end));
}

struct Cost {
  double seconds = 0;
  double cpu_seconds = 0;
};

Cost import_staged(Connection& connection, const FactWriter::Counts& expected) {
  const auto progress = make_quiet_progress();
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  FactWriter writer(connection);
  writer.begin_import("bench", {}, kNow);
  writer.write_all(*progress);
  const FactWriter::Counts counts = writer.finish();
  const Cost cost{
      .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
      .cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC};
  CHECK(counts == expected);
  return cost;
}

void count(benchmark::State& state, const Cost& cost) {
  const auto rows = static_cast<double>(state.range(0));
  state.SetIterationTime(cost.seconds);
  state.counters["rows/s"] =
      benchmark::Counter(rows, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["cpu_us/row"] = cost.cpu_seconds * 1e6 / rows;
}

void first_import(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  for ([[maybe_unused]] auto _ : state) {
    TemporaryShop shop;
    Connection connection = shop.get().connect();
    stage(connection, 0, rows);
    count(state, import_staged(connection, {.stored = rows}));
    CHECK(read_value<std::int64_t>(connection, "SELECT count(DISTINCT event_id) FROM events") ==
          rows);
  }
}

void same_import_again(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  TemporaryShop shop;
  Connection connection = shop.get().connect();
  stage(connection, 0, rows);
  import_staged(connection, {.stored = rows});
  for ([[maybe_unused]] auto _ : state) {
    stage(connection, 0, rows);
    count(state, import_staged(connection, {.known = rows}));
  }
}

// A day's file for a shop that has stored `range(1)` events: the cost of looking through old ids.
void small_import_into_large_shop(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  const std::int64_t stored = state.range(1);
  TemporaryShop shop;
  Connection connection = shop.get().connect();
  stage(connection, 0, stored);
  import_staged(connection, {.stored = stored});
  std::int64_t first = stored - rows / 10;  // a tenth is known
  for ([[maybe_unused]] auto _ : state) {
    stage(connection, first, first + rows);
    count(state, import_staged(connection, {.stored = rows - rows / 10, .known = rows / 10}));
    first += rows - rows / 10;
  }
}

BENCHMARK(first_import)->Arg(10'000'000)->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);
BENCHMARK(same_import_again)
    ->Arg(10'000'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);
BENCHMARK(small_import_into_large_shop)
    ->Args({100'000, 10'000'000})
    ->Iterations(3)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::store
