// SLIM: every item predicted from a few others, by a regression whose penalty makes most weights exactly 0.
//
// Story    with X the customers x items matrix of 1 (has it) and 0, column j of W minimises
//          |x_j - X w|^2 / 2 + l2 |w|^2 / 2 + l1 sum |w| with w_j = 0 and, with Weights::kNonNegative, w >= 0
// Method   coordinate descent on the Gram matrix, an item at a time, over the items that share a customer with j
//          (others: weight 0, which for weights >= 0 is no restriction but the solution); ends when a pass moves no weight by
//          `tolerance`, or after max_passes, each of which only lowers the objective
// Assumes  implicit feedback: at fit an entry is 1 whatever its weight. At predict the history's weights count
// Score    as in item_weights.h; the item's own weight is 0
// Cost     fit: the Gram matrix in memory, 8 bytes for each pair of items with a common customer, and passes x (weights that
//          move) x (a row of it) an item; no n x n matrix, so it goes where Ease does not
// Limits   a customer without history gets an empty list; an item whose every common customer count is at most l1 is
//          never offered: l1 = 1 means that one common customer is no evidence
// Source   Ning & Karypis (2011), "SLIM: Sparse Linear Methods for Top-N Recommender Systems"; Friedman, Hastie &
//          Tibshirani (2010), "Regularization Paths for Generalized Linear Models via Coordinate Descent"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/linear/item_weights.h"

namespace perennial::models {

class Slim {
 public:
  static constexpr std::string_view kId = "recommend.slim/1";
  enum class Weights : std::uint8_t { kNonNegative, kAny };
  struct Options {
    double l1 = 0.1;  // >= 0: customers; larger: fewer weights
    double l2 = 50;   // >= 0: customers; larger: smaller weights. Not both 0
    Weights weights = Weights::kNonNegative;
    double tolerance = 1e-4;  // > 0
    int max_passes = 100;     // >= 1
    HistoryDecay decay = {};
  };

  static Slim fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const { return weights_.predict(input); }

  // The items that this one speaks for most, best first; at most n, blocked ones left out.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const {
    return weights_.similar(item, n, blocked);
  }
  // Row j: what j says for or against each other item, ids ascending.
  SparseView weights() const { return weights_.rows(); }

  void save(ByteWriter& writer) const { weights_.save(writer); }
  static Slim load(ByteReader& reader);

 private:
  explicit Slim(ItemWeights weights) : weights_(std::move(weights)) {}
  ItemWeights weights_;
};
static_assert(Model<Slim, TopItems>);

}  // namespace perennial::models
