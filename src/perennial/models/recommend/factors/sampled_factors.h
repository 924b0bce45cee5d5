// Factors learned from what was bought beside a sample of what was not, under one of two losses: the common part of
// Bpr and LogisticFactors.
//
// Losses   sums over entries (customer u, item i) of
//          kPairwise   -ln s(r_ui - r_uj), j one item that u does not have
//          kLogistic   -alpha w ln s(r_ui) - sum of ln(1 - s(r_uj)) over `negatives` such j
//          where s(r) = 1 / (1 + e^-r), r_ui = level_i + x_u . y_i, and for each term
//          regularisation / 2 (|x|^2 + |y|^2 + level^2) of the rows in it
// Fit      stochastic gradient descent in one thread, customers in the order of what they bought, shuffled anew in each
//          epoch: the same bits at any number of threads and for any order of the customers
// Fold-in  a new x minimises the same loss over the history, items held, with up to kNegatives drawn for each item of it
//          (fewer when the history is long) from a stream that the history alone decides; by steps that bound the
//          curvature (Bohning & Lindsay 1988), so the loss never rises
// Cost     an epoch 100 ns an entry at 64 factors; fold-in some 0.1 ms
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/factors/factors.h"
#include "perennial/models/recommend/factors/item_factors.h"
#include "perennial/models/recommend/family.h"

namespace perennial::models {

enum class SampledLoss : std::uint8_t { kPairwise, kLogistic };

struct SampledOptions {
  std::size_t factors = 64;      // 1..1024
  int epochs = 30;               // at least 1
  double learning_rate = 0.05;   // > 0
  double regularisation = 0.01;  // > 0
  std::size_t negatives = 5;     // at least 1; kPairwise: always 1
  double alpha = 1;              // > 0; kLogistic: what a weight of 1 counts
  std::uint64_t seed = 1;
};

class SampledFactors {
 public:
  // kInvalidArgument and kNotEnoughData in the name of `model`.
  static SampledFactors fit(const TopItems::Input& input, SampledLoss loss,
                            const SampledOptions& options, std::string_view model);
  TopItems::Output predict(const TopItems::Input& input, std::string_view model) const;
  // A 1 for the level, then x. REQUIRES: a history; ids ascend.
  std::vector<float> fold_in(std::span<const std::uint32_t> items,
                             std::span<const float> weights) const;
  const ItemFactors& items() const { return items_; }

  void save(ByteWriter& writer) const;
  static SampledFactors load(std::string_view id, SampledLoss loss, ByteReader& reader);

 private:
  ItemFactors items_;
  SampledLoss loss_ = SampledLoss::kPairwise;
  SampledOptions options_;
};

}  // namespace perennial::models
