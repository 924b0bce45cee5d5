// Implicit ALS: customers and items as vectors, fitted to what was bought and, a little, to all that was not.
//
// Story    weighted least squares over all pairs of customer and item; loss, solvers and options in als_factorisation.h
// Predict  every customer asked for is folded in: their vector x solves the loss for the history given, items held, to the
//          precision of float; score of item i = x . y_i, near 1 for what the customer is expected to have
// Because  the item j of the history with the largest share of the score, y_i^T A^-1 y_j c_j, where A is the matrix of the
//          least squares (Hu et al., section 5); none when no share is positive
// Cost     fit: see als_factorisation.h; predict: folding in, some 10 x 8 x history x factors operations a customer, and
//          2 x items x factors for the ranking
// Memory   8 x items x factors bytes once fitted
// Limits   a customer without history gets an empty list; an item nobody bought has the vector 0 and the score 0
// Source   see als_factorisation.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/factors/als_factorisation.h"
#include "perennial/models/recommend/factors/item_factors.h"
#include "perennial/models/recommend/family.h"

namespace perennial::models {

class ImplicitAls {
 public:
  static constexpr std::string_view kId = "recommend.implicit_als/1";
  using Options = AlsOptions;

  static ImplicitAls fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const;

  // The vector of a history; ids ascend. All zero when it is empty.
  std::vector<float> fold_in(std::span<const std::uint32_t> items,
                             std::span<const float> weights) const;
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return factors_.items(); }
  const Factors& factors() const { return factors_.factors(); }
  const FactorRanking& ranking() const { return factors_.ranking(); }

  void save(ByteWriter& writer) const;
  static ImplicitAls load(ByteReader& reader);  // kCorrupt when its parts do not fit together

 private:
  class Explainer;

  ImplicitAls(ItemFactors factors, const AlsOptions& options);
  std::vector<float> diagonal(std::size_t history) const;

  ItemFactors factors_;
  AlsOptions loss_;  // of these only what the loss is made of
  std::vector<double>
      sizes_;  // of the items' factors along each axis: the diagonal of their Gram matrix
};
static_assert(Model<ImplicitAls, TopItems>);

}  // namespace perennial::models
