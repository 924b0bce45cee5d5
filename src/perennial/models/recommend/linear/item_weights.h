// What a linear model of items has learnt, and how it answers: the history times a sparse matrix of weights.
//
// Story    row j holds what having j says for each other item; score(u, i) = sum over j in u's history of
//          faded weight(u, j) * weight(j, i)
// Offered  items with a score above 0: nothing is offered that the history speaks against
// Because  the j of the history with the largest term of that sum
// Cost     an answer: history x weights of its rows additions, twice (the second pass finds the reasons)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/neighbours/history_decay.h"
#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

class ItemWeights {
 public:
  // `explains` has a row per item with the items that speak for or against it; kept turned. REQUIRES: square.
  ItemWeights(std::string_view model, SparseRows explains, const HistoryDecay& decay);

  TopItems::Output predict(const TopItems::Input& input) const;
  // The items that this one speaks for most.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked) const;

  SparseView rows() const { return rows_.view(); }
  void save(ByteWriter& writer) const;
  // `model` is its name in messages and outlives it.
  static ItemWeights load(std::string_view model, std::string_view id, ByteReader& reader);

 private:
  class Scorer;
  ItemWeights() = default;

  std::string_view model_;
  SparseRows rows_;
  HistoryDecay decay_;
};

}  // namespace perennial::models
