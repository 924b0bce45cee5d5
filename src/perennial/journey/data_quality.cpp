#include "perennial/journey/data_quality.h"

#include <fmt/format.h>

#include <tuple>

#include "perennial/base/text.h"
#include "perennial/journey/build.h"
#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {
namespace {

void read_lines(store::Connection& connection, DataQuality& out) {
  using Count = std::int64_t;
  const auto [lines, guests, blocked, guest_amount, sale_amount, free, returns, returned, cancelled,
              first, last] =
      store::read_columns<Count, Count, Count, double, double, Count, Count, double, Count,
                          std::optional<Day>, std::optional<Day>>(
          connection, fill_sql(kLineQualitySql, {{"customer_id", known_id("customer_id")},
                                                 {"currency", quote_sql(out.currency)}}));
  out.order_lines = lines[0];
  out.guest_lines = guests[0];
  out.blocked_lines = blocked[0];
  out.guest_amount = guest_amount[0];
  out.sale_amount = sale_amount[0];
  out.free_lines = free[0];
  out.return_lines = returns[0];
  out.returned_amount = returned[0];
  out.cancellation_lines = cancelled[0];
  out.first_order = first[0];
  out.last_order = last[0];
}

void read_events(store::Connection& connection, DataQuality& out) {
  const auto [events, nameless, first, last] =
      store::read_columns<std::int64_t, std::int64_t, std::optional<Day>, std::optional<Day>>(
          connection,
          "SELECT count(*), count(*) - count(coalesce(customer_id, anonymous_id)), "
          "CAST(min(time) AS DATE), CAST(max(time) AS DATE) FROM events");
  out.events = events[0];
  out.nameless_events = nameless[0];
  out.first_event = first[0];
  out.last_event = last[0];
}

void read_imports(store::Connection& connection, DataQuality& out) {
  const auto [stored, known] = store::read_columns<std::int64_t, std::int64_t>(
      connection,
      "SELECT CAST(coalesce(sum(rows_stored), 0) AS BIGINT), "
      "CAST(coalesce(sum(rows_known), 0) AS BIGINT) FROM import_batches");
  out.rows_stored = stored[0];
  out.rows_known = known[0];
  const auto [reasons, rows] = store::read_columns<std::string, std::int64_t>(
      connection,
      "SELECT reason, count(*) FROM rejects GROUP BY reason ORDER BY count(*) DESC, reason");
  for (std::size_t i = 0; i < reasons.size(); ++i) out.rejects.push_back({reasons[i], rows[i]});
}

}  // namespace

DataQuality data_quality(store::Connection& connection, std::string_view currency) {
  DataQuality out;
  out.currency = currency.empty() ? main_currency(connection) : std::string(currency);
  read_lines(connection, out);
  const auto [codes, lines, amounts] = store::read_columns<std::string, std::int64_t, double>(
      connection,
      fmt::format("SELECT currency, count(*), CAST(sum(amount) AS DOUBLE) FROM order_lines "
                  "WHERE currency <> {} GROUP BY currency ORDER BY count(*) DESC, currency",
                  quote_sql(out.currency)));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    out.other_currencies.push_back({codes[i], lines[i], amounts[i]});
  }
  read_events(connection, out);
  read_imports(connection, out);
  return out;
}

}  // namespace perennial::journey
