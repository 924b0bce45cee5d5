// The third question of the value room, for models that learn it from what customers did before: will a customer be back
// within the window, how often, and for how much.
//
// Window   a stretch of days. fit sees customers as they were on the day before an earlier window, and what they did in
//          it; predict sees them as they are on a later day, and speaks of a window of the same length
// Churn    in a shop without contract nobody says that they have left: the risk of churn in the window is 1 - p_active
// Shapes   row i of everything is the same customer; n rows in, n rows out. `values` is n x features, row by row
// Missing  NaN in `values`: the feature does not apply to the customer (no gap between purchases after a single one)
// Units    money in the shop's currency
// Errors   kBadInput names the row (the first is row 1), the feature and the value; kNotEnoughData when nothing can be
//          learnt
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"

namespace perennial::models {

// Every purchase of every customer, in time. Customer i owns rows begin[i] .. begin[i + 1] - 1.
struct PurchaseSequences {
  std::span<const std::size_t> begin;  // n + 1
  std::span<const float> days_before;  // from the purchase to the day the customer is seen at, >= 0
  std::span<const float> amount;       // net, of that day

  bool empty() const { return begin.empty(); }
};

struct Window {
  struct Input {
    std::size_t customers = 0;
    std::span<const std::string_view> features;  // names
    std::span<const std::uint8_t> is_money;      // per feature: whether it is in money
    std::span<const float> values;
    PurchaseSequences sequences;        // empty: not known; a model that needs them refuses
    std::span<const double> purchases;  // days with a purchase in the window, whole; fit only
    std::span<const double> spend;  // net, in the window; fit only. All 0 in a shop without amounts
    double window_days = 91;
    std::uint64_t seed = 1;
    Threads threads;

    std::size_t size() const { return customers; }
    std::span<const float> row(std::size_t i) const {
      return values.subspan(i * features.size(), features.size());
    }
  };
  struct Output {
    std::vector<double> p_active;            // at least one purchase in the window
    std::vector<double> expected_purchases;  // in the window
    std::vector<double> expected_spend;      // in the window; empty when no amounts were seen
  };
};

enum class WindowUse { kFit, kPredict };
// Throws kBadInput for the first thing that is wrong; what only fit reads is not looked at for kPredict.
void validate(const Window::Input& input, WindowUse use);

// Fewer than these and a learnt model is a guess: rows in all, rows that came back and rows that did not.
inline constexpr std::size_t kLeastWindowRows = 200;
inline constexpr std::size_t kLeastWindowOutcomes = 20;
// kNotEnoughData below those; `purchases` of each customer in the window.
void require_enough(std::span<const double> purchases);

// Which customers a model learns from, and in which order, so that the order of the rows does not matter, nor the unit of
// money: rows by a hash of all that is not money, then by money; the first `most` of them.
std::vector<std::size_t> learning_rows(const Window::Input& input, std::size_t most);

}  // namespace perennial::models
