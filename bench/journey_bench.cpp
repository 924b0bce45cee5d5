// Journey: from facts to customers, summaries, stages. Every program checks what it counts.
//
// Machine-sized shop: 1 M customers, 2 M order lines, 10 M events in sessions, a tenth of them anonymous and joined
// later; 5 % of the lines come back.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <system_error>

#include "perennial/base/error.h"
#include "perennial/journey/build.h"
#include "perennial/journey/cohorts.h"
#include "perennial/journey/purchase_history.h"
#include "perennial/journey/rfm.h"
#include "perennial/journey/stages.h"
#include "perennial/journey/summaries.h"
#include "perennial/store/shop.h"

namespace perennial::journey {
namespace {

// A shop in the temporary folder, removed with it.
class Shop {
 public:
  explicit Shop(std::string_view name)
      : folder_(std::filesystem::temp_directory_path() / name),
        shop_(make(folder_)),
        connection(shop_.connect()) {}
  ~Shop() { std::filesystem::remove_all(folder_); }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  void build(Day as_of) {
    const auto progress = make_quiet_progress();
    journey::build(connection, {.as_of = as_of, .currency = "GBP"}, *progress);
  }

 private:
  static store::Shop make(const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    return store::Shop::create(folder, {.currency = "GBP"}, Time{});
  }
  std::filesystem::path folder_;
  store::Shop shop_;

