// BPR: vectors that put what a customer bought before what they did not, pair by pair.
//
// Story    for a bought and a not bought item, ln of the probability s(r_ui - r_uj) of the right order is maximised; weights
//          do not count. Loss, fit and fold-in in sampled_factors.h
// Because  the item of the history whose vector has the largest product with that of the item offered
// Limits   a customer without history gets an empty list; learning is by one thread
// Source   Rendle, Freudenthaler, Gantner & Schmidt-Thieme (2009), "BPR: Bayesian Personalized Ranking from Implicit
//          Feedback"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/models/recommend/factors/sampled_factors.h"
#include "perennial/models/recommend/family.h"

namespace perennial::models {

class Bpr {
 public:
  static constexpr std::string_view kId = "recommend.bpr/1";
  struct Options {
    std::size_t factors = 64;      // 1..1024
    int epochs = 30;               // at least 1
    double learning_rate = 0.05;   // > 0
    double regularisation = 0.01;  // > 0
    std::uint64_t seed = 1;
  };

  static Bpr fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const;
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return factors_.items().items(); }
  // The vector of a history, a 1 for the level first. REQUIRES: a history; ids ascend.
  std::vector<float> fold_in(std::span<const std::uint32_t> items,
                             std::span<const float> weights) const {
    return factors_.fold_in(items, weights);
  }

  void save(ByteWriter& writer) const { factors_.save(writer); }
  static Bpr load(ByteReader& reader);  // kCorrupt when its parts do not fit together

 private:
  explicit Bpr(SampledFactors factors) : factors_(std::move(factors)) {}
  SampledFactors factors_;
};
static_assert(Model<Bpr, TopItems>);

}  // namespace perennial::models
