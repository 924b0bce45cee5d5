// The catalogue as a recommender sees it: one entry per item of a numbering.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/engine/purchase_log.h"
#include "perennial/models/recommend/lists/item_facts.h"
#include "perennial/models/recommend/pictures/picture_reading.h"

namespace perennial::engine {

struct ShopItems {
  models::ItemFacts facts;              // unavailable: the numbering's blocked items
  std::vector<std::string> categories;  // paths, by group number
  std::vector<std::string> names;       // per item
  std::vector<std::string> category_of_item;
  std::vector<std::string> brand_of_item;
  // To learn from, where asked for and there are any (shop_pictures.h).
  std::shared_ptr<const models::ItemPictures> pictures;
};

// From a table made by recommend_items.sql.
ShopItems read_shop_items(store::Connection& connection, std::string_view table,
                          const PurchaseNumbering& numbering);

}  // namespace perennial::engine
