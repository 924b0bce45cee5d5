#include "perennial/models/recommend/neighbours/similarity.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

double squares_around(std::span<const float> values, double centre) {
  double sum = 0;
  for (const float value : values) {
    const double d = static_cast<double>(value) - centre;
    sum += d * d;
  }
  return sum;
}

}  // namespace

void validate(const SimilarityOptions& options, std::string_view model) {
  if (!(options.shrinkage >= 0) || !std::isfinite(options.shrinkage)) {
    fail(ErrorKind::kInvalidArgument, "{}: shrinkage is {}, needs to be 0 or more", model,
         options.shrinkage);
  }
  if (!(options.min_similarity > 0 && options.min_similarity <= 1)) {
    fail(ErrorKind::kInvalidArgument, "{}: min_similarity is {}, needs to be above 0, at most 1",
         model, options.min_similarity);
  }
  if (!(options.alpha >= 0 && options.alpha <= 1)) {
    fail(ErrorKind::kInvalidArgument, "{}: alpha is {}, needs to be from 0 to 1", model,
         options.alpha);
  }
  validate(options.weights, model);
}

double mean_of(std::span<const float> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

SimilarityIndex::SimilarityIndex(SparseView rows, SparseView columns,
                                 const SimilarityOptions& options)
    : rows_(rows), columns_(columns), options_(options) {
  CHECK(rows.rows() == columns.columns && columns.rows() == rows.columns);
  if (!counts_values()) return;
  if (options.weights.weighting != Weighting::kAsGiven) {
    weights_.emplace(rows, options.weights);
    weighted_rows_ = weights_->weigh(rows);
    weighted_columns_ = transpose(weighted_rows_.view());
    rows_ = rows = weighted_rows_.view();
    columns_ = columns = weighted_columns_.view();
  }

  const bool centre = options.similarity == Similarity::kPearson;
  means_.resize(centre ? rows.rows() : 0);
  squares_.resize(rows.rows());
  inverse_scale_.resize(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    if (centre) means_[r] = mean_of(rows.row_values(r));
    squares_[r] = squares_around(rows.row_values(r), centre ? means_[r] : 0);
    inverse_scale_[r] = row_bound(static_cast<std::uint32_t>(r));
  }
  if (!centre) return;
  centred_.resize(columns.values.size());
  for (std::size_t k = 0; k < centred_.size(); ++k) {
    centred_[k] = static_cast<double>(columns.values[k]) - means_[columns.ids[k]];
  }
}

void SimilarityIndex::count_shared(std::span<const std::uint32_t> ids, Scratch& scratch) const {
  for (const std::uint32_t id : ids) {
    for (const std::uint32_t row : columns_.row_ids(id)) {
      scratch.touch(row, scratch.shared_[row] == 0);
      ++scratch.shared_[row];
    }
  }
}

// Values are > 0, so a product that is still 0 has not been touched.
template <bool kCount>
void SimilarityIndex::add_products(std::span<const std::uint32_t> ids,
                                   std::span<const float> values, Scratch& scratch) const {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    const auto rows = columns_.row_ids(ids[i]);
    const auto others = columns_.row_values(ids[i]);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      double& product = scratch.product_[rows[k]];
      scratch.touch(rows[k], product == 0);
      product += value * static_cast<double>(others[k]);
      if constexpr (kCount) ++scratch.shared_[rows[k]];
    }
  }
}

void SimilarityIndex::add_centred(std::span<const std::uint32_t> ids, std::span<const float> values,
                                  double mean, Scratch& scratch) const {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const double value = static_cast<double>(values[i]) - mean;
    for (std::uint64_t k = columns_.begin[ids[i]]; k < columns_.begin[ids[i] + 1]; ++k) {
      const std::uint32_t row = columns_.ids[k];
      scratch.touch(row, scratch.shared_[row] == 0);
      ++scratch.shared_[row];
      scratch.product_[row] += value * centred_[k];
    }
  }
}

// What the product is divided by, in two factors.
double SimilarityIndex::query_scale(double squares) const {
  switch (options_.similarity) {
    case Similarity::kProduct:
      return 1;
    case Similarity::kAsymmetric:
      return std::pow(squares, options_.alpha);
    default:
      return std::sqrt(squares);
  }
}

double SimilarityIndex::row_scale(double squares) const {
  return options_.similarity == Similarity::kAsymmetric ? std::pow(squares, 1 - options_.alpha)
                                                        : query_scale(squares);
}

double SimilarityIndex::counted(double shared, double size, double row_size) const {
  switch (options_.similarity) {
    case Similarity::kConfidence:
      return shared / size;
    case Similarity::kLift:
      return shared * static_cast<double>(rows_.columns) / (size * row_size);
    default:
      return shared / (size + row_size - shared);
  }
}

