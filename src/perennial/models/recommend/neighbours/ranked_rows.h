// The rows of a matrix numbered by length, the longest first, and its columns in that order.
//
// Story    pairs of rows are met from the longer one's side, so the long rows, which nearly every column has, come first
//          everywhere: what is added to most lies side by side in memory
// Values   as SimilarityIndex weighs and centres them; float is exact where they are whole and no row's sum of squares
//          is above 2^24, which bounds every product of two rows
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/neighbours/similarity.h"

namespace perennial::models {

template <typename Value>
struct RankedEntry {
  std::uint32_t rank;
  Value value;
};

template <typename Value>
struct RankedRows {
  std::vector<std::uint32_t> row_of;   // rank to row
  std::vector<std::uint32_t> rank_of;  // row to rank
  std::vector<RankedEntry<Value>>
      entries;  // where the index's columns have theirs, each column by rank
  std::vector<std::uint64_t> products =
      {};  // how many are added up for ranks below r, r up to the number of rows

  RankedRows(const SimilarityIndex& index, Threads threads);
  std::size_t size() const { return row_of.size(); }
};

// Whether float holds all sums of products exactly.
bool sums_fit_float(const SimilarityIndex& index);

}  // namespace perennial::models
