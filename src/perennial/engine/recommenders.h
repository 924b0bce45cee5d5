// The registry of recommenders: every candidate that a shop's holdout may choose, and the baselines it has to beat.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"

namespace perennial::engine {

// A fitted recommender of any kind.
struct FittedRecommender {
  std::function<models::TopItems::Output(const models::TopItems::Input&)> predict;
  // The items most like one item; empty function when the model has no such notion.
  std::function<std::vector<models::ScoredItem>(std::uint32_t item, std::size_t n,
                                                std::span<const std::uint8_t> blocked)>
      similar;
  std::string bytes;  // framed, as saved
};

struct RecommenderEntry {
  std::string_view id;  // in tables and reports; "recommend.item_neighbours/1"
  bool is_baseline = false;
  std::size_t most_customers;  // above it, fitting or answering takes too long to be a candidate
  std::function<FittedRecommender(const models::TopItems::Input&)> fit;
};

std::span<const RecommenderEntry> recommenders();
const RecommenderEntry& recommender(std::string_view id);  // kNotFound

}  // namespace perennial::engine