double SimilarityIndex::own_similarity(std::size_t row) const {
  if (options_.similarity == Similarity::kProduct) return squares_[row];
  const auto size = static_cast<double>(rows_.row_size(row));
  return options_.similarity == Similarity::kLift && size > 0 ? counted(size, size, size) : 1;
}

double SimilarityIndex::similarity(double product, double shared, double squares, std::size_t size,
                                   std::uint32_t row) const {
  double result = 0;
  if (!counts_values()) {
    result = counted(shared, static_cast<double>(size), static_cast<double>(rows_.row_size(row)));
  } else {
    // Whole weights: one root of the product is exact where it can be, so that what is equal stays equal. Centred values
    // are never exact; the product of roots breaks their ties as the published predictions do.
    const double scale = options_.similarity == Similarity::kCosine
                             ? std::sqrt(squares * squares_[row])
                             : query_scale(squares) * row_scale(squares_[row]);
    if (!(scale > 0)) return 0;
    result = product / scale;
  }
  return options_.shrinkage > 0 ? result * shared / (shared + options_.shrinkage) : result;
}

void SimilarityIndex::judge(std::span<const Pair> pairs, std::vector<double>& similarities) const {
  similarities.resize(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const Pair& pair = pairs[k];
    const bool counted = !counts_values();
    similarities[k] =
        similarity(pair.product, counted ? pair.product : pair.shared,
                   counted ? 0 : squares_[pair.query], rows_.row_size(pair.query), pair.row);
  }
}

double SimilarityIndex::query_bound(std::uint32_t row) const {
  const auto size = static_cast<double>(rows_.row_size(row));
  if (size == 0 || (counts_values() && squares_[row] == 0)) return 0;
  switch (options_.similarity) {
    case Similarity::kJaccard:
      return 1 / std::sqrt(size);  // those that either has are at least the root of |a| |b|
    case Similarity::kConfidence:
    case Similarity::kLift:
      return 1 / size;
    default:
      return 1 / query_scale(squares_[row]);
  }
}

double SimilarityIndex::row_bound(std::uint32_t row) const {
  const auto size = static_cast<double>(rows_.row_size(row));
  switch (options_.similarity) {
    case Similarity::kJaccard:
      return query_bound(row);
    case Similarity::kConfidence:
      return 1;
    case Similarity::kLift:
      return size > 0 ? static_cast<double>(rows_.columns) / size : 0;
    default:
      return squares_[row] > 0 ? 1 / row_scale(squares_[row]) : 0;
  }
}

// Empties the accumulators into the selection.
void SimilarityIndex::choose(double squares, std::size_t size, std::uint32_t self,
                             Scratch& scratch) const {
  constexpr double kMargin = 1 + 1e-12;  // of rounding in the cheap test
  const bool by_product = counts_values();
  const double inverse_scale = squares > 0 ? kMargin / query_scale(squares) : 0;
  for (std::size_t t = 0; t < scratch.count_; ++t) {
    const std::uint32_t row = scratch.touched_[t];
    const double product = std::exchange(scratch.product_[row], 0.0);
    const std::uint32_t shared = std::exchange(scratch.shared_[row], 0U);
    const double floor = std::max(options_.min_similarity, scratch.best_.floor());
    if (by_product && product * inverse_scale * inverse_scale_[row] < floor) continue;
    const double found = similarity(product, shared, squares, size, row);
    if (found >= floor && row != self) scratch.best_.offer(row, found);
  }
  scratch.count_ = 0;
}

std::span<const Selection::Candidate> SimilarityIndex::nearest(std::span<const std::uint32_t> ids,
                                                               std::span<const float> values,
                                                               std::uint32_t self,
                                                               std::size_t limit,
                                                               Scratch& scratch) const {
  if (weights_) {
    weights_->weigh(ids, values, scratch.weighted_);
    ids = scratch.weighted_.ids;
    values = scratch.weighted_.values;
  }
  double squares = 0;
  switch (options_.similarity) {
    case Similarity::kJaccard:
    case Similarity::kConfidence:
    case Similarity::kLift:
      count_shared(ids, scratch);
      break;
    case Similarity::kCosine:
    case Similarity::kAsymmetric:
    case Similarity::kProduct:
      squares = squares_around(values, 0);
      if (options_.shrinkage > 0) {
        add_products<true>(ids, values, scratch);
      } else {
        add_products<false>(ids, values, scratch);
      }
      break;
    case Similarity::kPearson: {
      const double mean = mean_of(values);
      squares = squares_around(values, mean);
      add_centred(ids, values, mean, scratch);
      break;
    }
  }
  scratch.best_.clear(limit);
  choose(squares, ids.size(), self, scratch);
  return scratch.best_.sorted();
}

}  // namespace perennial::models
