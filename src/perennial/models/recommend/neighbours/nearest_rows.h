// For every row of a sparse matrix the rows most similar to it: every item's neighbours by who bought them.
//
// Story    every pair is met once: rows are walked from the longest down, and each meets the longer ones in the columns
//          that it has. What may be among the nearest of a longer row is kept as an offer, and rows take their offers
//          after every round of rows. Long rows come first, so the sums that are added to most lie side by side
// Cost     half the sum, over columns, of their entries squared. Memory: 8 bytes an entry (16 for Pearson), 16 a
//          neighbour, 8 a row and thread (12 where shared columns are counted), and the offers of a round
// Threads  share a round's rows; which rows are nearest does not depend on the order in which they are met
// Oracle   SimilarityIndex::nearest of each row
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/neighbours/similarity.h"
#include "perennial/models/recommend/selection.h"

namespace perennial::models {

// Compressed lists of neighbours, best first.
struct NeighbourLists {
  std::vector<std::uint64_t> begin = {
      0};  // list r is [begin[r], begin[r + 1]) of the other columns
  std::vector<std::uint32_t> rows;
  std::vector<double> similarities;

  std::size_t size() const { return begin.size() - 1; }
  bool operator==(const NeighbourLists&) const = default;
};

// Lists that are found in chunks of rows, in any order of the chunks, and laid end to end.
class NeighbourParts {
 public:
  NeighbourParts(std::size_t rows, std::size_t rows_per_chunk);
  // The list of one row; rows of a chunk ascend and belong to one thread.
  void append(std::size_t row, std::span<const Selection::Candidate> chosen);
  NeighbourLists join();

 private:
  struct Part {
    std::vector<std::uint32_t> rows;
    std::vector<double> similarities;
  };
  std::size_t rows_per_chunk_;
  std::vector<Part> parts_;
  std::vector<std::uint64_t> begin_;
};

// For every row of the index its `limit` most similar other rows (0: all), equal ones by lower row.
NeighbourLists nearest_rows(const SimilarityIndex& index, std::size_t limit, Threads threads);

}  // namespace perennial::models
