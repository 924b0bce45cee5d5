// The catalogue as a recommender sees it: one entry per item of a numbering.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "perennial/engine/purchase_log.h"
#include "perennial/models/recommend/lists/item_facts.h"

namespace perennial::engine {

struct ShopItems {
  models::ItemFacts facts;              // unavailable: the numbering's blocked items
  std::vector<std::string> categories;  // paths, by group number
  std::vector<std::string> names;       // per item
  std::vector<std::string> category_of_item;
};

// From a table made by recommend_items.sql.
ShopItems read_shop_items(store::Connection& connection, std::string_view table,
                          const PurchaseNumbering& numbering);

}  // namespace perennial::engine
