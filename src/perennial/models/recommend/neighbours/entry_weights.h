// How much an entry of a sparse matrix counts when its rows are compared: rare columns more, long rows less.
//
// Story    rows are documents and columns their words: items described by who bought them, or customers by what they
//          bought. N rows, n(c) of them with an entry in column c, value x of row r and column c, length(r) the sum of
//          r's values, "average length" its mean over all N rows
// idf      log(N / (1 + n(c)))
// TF-IDF   sqrt(x) * idf
// BM25     x (k1 + 1) / (k1 (1 - b + b length(r) / average length) + x) * idf
// Dropped  an entry whose weight is not above 0: a column that (nearly) every row has tells no two rows apart
// Source   Robertson & Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond". The same formulas, and the
//          names K1 and B, are those of the Python library `implicit`
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

enum class Weighting : std::uint8_t { kAsGiven, kTfIdf, kBm25 };

struct WeightingOptions {
  Weighting weighting = Weighting::kAsGiven;
  double k1 = 1.2;  // BM25, > 0: how fast more of the same stops to count; large: never
  double b = 0.75;  // BM25, 0..1: how much a long row is held against it
};
// kInvalidArgument in the name of `model` for a value outside its range.
void validate(const WeightingOptions& options, std::string_view model);

class EntryWeights {
 public:
  // A row with its entries weighted.
  struct Row {
    std::vector<std::uint32_t> ids;
    std::vector<float> values;
  };

  EntryWeights(SparseView rows, const WeightingOptions& options);

  // `row` becomes the weighted form of these ids and values, which may be of a row never seen. REQUIRES: ids are columns.
  void weigh(std::span<const std::uint32_t> ids, std::span<const float> values, Row& row) const;
  SparseRows weigh(SparseView rows) const;

 private:
  WeightingOptions options_;
  std::vector<double> idf_;  // per column
  double average_length_;
};

}  // namespace perennial::models
