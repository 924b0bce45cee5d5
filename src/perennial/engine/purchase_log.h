// Purchases as numbers: customers and items counted from 0 in the order of their ids, ready for a recommender.
//
// Reads a temporary table (customer_id, item_id, purchases, last_day) with one row per customer and item. The numbering
// is made over several such tables, so that train and test speak of the same customers and items, and over the
// catalogue, so that an item that nobody bought yet has a number too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/interactions.h"
#include "perennial/store/database.h"

namespace perennial::engine {

class PurchaseNumbering {
 public:
  // Over all customers and items of the tables; `catalogue` is a table (item_id, ...) of items, `blocked` one of those
  // not to be recommended.
  PurchaseNumbering(store::Connection& connection, const std::vector<std::string>& tables,
                    const std::string& catalogue, std::string_view blocked);

  // Weight 1 + ln(purchases): a regular of an item counts more, but not by the piece.
  models::Interactions interactions(std::string_view table, Threads threads);

  const std::vector<std::string>& customers() const { return customers_; }
  const std::vector<std::string>& items() const { return items_; }
  const std::vector<std::uint8_t>& blocked() const { return blocked_; }  // per item

 private:
  store::Connection& connection_;
  std::vector<std::string> customers_;
  std::vector<std::string> items_;
  std::vector<std::uint8_t> blocked_;
};

}  // namespace perennial::engine
