// Logistic factors: vectors whose products are the log odds that a customer buys an item rather than a sampled one.
//
// Story    bought items count with `alpha` times their weight as yes, `negatives` sampled others each as no. Loss, fit and
//          fold-in in sampled_factors.h
// Because  the item of the history whose vector has the largest product with that of the item offered
// Limits   a customer without history gets an empty list; learning is by one thread; odds are against the sample, not
//          against everything
// Source   Johnson (2014), "Logistic Matrix Factorization for Implicit Feedback Data"; there all other items count as no, and
//          the sides alternate
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

class LogisticFactors {
 public:
  static constexpr std::string_view kId = "recommend.logistic/1";
  struct Options {
    std::size_t factors = 64;      // 1..1024
    int epochs = 30;               // at least 1
    double learning_rate = 0.05;   // > 0
    double regularisation = 0.01;  // > 0
    std::size_t negatives = 5;     // at least 1, for each item bought
    double alpha = 1;              // > 0
    std::uint64_t seed = 1;
  };

  static LogisticFactors fit(const TopItems::Input& input, const Options& options);
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
  static LogisticFactors load(ByteReader& reader);  // kCorrupt when its parts do not fit together

 private:
  explicit LogisticFactors(SampledFactors factors) : factors_(std::move(factors)) {}
  SampledFactors factors_;
};
static_assert(Model<LogisticFactors, TopItems>);

}  // namespace perennial::models
