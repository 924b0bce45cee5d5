// The items whose products with a vector are largest, exactly, for one vector or for very many.
//
// Fit      items are copied into panels of kLanes side by side, so that a vector of the machine works on kLanes items
// Order    scores are sums in float in the order of the coordinates, whatever the instructions: equal lists everywhere
// Cost     2 x items x width operations a vector. Items come into the cache in blocks, each for up to 128 customers;
//          of the scores only one small tile is ever written, and a vectorised test passes over those below the list
// Memory   4 bytes x items x width, and one tile a thread
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "perennial/models/recommend/factors/factors.h"
#include "perennial/models/recommend/family.h"

namespace perennial::models {

class FactorRanking {
 public:
  FactorRanking() = default;
  explicit FactorRanking(const Factors& items);

  std::size_t items() const { return items_; }

  // Writes the vector of a customer of the request (width numbers, zero before); false: nothing is known of them, their
  // list is empty. Called from several threads, once a customer.
  using VectorOf = std::function<bool(std::uint32_t customer, float* vector)>;
  // Reasons are left to the caller. REQUIRES: a request that was validated.
  TopItems::Output best(const TopItems::Input& input, const VectorOf& vector_of) const;

  // For one vector, in this thread. REQUIRES: width numbers; blocked empty or one per item.
  std::vector<ScoredItem> best(std::span<const float> vector, std::size_t n,
                               std::span<const std::uint8_t> blocked = {}) const;

 private:
  class Lists;

  std::size_t items_ = 0;
  std::size_t width_ = 0;
  AlignedFloats panels_;
};

}  // namespace perennial::models
