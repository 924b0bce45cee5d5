#include "perennial/journey/build.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/journey/owned_events.h"
#include "perennial/journey/return_matches.h"
#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {
namespace {

// Work tables of this connection; they never reach the disk of the shop.
constexpr std::array<std::string_view, 5> kWorkTables = {"journey_lines", "journey_order_items",
                                                         "journey_returns", "journey_orders",
                                                         "journey_sessions"};

SqlValues values_of(const BuildOptions& options, const std::string& currency) {
  return {
      {"end", sql_end(options.as_of)},
      {"currency", quote_sql(currency)},
      {"customer_id", known_id("customer_id")},
      {"anonymous_id", known_id("anonymous_id")},
      {"customers_per_anonymous_id", std::to_string(options.customers_per_anonymous_id)},
      {"anonymous_ids_per_customer", std::to_string(options.anonymous_ids_per_customer)},
      {"is_purchase_day", options.free_days == FreeDays::kNoPurchase
                              ? "sum(exact_amount) > 0"
                              : "sum(exact_amount) >= 0 AND sum(units) > 0"},
      {"latest", "max_by($, (time, $)) FILTER (WHERE $ IS NOT NULL)"},
      {"stated",
       fmt::format("coalesce(max_by($, (time, $)) FILTER (WHERE $ IS NOT NULL AND time < {0}), "
                   "min_by($, (time, $)) FILTER (WHERE $ IS NOT NULL AND time >= {0}))",
                   sql_end(options.as_of))},
      {"description",
       "coalesce(json_extract_string(properties, '$.description'), "
       "json_extract_string(properties, '$.name'))"},
      {"owned_events", owned_events_sql(options.as_of)},
      {"is_browsing",
       "(event NOT LIKE 'Order %' AND event NOT LIKE 'Email %' AND event NOT LIKE 'Live Chat %' "
       "AND event NOT LIKE 'Push %' AND event NOT LIKE 'SMS %' AND event NOT LIKE 'Segment %' "
       "AND event NOT LIKE 'Stock %' AND event NOT IN ('Unsubscribed', 'Product Reviewed', "
       "'Experiment Viewed'))"},
  };
}

class Builder {
 public:
  Builder(store::Connection& connection, const BuildOptions& options, Progress& progress)
      : connection_(connection),
        values_(values_of(options,
                          options.currency.empty() ? main_currency(connection) : options.currency)),
        task_(progress, "Working out the journey", kSteps) {}

  void run() {
    derive("identity", kIdentitySql);
    work("journey_lines", kLinesSql);
    work("journey_order_items", kOrderItemsSql);
    write_return_matches(connection_, values_);
    task_.advance();
    work("journey_orders", kOrdersSql);
    derive(
        "orders",
        "SELECT * EXCLUDE (exact_amount) FROM journey_orders ORDER BY time, order_id, customer_id");
    derive("purchase_days", kPurchaseDaysSql);
    derive("returns", kReturnsSql);
    derive("item_days", kItemDaysSql);
    derive("interactions", kInteractionsSql);
    derive("catalogue", kCatalogueSql);
    work("journey_sessions", kSessionsSql);
    derive("browse_days", kBrowseDaysSql);
    derive("visitors", kVisitorsSql);
    derive("customers", kCustomersSql);
  }

 private:
  static constexpr std::uint64_t kSteps = 15;

  void derive(std::string_view table, std::string_view sql) {
    create("CREATE OR REPLACE TABLE derived.", table, sql);
  }
  void work(std::string_view table, std::string_view sql) {
    create("CREATE OR REPLACE TEMP TABLE ", table, sql);
  }
  void create(std::string_view how, std::string_view table, std::string_view sql) {
    connection_.run(fmt::format("{}{} AS\n{}", how, table, fill_sql(sql, values_)));
    task_.advance();
  }

  store::Connection& connection_;
  SqlValues values_;
  ProgressTask task_;
};

std::optional<Day> read_day(store::Connection& connection, std::string_view sql) {
  return store::read_value<std::optional<Day>>(connection, sql);
}

}  // namespace

void build(store::Connection& connection, const BuildOptions& options, Progress& progress) {
  CHECK(options.customers_per_anonymous_id >= 1 && options.anonymous_ids_per_customer >= 0);
  store::Transaction transaction(connection);
  Builder(connection, options, progress).run();
  for (const std::string_view table : kWorkTables) {
    connection.run(fmt::format("DROP TABLE temp.main.{}", table));
  }
  transaction.commit();
}

std::optional<Day> latest_fact_day(store::Connection& connection) {
  const std::optional<Day> acted =
      read_day(connection,
               "SELECT CAST(max(time) AS DATE) FROM (SELECT max(time) AS time FROM order_lines "
               "UNION ALL SELECT max(time) FROM events) latest");
  if (acted) return acted;
  return read_day(connection,
                  "SELECT CAST(max(time) AS DATE) FROM (SELECT max(time) AS time FROM customers "
                  "UNION ALL SELECT max(time) FROM identities) latest");
}

FreeDays purchases_at_price_zero(store::Connection& connection, const std::string& currency) {
  const bool priced = store::read_value<bool>(
      connection, fmt::format("SELECT EXISTS (SELECT 1 FROM order_lines WHERE kind = 'sale' AND "
                              "amount > 0 AND currency = {})",
                              quote_sql(currency)));
  return priced ? FreeDays::kNoPurchase : FreeDays::kPurchase;
}

std::string main_currency(store::Connection& connection) {
  const auto [codes] = store::read_columns<std::string>(
      connection,
      "SELECT code FROM ("
      "SELECT 0 AS rank, value AS code, time, 0 AS lines FROM settings WHERE name = 'currency' "
      "UNION ALL SELECT 1, currency, NULL, count(*) FROM order_lines WHERE kind = 'sale' "
      "GROUP BY currency) known WHERE code <> '' ORDER BY rank, time DESC, lines DESC, code LIMIT "
      "1");
  return codes.empty() ? std::string() : codes[0];
}

}  // namespace perennial::journey
