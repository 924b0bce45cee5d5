// Gradient-boosted trees, trained and asked through XGBoost's C interface, the same for every number of threads.
//
// Goals    who (a probability, logistic loss), how often (a count, Poisson loss), how much (a positive amount, gamma
//          loss). Counts and amounts are fitted in the logarithm, so that over the rows learned from the forecasts stay
//          close to the mean. In which order (a score, LambdaMART on NDCG) has a function of its own, for its rows come
//          in groups
// Shapes   values: rows x columns, row by row; NaN is a missing value and takes the way that lost less in training
// Threads  one thread grows a tree: sums over several would depend on how many there are. Folds and rows run in parallel,
//          and the search for the number of rounds beside the ranking that needs it
// Errors   kBadInput for shapes that do not match; kUnsupported when this build has no XGBoost
// Source   Chen & Guestrin (2016), "XGBoost: A Scalable Tree Boosting System"; contributions: Lundberg, Erion & Lee
//          (2018), "Consistent Individualized Feature Attribution for Tree Ensembles"
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/base/parallel.h"

namespace perennial::models {

bool boosted_trees_available();  // false in a build without XGBoost

struct FeatureMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::span<const float> values;
};

enum class BoostingGoal : std::uint8_t { kProbability, kCount, kAmount };

struct BoostingOptions {
  int most_rounds = 300;  // trees
  int patience = 20;      // rounds without a lower loss on held-out rows, then it stops
  double learning_rate = 0.1;
  int depth = 4;
  double least_child_weight = 5;
};

class BoostedTrees {
 public:
  // target: 0 or 1, whole and >= 0, or above 0, by goal. REQUIRES: rows >= 1, rounds >= 1
  static BoostedTrees train(const FeatureMatrix& features, std::span<const float> target,
                            BoostingGoal goal, int rounds, const BoostingOptions& options);

  // Learns to order rows inside their groups: group g is the rows begin[g] .. begin[g + 1] - 1, relevance is 0 or 1,
  // predict gives a score without unit. Every fifth group is held out to find the number of rounds, then all are learned
  // from; below ten groups most_rounds / 4 rounds are. REQUIRES: at least one group, offsets that end with the rows
  // Source   Burges (2010), "From RankNet to LambdaRank to LambdaMART: An Overview"
  static BoostedTrees train_ranking(const FeatureMatrix& features, std::span<const float> relevance,
                                    std::span<const std::uint64_t> begin,
                                    const BoostingOptions& options, Threads threads);

  std::vector<double> predict(const FeatureMatrix& features, Threads threads) const;
  // rows x (columns + 1): what each feature adds to the log-odds (kProbability) or to the logarithm (the others), by
  // TreeSHAP; the last column is where everyone starts. A row adds up to its prediction.
  std::vector<float> contributions(const FeatureMatrix& features, Threads threads) const;

  std::size_t columns() const { return columns_; }
  int rounds() const { return rounds_; }

  void save(ByteWriter& writer) const;
  static BoostedTrees load(ByteReader& reader);

 private:
  BoostedTrees() = default;
  static BoostedTrees grown(std::string_view bytes, std::size_t columns, int rounds);
  std::string bytes_;  // XGBoost's own
  std::shared_ptr<void>
      booster_;  // of those bytes, XGBoost's handle; never changed after it is made
  std::size_t columns_ = 0;
  int rounds_ = 0;
};

// A model of all rows, and for every row what a model that had not seen it said.
struct CrossFitted {
  BoostedTrees model;
  std::vector<double> out_of_fold;
};

// Row i is held out by fold i mod `folds`; the number of rounds is the one with the lowest mean loss over the folds.
// REQUIRES: folds >= 2, at least that many rows
CrossFitted cross_fit(const FeatureMatrix& features, std::span<const float> target,
                      BoostingGoal goal, int folds, const BoostingOptions& options,
                      Threads threads);

}  // namespace perennial::models