 public:
  store::Connection connection;
};

constexpr Day kAsOf{19'722};  // 2023-12-31

std::unique_ptr<Shop> make_large_shop() {
  auto shop = std::make_unique<Shop>("journey_bench_large");
  shop->connection.run(R"(
    INSERT INTO order_lines
    SELECT 'l' || i, 'sale', 'o' || (i // 2), TIMESTAMP '2022-01-01' + to_seconds((hash(i // 2) % 63000000)::BIGINT),
      CASE WHEN i % 20 > 1 THEN 'customer-' || (hash(i // 2) % 1000000) END, NULL, 'item-' || (hash(i) % 20000), 1 + i % 3,
      9.95, NULL, (1 + i % 3) * 9.95, 'GBP', NULL, 'GB', NULL, NULL, 'bench', 1
    FROM range(1900000) t(i);
    INSERT INTO order_lines
    SELECT 'r' || event_id, 'return', 'credit ' || order_id, time + INTERVAL 10 DAY, customer_id, NULL, item_id,
      -quantity, unit_price, NULL, -amount, currency, NULL, country, NULL, NULL, source, 1
    FROM order_lines WHERE hash(event_id) % 19 = 0;
    INSERT INTO events
    SELECT 'e' || i, CASE WHEN i % 5 = 0 THEN 'Product Added' ELSE 'Product Viewed' END,
      TIMESTAMP '2022-01-01' + to_seconds((hash(i // 4) % 63000000)::BIGINT + i % 4),
      CASE WHEN i // 4 % 10 > 0 THEN 'customer-' || (hash(i // 4) % 1000000) END,
      'browser-' || (hash(i // 4) % 1000000), 'session-' || (i // 4), 'item-' || (hash(i) % 20000), NULL, NULL, NULL,
      NULL, NULL, NULL, 'bench', 1
    FROM range(10000000) t(i);
    INSERT INTO identities
    SELECT 'i' || i, 'browser-' || i, 'customer-' || i, TIMESTAMP '2022-06-01', 'identify', 'bench', 1
    FROM range(0, 1000000, 2) t(i);
    CHECKPOINT)");
  return shop;
}

// Never closed: at the exit of the program DuckDB cannot be used any more. Its files go all the same.
Shop& large_shop() {
  static Shop* const kShop = [] {
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(std::filesystem::temp_directory_path() / "journey_bench_large",
                                  ignored);
    });
    return make_large_shop().release();
  }();
  return *kShop;
}

void expect(benchmark::State& state, double value, double wanted, const char* what) {
  if (value != wanted)
    state.SkipWithError(fmt::format("{}: {} instead of {}", what, value, wanted).c_str());
}

void large_build(benchmark::State& state) {
  Shop& shop = large_shop();
  for ([[maybe_unused]] auto _ : state) shop.build(kAsOf);
  // What was sold less what came back by the as-of day, guests and the unmatched included.
  expect(state,
         store::read_value<double>(
             shop.connection,
             "SELECT ((SELECT sum(amount::DECIMAL(18, 6)) FROM derived.orders) - (SELECT "
             "coalesce(sum(amount::DECIMAL(18, 6)), 0) FROM derived.returns WHERE purchase_day IS "
             "NULL))::DOUBLE"),
         store::read_value<double>(
             shop.connection,
             "SELECT sum(amount)::DOUBLE FROM order_lines WHERE time < TIMESTAMP '2024-01-01'"),
         "net revenue");
}
BENCHMARK(large_build)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void large_summaries(benchmark::State& state) {
  Shop& shop = large_shop();
  CustomerSummaries s;
  for ([[maybe_unused]] auto _ : state)
    s = summaries(shop.connection, {.as_of = kAsOf, .unit = {}, .start = {}});
  state.counters["customers"] = static_cast<double>(s.size());
  expect(state,
         std::accumulate(s.repeat_purchases.begin(), s.repeat_purchases.end(), 0.0) +
             static_cast<double>(s.size()),
         store::read_value<double>(shop.connection,
                                   "SELECT count(*)::DOUBLE FROM derived.purchase_days"),
         "purchase days");
}
BENCHMARK(large_summaries)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void large_summaries_at_every_month_end(benchmark::State& state) {
  Shop& shop = large_shop();
  double buyers = 0;
  std::vector<Day> dates;
  for ([[maybe_unused]] auto _ : state) {
    buyers = 0;
    dates = stage_dates(shop.connection, kAsOf);
    const PurchaseHistory history = purchase_history(shop.connection);
    for (const Day date : dates)
      buyers += static_cast<double>(summaries_at(history, date, {}).customers.size());
  }
  state.counters["rows"] = buyers;
  expect(state, static_cast<double>(dates.size()), 24, "dates");
}
BENCHMARK(large_summaries_at_every_month_end)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void large_stages(benchmark::State& state) {
  Shop& shop = large_shop();
  shop.connection.run(
      "CREATE OR REPLACE TABLE derived.activity (customer_id VARCHAR, as_of DATE, activity "
      "DOUBLE)");
  for (const Day date : stage_dates(shop.connection, kAsOf)) {
    shop.connection.run(
        fmt::format("INSERT INTO derived.activity SELECT customer_id, DATE '{0}', exp(-(DATE '{0}' "
                    "- max(day)) / 200.0) FROM "
                    "derived.purchase_days WHERE day <= DATE '{0}' GROUP BY customer_id",
                    format_day(date)));
  }
  const auto progress = make_quiet_progress();
  for ([[maybe_unused]] auto _ : state) stages(shop.connection, kAsOf, {}, *progress);
  expect(
      state,
      store::read_value<double>(
          shop.connection,
          "SELECT count(*)::DOUBLE FROM derived.stages WHERE as_of = DATE '2023-12-31'"),
      store::read_value<double>(shop.connection, "SELECT count(*)::DOUBLE FROM derived.customers"),
      "stages at the as-of day");
}
BENCHMARK(large_stages)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void large_rfm_and_cohorts(benchmark::State& state) {
  Shop& shop = large_shop();
  for ([[maybe_unused]] auto _ : state) {
    rfm(shop.connection, kAsOf);
    cohorts(shop.connection, kAsOf);
  }
  expect(
      state,
      store::read_value<double>(
          shop.connection, "SELECT sum(customers)::DOUBLE FROM derived.cohorts WHERE period = 0"),
      store::read_value<double>(
          shop.connection,
          "SELECT count(*)::DOUBLE FROM derived.rfm WHERE shopify_group <> 'prospects'"),
      "buyers");
}
BENCHMARK(large_rfm_and_cohorts)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void online_retail_build(benchmark::State& state) {
  const std::filesystem::path file = PERENNIAL_SHARED_DATA "/online_retail.parquet";
  if (!std::filesystem::exists(file)) {
    state.SkipWithError("shared data online_retail.parquet is not here");
    return;
  }
  Shop shop("journey_bench_retail");
  shop.connection.run(
      fmt::format("INSERT INTO order_lines SELECT 'l' || row_number() OVER (), CASE WHEN Quantity "
                  "> 0 THEN 'sale' ELSE 'return' END, "
                  "InvoiceNo, InvoiceDate, CustomerID::BIGINT::VARCHAR, NULL, StockCode, Quantity, "
                  "UnitPrice, NULL, Quantity * "
                  "UnitPrice, 'GBP', NULL, Country, NULL, to_json({{'description': Description}}), "
                  "'online_retail', 1 FROM '{}'",
                  file.string()));
  for ([[maybe_unused]] auto _ : state) shop.build(Day{15'317} /* 2011-12-09 */);
  expect(
      state,
      store::read_value<double>(shop.connection, "SELECT count(*)::DOUBLE FROM derived.customers"),
      4339, "customers");
}
BENCHMARK(online_retail_build)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace perennial::journey
