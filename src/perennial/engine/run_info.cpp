#include "perennial/engine/run_info.h"

#include <cmath>

#include "perennial/base/error.h"

namespace perennial::engine {

void clear_run_info(store::Connection& connection) {
  connection.run(
      "CREATE OR REPLACE TABLE derived.run_info (as_of DATE, currency VARCHAR, horizon_days "
      "INTEGER, window_days INTEGER, annual_discount DOUBLE, "
      "value_version VARCHAR, recommender_version VARCHAR, increment_error DOUBLE, notes "
      "VARCHAR)");
}

void write_run_info(store::Connection& connection, const RunInfo& info) {
  store::Statement statement = connection.prepare(
      "INSERT INTO derived.run_info VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
  statement.bind(info.as_of, std::string_view(info.currency), std::int32_t{info.horizon_days},
                 std::int32_t{info.window_days}, info.annual_discount,
                 std::string_view(info.value_version), std::string_view(info.recommender_version),
                 info.increment_error.value_or(std::nan("")), std::string_view(info.notes));
  statement.query();
}

RunInfo read_run_info(store::Connection& connection, const std::filesystem::path& shop) {
  const auto missing = [&] {
    fail(ErrorKind::kNotFound, "{} has no finished run; call `perennial run {}` first",
         shop.string(), shop.string());
  };
  if (!store::read_value<bool>(connection,
                               "SELECT count(*) > 0 FROM duckdb_tables() WHERE database_name = "
                               "'derived' AND table_name = "
                               "'run_info'")) {
    missing();
  }
  const auto [as_of, currency, horizon, window, discount, value, recommender, error, notes] =
      store::read_columns<Day, std::string, std::int32_t, std::int32_t, double, std::string,
                          std::string, std::optional<double>, std::string>(
          connection, "SELECT * FROM derived.run_info");
  if (as_of.empty()) missing();
  return {.as_of = as_of[0],
          .currency = currency[0],
          .horizon_days = horizon[0],
          .window_days = window[0],
          .annual_discount = discount[0],
          .value_version = value[0],
          .recommender_version = recommender[0],
          .increment_error = error[0],
          .notes = notes[0]};
}

}  // namespace perennial::engine
