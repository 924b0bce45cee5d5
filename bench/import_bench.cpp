// Importing Perennial's own events: rows per second from Parquet and CSV to committed facts, and the text reader alone.
//
// PERENNIAL_BENCH_ROWS sets the number of rows (10 million by default).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "perennial/base/progress.h"
#include "perennial/base/text.h"
#include "perennial/store/import/delimited.h"
#include "perennial/store/import/import.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

std::int64_t row_count() {
  const char* text = std::getenv("PERENNIAL_BENCH_ROWS");
  return text != nullptr ? parse_int(text).value_or(10'000'000) : 10'000'000;
}

fs::path folder() { return fs::temp_directory_path() / "perennial import bench"; }

// Events of a shop of a million visitors, written once in both forms.
fs::path events_file(const std::string& extension) {
  const fs::path path = folder() / fmt::format("events {}.{}", row_count(), extension);
  if (fs::exists(path)) return path;
  fs::create_directories(folder());
  Database database("", {});
  Connection connection = database.connect();
  connection.run(fmt::format(
      "COPY (SELECT 'e' || i AS event_id, CASE i % 10 WHEN 0 THEN 'Product Added' ELSE 'Product "
      "Viewed' END AS event, TIMESTAMP '2024-01-01' + to_milliseconds(i * 3000) AS time, CASE WHEN "
      "i % 3 = 0 THEN 'c' || (hash(i) % 1000000) END AS customer_id, 'a' || (hash(i) % 2000000) AS "
      "anonymous_id, 's' || (i // 7) AS session_id, 'item-' || (hash(i * 7) % 50000) AS item_id, "
      "CASE i % 10 WHEN 0 THEN 1 END::DECIMAL(12, 3) AS quantity, ((hash(i) % 10000) / "
      "100)::DECIMAL(18, 6) AS unit_price, NULL::DECIMAL(18, 6) AS value, 'EUR' AS currency, "
      "NULL::VARCHAR AS order_id, NULL::VARCHAR AS properties FROM range({}) t(i)) TO {}",
      row_count(), quote_sql(path.string())));
  return path;
}

void import_events(benchmark::State& state, const std::string& extension) {
  const fs::path file = events_file(extension);
  const fs::path shop_path = folder() / "shop";
  const auto progress = make_quiet_progress();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    fs::remove_all(shop_path);
    Shop shop = Shop::create(shop_path, {"EUR"}, Time{0});
    state.ResumeTiming();
    const ImportReport report = import_files(shop, {.inputs = {file}, .now = Time{0}}, *progress);
    if (report.facts.size() != 1 || report.facts[0].stored != row_count() ||
        !report.rejects.empty()) {
      throw std::runtime_error("the import did not store every row");
    }
  }
  fs::remove_all(shop_path);
  state.SetItemsProcessed(state.iterations() * row_count());
}

void from_parquet(benchmark::State& state) { import_events(state, "parquet"); }
void from_csv(benchmark::State& state) { import_events(state, "csv"); }

void read_delimited(benchmark::State& state) {
  const fs::path file = events_file("csv");
  for ([[maybe_unused]] auto _ : state) {
    DelimitedReader reader(open_bytes(file), {});
    std::int64_t records = 0;
    while (reader.next_block()) {
      while (reader.next_record()) ++records;
    }
    if (records != row_count() + 1) throw std::runtime_error("a record was lost");
  }
  state.SetItemsProcessed(state.iterations() * row_count());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(fs::file_size(file)));
}

BENCHMARK(from_parquet)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();
BENCHMARK(from_csv)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();
BENCHMARK(read_delimited)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace perennial::store
