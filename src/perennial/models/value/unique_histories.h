// Customers with the same history count once, with a weight: what makes a fit on a million customers quick.
//
// Cost     30 ns and 24 bytes a customer where times are of a grid of at most 65,536 values (days) and nobody has a weight,
//          by radix sort; else O(n log n) and 64 bytes. The result is sorted by (repeat purchases, recency, age), so
//          nothing that is computed from it depends on the order of the rows that came in
#pragma once

#include <memory>
#include <vector>

#include "perennial/models/value/family.h"

namespace perennial::models {

struct UniqueHistories {
  std::vector<double> repeat_purchases, recency, age, weight;
  double customers = 0;  // sum of the weights
  double mean_age = 0;   // weighted, as is the next
  double mean_purchases = 0;
  double log_gaps = 0;         // weighted sum, see History; to a millionth each
  bool know_log_gaps = false;  // whether the input had them
  // [k]: weight of the customers with more than k repeat purchases, up to the largest number there is
  std::vector<double> weight_above;

  std::size_t size() const { return age.size(); }
  History history(std::size_t i) const { return {repeat_purchases[i], recency[i], age[i], 0}; }
};

UniqueHistories unique_histories(const Purchases::Input& input);  // validates first
// The same for a fit: kNotEnoughData when nobody was observed after the first purchase.
UniqueHistories histories_to_fit(const Purchases::Input& input);
// Every k-th row, so that at most `rows` are left: good enough to choose where a search starts.
UniqueHistories thinned(const UniqueHistories& histories, std::size_t rows);

// What a search may begin with: a few thousand rows to choose a start by, and, where there are far more, ten times as many
// to go most of the way.
struct Samples {
  std::shared_ptr<const UniqueHistories> few, many;  // many: null where `few` is not far from all
};
Samples samples_of(const UniqueHistories& histories);

}  // namespace perennial::models
