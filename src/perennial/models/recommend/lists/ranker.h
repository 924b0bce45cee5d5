// Ranker: in which order a customer takes what several recommenders offer, learnt with LambdaMART.
//
// Story    candidates come from models; what decides among them is how sure each model is and what is known of the item
//          and of the customer: a model that finds good items need not put them in the right order
// Reads    per model the share of its score and of its rank (candidates.h); how many models offer the item; buyers;
//          price over the customer's mean price; margin; stock; age; the shares of the customer's history in the item's
//          category and brand, which tell more of the same from something else; days since the customer last bought
//          it; the size of the history. What is unknown is missing, not 0
// Fit      on customers with a hit among their candidates, at most `most_customers`, evenly spread
// Shapes   list u of every source is about the same customer
// Errors   kNotEnoughData below kLeastCustomers such customers: use a Blend; kUnsupported without XGBoost;
//          kInvalidArgument when shapes do not fit together
// Cost     fit: 20 bytes a candidate and model, about 3 s for 1,000 customers of 300 candidates, on two threads 2 s
// Source   Burges (2010), "From RankNet to LambdaRank to LambdaMART: An Overview"
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/learn/boosted_trees.h"
#include "perennial/models/recommend/lists/candidates.h"
#include "perennial/models/recommend/lists/item_facts.h"

namespace perennial::models {

struct RankerInput {
  std::span<const TopItems::Output> sources;
  const Interactions& histories;
  // The row of each list; absent: list u is about row u.
  std::optional<std::span<const std::uint32_t>> customers = std::nullopt;
  const ItemFacts& facts;
  std::span<const double> buyers = {};  // per item
  Day as_of;
  Threads threads = {};
};

class Ranker {
 public:
  static constexpr std::string_view kId = "recommend.ranker/1";
  static constexpr std::size_t kLeastCustomers = 200;
  struct Options {
    BoostingOptions trees = {.most_rounds = 100,
                             .patience = 20,
                             .learning_rate = 0.1,
                             .depth = 5,
                             .least_child_weight = 5};
    std::size_t most_customers = 1'000;
  };

  static Ranker fit(const RankerInput& input, const Interactions& wanted, const Options& options);
  // The best n of all candidates; source: the one with the largest share.
  MixedLists mix(const RankerInput& input, std::size_t n) const;

  void save(ByteWriter& writer) const;
  static Ranker load(ByteReader& reader);

 private:
  Ranker(BoostedTrees trees, std::vector<ScoreScale> scales)
      : trees_(std::move(trees)), scales_(std::move(scales)) {}
  BoostedTrees trees_;
  std::vector<ScoreScale> scales_;  // per source
};

}  // namespace perennial::models
