#include "perennial/engine/purchase_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <tuple>
#include <utility>

namespace perennial::engine {
namespace {

std::string union_of(std::string_view column, const std::vector<std::string>& tables) {
  std::vector<std::string> parts;
  for (const std::string& table : tables)
    parts.push_back(fmt::format("SELECT DISTINCT {} FROM {}", column, table));
  return fmt::format("{}", fmt::join(parts, " UNION "));
}

}  // namespace

PurchaseNumbering::PurchaseNumbering(store::Connection& connection,
                                     const std::vector<std::string>& tables,
                                     const std::string& catalogue, std::string_view blocked)
    : connection_(connection) {
  std::vector<std::string> item_tables = tables;
  item_tables.push_back(catalogue);
  for (const auto& [table, column, from] :
       {std::tuple{"numbered_customers", "customer_id", &std::as_const(tables)},
        std::tuple{"numbered_items", "item_id", &std::as_const(item_tables)}}) {
    connection_.run(
        fmt::format("CREATE OR REPLACE TEMP TABLE {} AS SELECT {} AS id, CAST(row_number() OVER "
                    "(ORDER BY {}) - 1 AS INTEGER) AS n "
                    "FROM ({})",
                    table, column, column, union_of(column, *from)));
  }
  std::tie(customers_) =
      store::read_columns<std::string>(connection_, "SELECT id FROM numbered_customers ORDER BY n");
  std::tie(items_) =
      store::read_columns<std::string>(connection_, "SELECT id FROM numbered_items ORDER BY n");
  blocked_.assign(items_.size(), 0);
  const auto [numbers] = store::read_columns<std::int32_t>(
      connection_,
      fmt::format("SELECT i.n FROM numbered_items i JOIN {} b ON b.item_id = i.id", blocked));
  for (const std::int32_t n : numbers) blocked_[static_cast<std::size_t>(n)] = 1;
}

models::Interactions PurchaseNumbering::interactions(std::string_view table, Threads threads) {
  auto [customer, item, purchases, day] =
      store::read_columns<std::int32_t, std::int32_t, std::int64_t, Day>(
          connection_, fmt::format("SELECT c.n, i.n, t.purchases, t.last_day FROM {} t "
                                   "JOIN numbered_customers c ON c.id = t.customer_id "
                                   "JOIN numbered_items i ON i.id = t.item_id",
                                   table));
  const std::vector<std::uint32_t> customers(customer.begin(), customer.end());
  const std::vector<std::uint32_t> items(item.begin(), item.end());
  std::vector<double> weights(purchases.size());
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = 1 + std::log(static_cast<double>(purchases[i]));
  return models::Interactions::build({.customers = customers_.size(),
                                      .items = items_.size(),
                                      .customer = customers,
                                      .item = items,
                                      .weight = weights,
                                      .day = day},
                                     threads);
}

}  // namespace perennial::engine
