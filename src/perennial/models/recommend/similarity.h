// How alike two rows of a sparse matrix are: two items by who bought them, or two customers by what they bought.
//
// Story    a query row meets every stored row that shares a column with it; one pass over the shared columns' entries
//          adds up products in a dense accumulator (a row of a sparse matrix product)
// Cosine   sum over shared columns of a*b, over |a| |b|; norms run over all entries of a row
// Pearson  the same after every row was centred on the mean of all its own entries (not only of the shared ones), norms
//          over all its entries too; two rows with one shared column are then not "perfectly correlated"
// Jaccard  shared columns / columns that either has; values do not matter
// Shrink   each of them times n / (n + shrinkage), n the number of shared columns: thin evidence counts less
// Kept     only similarities of at least min_similarity, which is > 0
// Cost     a query: the sum, over its columns, of their entries; memory 16 bytes a stored row and thread
// Source   Sarwar, Karypis, Konstan & Riedl (2001); Herlocker, Konstan, Borchers & Riedl (1999), shrinkage: Bell & Koren
//          (2007); product: Bank & Douglas (1993), "Sparse Matrix Multiplication Package"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/selection.h"
#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

enum class Similarity : std::uint8_t { kCosine, kPearson, kJaccard };

struct SimilarityOptions {
  Similarity similarity = Similarity::kCosine;
  double shrinkage = 0;
  double min_similarity = 1e-6;
};
// kInvalidArgument in the name of `model` for a value outside its range.
void validate(const SimilarityOptions& options, std::string_view model);

class SimilarityIndex {
 public:
  // REQUIRES: columns is the transpose of rows; both outlive the index.
  SimilarityIndex(SparseView rows, SparseView columns, const SimilarityOptions& options);

  // One per thread; clean between queries.
  class Scratch {
   public:
    explicit Scratch(std::size_t rows)
        : product_(rows, 0.0), shared_(rows, 0), touched_(rows + 1), best_(0) {}

   private:
    friend class SimilarityIndex;
    void touch(std::uint32_t row, bool first) {  // without a branch, which would be a coin toss
      touched_[count_] = row;
      count_ += first ? 1 : 0;
    }
    std::vector<double> product_;
    std::vector<std::uint32_t> shared_;
    std::vector<std::uint32_t> touched_;
    std::size_t count_ = 0;
    Selection best_;
  };

  // The `limit` stored rows (0: all) most similar to the query, `self` left out; best first, equal ones by lower row. Valid
  // until the next query with this scratch. ids ascend; one value per id.
  std::span<const Selection::Candidate> nearest(std::span<const std::uint32_t> ids,
                                                std::span<const float> values, std::uint32_t self,
                                                std::size_t limit, Scratch& scratch) const;

  std::size_t rows() const { return rows_.rows(); }

 private:
  void count_shared(std::span<const std::uint32_t> ids, Scratch& scratch) const;
  template <bool kCount>
  void add_products(std::span<const std::uint32_t> ids, std::span<const float> values,
                    Scratch& scratch) const;
  void add_centred(std::span<const std::uint32_t> ids, std::span<const float> values, double mean,
                   Scratch& scratch) const;
  double similarity(double product, double shared, double squares, std::size_t size,
                    std::uint32_t row) const;
  void choose(double squares, std::size_t size, std::uint32_t self, Scratch& scratch) const;

  SparseView rows_;
  SparseView columns_;
  SimilarityOptions options_;
  std::vector<double> squares_;       // sum of squares of every row, centred for Pearson
  std::vector<double> inverse_root_;  // about 1 / root of it, 0 for 0: to rule rows out cheaply
  std::vector<double> centred_;       // Pearson: values of columns_, less the mean of their row
};

// Sum of a row's values over their number; 0 for an empty row.
double mean_of(std::span<const float> values);

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

// For every row its `limit` most similar other rows (0: all), equal ones by lower row.
NeighbourLists nearest_rows(const SimilarityIndex& index, SparseView rows, std::size_t limit,
                            Threads threads);

}  // namespace perennial::models
