// Features: what every buyer had done by a day, as numbers that a learnt model reads: recency, frequency, money, their
// trend, regularity, breadth, browsing, discounts, returns, channel and country.
//
// As of    purchase days with the returns that had come by then; nothing after the day is seen, except what a customer is
//          told to be (channel, country, registration: see sql/customers.sql) and the category of an item
// Missing  NaN: the feature does not apply (no gap after a single purchase, no browsing recorded)
// Channel  and country are told by how many of their buyers had come back by that day: a number that means the same for
//          one that the model has not seen
// Shapes   customers x features, row by row; customers sorted by id, the same as summaries() as of that day
// Reads    derived tables of a build as of that day or a later one
// Cost     one query; 1 M customers in about 5 s
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

enum class FeatureUnit { kCount, kDays, kMoney, kRatio };

struct Feature {
  std::string_view name;  // column of derived.features
  FeatureUnit unit = FeatureUnit::kCount;
  std::string_view meaning;  // for people: "days since the last purchase"
};
std::span<const Feature> features();

struct FeatureTable {
  std::vector<std::string> customer_ids;
  std::vector<float> values;

  std::size_t size() const { return customer_ids.size(); }
};
FeatureTable feature_table(store::Connection& connection, Day as_of);

// Into derived.features; and one customer's row of it, nobody's when the customer has not bought.
void write_features(store::Connection& connection, Day as_of);
FeatureTable written_features(store::Connection& connection, std::string_view customer);

// The net purchase days of the same customers, in the same order.
struct PurchaseSequences {
  std::vector<std::size_t> begin{0};  // customer i owns begin[i] .. begin[i + 1] - 1, in time
  std::vector<float> days_before;     // from the purchase to the day
  std::vector<float> amount;          // net
};
PurchaseSequences purchase_sequences(store::Connection& connection, Day as_of);

}  // namespace perennial::journey
