// The registry of recommenders: every candidate that a shop's holdout may choose, and the baselines it has to beat.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/engine/network_training.h"
#include "perennial/engine/shop_items.h"
#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/pictures/item_looks.h"
#include "perennial/models/recommend/words/content.h"

namespace perennial::engine {

// What is said of an item that this model offers.
enum class ReasonKind : std::uint8_t {
  kPopular,  // many buy it
  kBought,   // because you bought `because`
  kFollows,  // often after `because`
  kTaste,    // suits what you bought; most of all `because`, where there is one
  kSimilar,  // like `because` in its words
  kLooks,    // looks like `because`
};

// A fitted recommender of any kind.
struct FittedRecommender {
  std::function<models::TopItems::Output(const models::TopItems::Input&)> predict;
  // The items most like one item; empty function when the model has no such notion.
  std::function<std::vector<models::ScoredItem>(std::uint32_t item, std::size_t n,
                                                std::span<const std::uint8_t> blocked)>
      similar;
  std::string bytes;  // framed, as saved
};

// kThorough: worth minutes; judged when asked for.
enum class Effort : std::uint8_t { kQuick, kThorough };

struct RecommenderEntry {
  std::string_view id;  // in tables and reports; "recommend.item_neighbours/1"
  bool is_baseline = false;
  ReasonKind reason = ReasonKind::kPopular;
  Effort effort = Effort::kQuick;
  // Above them, fitting or answering takes too long or too much memory to be a candidate.
  std::size_t most_customers = 0;
  std::size_t most_items = 0;
  std::function<FittedRecommender(const models::TopItems::Input&, const ShopItems&,
                                  const FitWatch&)>
      fit;
};

std::span<const RecommenderEntry> recommenders();
const RecommenderEntry& recommender(std::string_view id);  // kNotFound
// Those that a shop with these customers and items can use with this effort and this build.
std::vector<const RecommenderEntry*> recommenders_for(std::size_t customers, const ShopItems& items,
                                                      Effort effort);
FittedRecommender as_recommender(models::ItemLooks looks);

}  // namespace perennial::engine
