// EASE: every item predicted from all others at once, by a ridge regression that may not use the item itself.
//
// Story    with X the customers x items matrix of 1 (has it) and 0, B minimises |X - X B|^2 + lambda |B|^2 with a diagonal
//          of 0; then P = (X'X + lambda I)^-1 gives B(i, j) = -P(i, j) / P(j, j). An item that only comes with one
//          that explains it already gets little; a negative weight says "who has i rather has not j"
// Assumes  implicit feedback: at fit an entry is 1 whatever its weight. At predict the history's weights count
// Score    as in item_weights.h; the item's own weight is 0, so what was bought is offered again (SeenItems::kKeep)
//          only for what else was bought
// Kept     of each item's weights the `kept` largest by amount
// Cost     fit: the Gram matrix, then n^3 operations and 2 n^2 bytes, n the items that have customers: 12,101 items
//          are 1.8 T operations and 0.3 GB; 12 bytes an item and weight kept. Above `max_items` fit refuses (kUnsupported)
// Limits   a customer without history gets an empty list; an item nobody bought is never offered
// Order    equal bytes for any number of threads on one machine; see symmetric_matrix.h for other machines
// Source   Steck (2019), "Embarrassingly Shallow Autoencoders for Sparse Data"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/linear/item_weights.h"

namespace perennial::models {

class Ease {
 public:
  static constexpr std::string_view kId = "recommend.ease/1";
  struct Options {
    double lambda = 100;             // > 0; larger for more customers an item: 500 at MovieLens 20M
    std::size_t kept = 200;          // weights of each item; 0: all
    std::size_t max_items = 20'000;  // with customers: 0.8 GB, and 8 T operations
    HistoryDecay decay = {};
  };

  static Ease fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const { return weights_.predict(input); }

  // The items that this one speaks for most, best first; at most n, blocked ones left out.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const {
    return weights_.similar(item, n, blocked);
  }
  // Row j: what j says for or against each other item.
  SparseView weights() const { return weights_.rows(); }

  void save(ByteWriter& writer) const { weights_.save(writer); }
  static Ease load(ByteReader& reader);

 private:
  explicit Ease(ItemWeights weights) : weights_(std::move(weights)) {}
  ItemWeights weights_;
};
static_assert(Model<Ease, TopItems>);

}  // namespace perennial::models
