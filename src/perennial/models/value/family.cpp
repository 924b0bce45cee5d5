#include "perennial/models/value/family.h"

#include <cmath>
#include <string>
#include <string_view>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr double kMostPurchases = 1'000'000;

void same_length(std::string_view name, std::size_t length, std::string_view first, std::size_t n) {
  if (length != n)
    fail(ErrorKind::kBadInput, "{} has {} rows, {} has {}; they must have the same number", name,
         length, first, n);
}

void check_weights(std::span<const double> weights, std::size_t n, std::string_view first) {
  if (weights.empty()) return;
  same_length("weights", weights.size(), first, n);
  for (std::size_t i = 0; i < n; ++i)
    if (!(weights[i] > 0) || !std::isfinite(weights[i]))
      fail(ErrorKind::kBadInput, "row {}: weights is {}, needs a number above 0", i + 1,
           weights[i]);
}

// Waits of the same sum have the largest product when they are equal.
bool possible_gaps(const History& h) {
  if (h.repeat_purchases == 0) return h.log_gaps == 0;
  if (h.recency == 0 || h.log_gaps == 0) return true;
  const double most = h.repeat_purchases * std::log(h.recency / h.repeat_purchases);
  // Rounded to days a sum of waits may have lost a factor of two; a mistake of weeks for days is one of seven each.
  constexpr double kRounding = 0.7;
  return h.log_gaps <= most + kRounding * h.repeat_purchases;
}

// Nothing is formatted unless something is wrong: this runs over millions of rows.
bool sound(const History& h) {
  return h.repeat_purchases >= 0 && h.repeat_purchases <= kMostPurchases &&
         h.repeat_purchases == std::floor(h.repeat_purchases) && std::isfinite(h.age) &&
         h.recency >= 0 && h.recency <= h.age && (h.repeat_purchases > 0 || h.recency == 0) &&
         std::isfinite(h.log_gaps) && possible_gaps(h);
}

[[noreturn]] void refuse(const History& h, const std::string& where) {
  const double x = h.repeat_purchases;
  if (!(x >= 0 && x <= kMostPurchases) || x != std::floor(x))
    fail(ErrorKind::kBadInput, "{}repeat_purchases is {}, needs a whole number from 0 to 1,000,000",
         where, x);
  if (!std::isfinite(h.age) || h.age < 0)
    fail(ErrorKind::kBadInput, "{}age is {}, needs a finite number of periods, 0 or more", where,
         h.age);
  if (!(h.recency >= 0 && h.recency <= h.age))
    fail(ErrorKind::kBadInput, "{}recency is {}, needs to lie between 0 and the age {}", where,
         h.recency, h.age);
  if (!std::isfinite(h.log_gaps))
    fail(ErrorKind::kBadInput,
         "{}log_gaps is {}, needs a finite number; purchases at the same time count as one", where,
         h.log_gaps);
  if (h.repeat_purchases > 0 || h.log_gaps != 0)
    fail(ErrorKind::kBadInput,
         "{}log_gaps is {}, more than {} waits that add up to {} can have; it is the sum of the "
         "logarithms of the waits, in the same periods, 0 without repeat purchase",
         where, h.log_gaps, h.repeat_purchases, h.recency);
  fail(ErrorKind::kBadInput,
       "{}recency is {} although repeat_purchases is 0; without a repeat purchase it is 0", where,
       h.recency);
}

}  // namespace

void validate(const History& history) {
  if (!sound(history)) refuse(history, "");
}

void validate(const Purchases::Input& input) {
  const std::size_t n = input.size();
  same_length("repeat_purchases", input.repeat_purchases.size(), "age", n);
  same_length("recency", input.recency.size(), "age", n);
  check_weights(input.weights, n, "age");
  if (!input.log_gaps.empty()) same_length("log_gaps", input.log_gaps.size(), "age", n);
  if (n == 0) fail(ErrorKind::kBadInput, "repeat_purchases, recency and age are empty");
  if (!(input.days_per_period > 0) || !std::isfinite(input.days_per_period))
    fail(ErrorKind::kInvalidArgument, "days_per_period is {}, needs a number above 0",
         input.days_per_period);
  if (!(input.horizon_periods >= 0) || !std::isfinite(input.horizon_periods))
    fail(ErrorKind::kInvalidArgument, "horizon_periods is {}, needs a finite number, 0 or more",
         input.horizon_periods);
  for (std::size_t i = 0; i < n; ++i)
    if (!sound(input.history(i))) refuse(input.history(i), fmt::format("row {}: ", i + 1));
}

void validate(const Spend::Input& input) {
  const std::size_t n = input.size();
  same_length("mean_spend", input.mean_spend.size(), "orders", n);
  check_weights(input.weights, n, "orders");
  if (n == 0) fail(ErrorKind::kBadInput, "orders and mean_spend are empty");
  for (std::size_t i = 0; i < n; ++i) {
    const double orders = input.orders[i];
    if (!(orders >= 0 && orders <= kMostPurchases) || orders != std::floor(orders))
      fail(ErrorKind::kBadInput, "row {}: orders is {}, needs a whole number from 0 to 1,000,000",
           i + 1, orders);
    const double mean = input.mean_spend[i];
    if (orders > 0 && !(mean > 0 && std::isfinite(mean)))
      fail(ErrorKind::kBadInput,
           "row {}: mean_spend is {} over {} orders, needs an amount above 0; leave days without "
           "positive net spend out of both",
           i + 1, mean, orders);
  }
}

}  // namespace perennial::models
