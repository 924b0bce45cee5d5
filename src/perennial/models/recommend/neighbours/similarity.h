// How alike two rows of a sparse matrix are: two items by who bought them, or two customers by what they bought.
//
// Story    a query row meets every stored row that shares a column with it; one pass over the shared columns' entries
//          adds up products in a dense accumulator (a row of a sparse matrix product)
// Cosine   sum over shared columns of a*b, over |a| |b|; norms run over all entries of a row
// Pearson  the same after every row was centred on the mean of all its own entries (not only of the shared ones), norms
//          over all its entries too; two rows with one shared column are then not "perfectly correlated"
// Asymmetric  sum of a*b over |a|^(2 alpha) |b|^(2 (1 - alpha)), a the query: alpha 0.5 is the cosine; on values of 1
//          alpha 1 is the share of a's columns that b has too, alpha 0 the share of b's that a has
// Product  sum of a*b as it is: the common choice for values weighted by BM25; favours long rows
// Jaccard  shared columns / columns that either has; values do not matter
// Confidence  shared columns / columns of the query: of those who have a, the share who have b; values do not matter
// Lift     that / the share of all columns that b has: how many times likelier b is among those who have a; values do
//          not matter, rare pairs reach the largest lifts, so shrink
// Weights  values of all but the last three count as entry_weights.h says
// Shrink   each of them times n / (n + shrinkage), n the number of shared columns: thin evidence counts less
// Kept     only similarities of at least min_similarity, which is > 0
// Cost     a query: the sum, over its columns, of their entries; memory 16 bytes a stored row and thread
// Source   Sarwar, Karypis, Konstan & Riedl (2001); Herlocker, Konstan, Borchers & Riedl (1999), shrinkage: Bell & Koren
//          (2007); asymmetric: Aiolli (2013), "Efficient Top-N Recommendation for Very Large Scale Binary Rated
//          Datasets"; rules: Agrawal, Imielinski & Swami (1993), lift: Brin, Motwani, Ullman & Tsur (1997); product: Bank & Douglas (1993), "Sparse Matrix Multiplication Package"
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/neighbours/entry_weights.h"
#include "perennial/models/recommend/selection.h"
#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

enum class Similarity : std::uint8_t {
  kCosine,
  kPearson,
  kJaccard,
  kAsymmetric,
  kProduct,
  kConfidence,
  kLift,
};

struct SimilarityOptions {
  Similarity similarity = Similarity::kCosine;
  double shrinkage = 0;
  double min_similarity = 1e-6;
  double alpha = 0.5;  // asymmetric, 0..1
  WeightingOptions weights = {};
};
// kInvalidArgument in the name of `model` for a value outside its range.
void validate(const SimilarityOptions& options, std::string_view model);

class SimilarityIndex {
 public:
  // REQUIRES: columns is the transpose of rows; both outlive the index.
  SimilarityIndex(SparseView rows, SparseView columns, const SimilarityOptions& options);
  SimilarityIndex(const SimilarityIndex&) = delete;  // looks into its own weighted rows

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
    EntryWeights::Row weighted_;
    Selection best_;
  };

  // The `limit` stored rows (0: all) most similar to the query, `self` left out; best first, equal ones by lower row. Valid
  // until the next query with this scratch. ids ascend; one value per id.
  std::span<const Selection::Candidate> nearest(std::span<const std::uint32_t> ids,
                                                std::span<const float> values, std::uint32_t self,
                                                std::size_t limit, Scratch& scratch) const;

  std::size_t rows() const { return rows_.rows(); }
  // Of a stored row with itself, before shrinkage: 1 for all but kProduct and kLift.
  double own_similarity(std::size_t row) const;

  // What walks over all pairs of stored rows (nearest_rows.h) add up and judge: `product` is the sum, over the columns
  // that both rows have, of their two values; it counts these columns for those that values do not matter to.
  SparseView weighted_rows() const { return rows_; }
  SparseView weighted_columns() const { return columns_; }
  bool is_centred() const { return options_.similarity == Similarity::kPearson; }
  bool counts_values() const {  // false: every value is 1
    return options_.similarity != Similarity::kJaccard &&
           options_.similarity != Similarity::kConfidence &&
           options_.similarity != Similarity::kLift;
  }
  bool counts_shared() const { return counts_values() && options_.shrinkage > 0; }
  double min_similarity() const { return options_.min_similarity; }
  double value(std::uint32_t row, float entry) const {
    return counts_values() ? static_cast<double>(entry) - (is_centred() ? means_[row] : 0) : 1;
  }
  struct Pair {
    std::uint32_t query;
    std::uint32_t row;
    std::uint32_t shared;  // needed when counts_shared()
    double product;
  };
  void judge(std::span<const Pair> pairs, std::vector<double>& similarities) const;
  // Their product with `product` is at least the similarity, but for rounding; 0 for a row that is like none.
  double query_bound(std::uint32_t row) const;
  double row_bound(std::uint32_t row) const;

 private:
  void count_shared(std::span<const std::uint32_t> ids, Scratch& scratch) const;
  template <bool kCount>
  void add_products(std::span<const std::uint32_t> ids, std::span<const float> values,
                    Scratch& scratch) const;
  void add_centred(std::span<const std::uint32_t> ids, std::span<const float> values, double mean,
                   Scratch& scratch) const;
  double query_scale(double squares) const;
  double row_scale(double squares) const;
  double counted(double shared, double size, double row_size) const;
  double similarity(double product, double shared, double squares, std::size_t size,
                    std::uint32_t row) const;
  void choose(double squares, std::size_t size, std::uint32_t self, Scratch& scratch) const;

  SparseView rows_;
  SparseView columns_;
  SimilarityOptions options_;
  std::optional<EntryWeights> weights_;  // when values do not count as they are, and then
  SparseRows weighted_rows_;             // what rows_ and columns_ look at
  SparseRows weighted_columns_;
  std::vector<double> squares_;  // sum of squares of every row, centred for Pearson
  std::vector<double>
      inverse_scale_;          // about 1 / the row's part of the divisor: to rule rows out cheaply
  std::vector<double> means_;  // Pearson: of every row
  std::vector<double> centred_;  // Pearson: values of columns_, less the mean of their row
};

// Sum of a row's values over their number; 0 for an empty row.
double mean_of(std::span<const float> values);

}  // namespace perennial::models
