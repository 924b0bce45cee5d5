// What the factor models share once they are fitted: a vector for every item.
//
// Story    a customer's vector is folded in from their history; scores are products with the items' vectors
// Shapes   column 0 may be the item's own level (Column::kLevel); customers' vectors then have a 1 there
// Similar  cosine of the items' vectors, the level left out
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/recommend/factors/factor_ranking.h"
#include "perennial/models/recommend/factors/factors.h"

namespace perennial::models {

enum class FirstColumn : std::uint8_t { kFactor, kLevel };

class ItemFactors {
 public:
  ItemFactors() = default;
  ItemFactors(Factors items, FirstColumn first)
      : factors_(std::move(items)), first_(first), ranking_(factors_) {}

  std::size_t items() const { return factors_.rows(); }
  const Factors& factors() const { return factors_; }
  const FactorRanking& ranking() const { return ranking_; }

  // kInvalidArgument in the name of `model` for an item that there is not.
  std::vector<ScoredItem> similar(std::string_view model, std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked) const;

  void save(ByteWriter& writer) const;
  // kCorrupt in the name of `id` when shape and numbers do not fit together or a number is not finite.
  static ItemFactors load(std::string_view id, FirstColumn first, ByteReader& reader);

 private:
  Factors factors_;
  FirstColumn first_ = FirstColumn::kFactor;
  FactorRanking ranking_;
};

// explain(customer, items, because) names the reasons of one list; called from several threads.
using Explain = std::function<void(std::uint32_t customer, std::span<const std::uint32_t> items,
                                   std::span<std::uint32_t> because)>;
void add_reasons(const TopItems::Input& input, const Explain& explain, TopItems::Output& lists);

}  // namespace perennial::models
