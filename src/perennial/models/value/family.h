// The two questions of the value room: how often will a customer buy again (Purchases), and how much does an order of
// theirs bring (Spend).
//
// Units    times are in periods of `days_per_period` days, all of them, in fit and in predict; a model remembers the
//          length it was fitted with and refuses another one. Money is in the shop's currency
// Shapes   row i of every span is the same customer; n rows in, n rows out
// Errors   kBadInput names the row (the first is row 1) and the value; kNotEnoughData when nothing can be learnt
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"

namespace perennial::models {

// All that a purchase process needs to know of one customer. `History{}` is a customer at the first purchase: what a
// process expects of it is what it expects of a new customer.
struct History {
  double repeat_purchases = 0;  // days with a purchase, the first one not counted
  double recency = 0;           // from the first to the last purchase, 0 without repeat purchase
  double age = 0;               // from the first purchase to the end of observation
  // Sum over the repeat purchases of log(time since the purchase before); only the likelihood of a process that knows
  // regularity reads it.
  double log_gaps = 0;
};

struct Purchases {
  struct Input {
    std::span<const double> repeat_purchases;  // whole, 0 .. 1,000,000
    std::span<const double> recency;           // 0 .. age
    std::span<const double> age;
    std::span<const double> weights;  // how many customers a row stands for; empty: one each
    // As in History, 0 without repeat purchase; empty: not known. fit and log_likelihood of processes with regularity read it; for k > 1 a likelihood without it is
    // not comparable.
    std::span<const double> log_gaps;
    double days_per_period = 7;
    double horizon_periods = 52;  // how far predict looks ahead; fit does not read it
    Threads threads;

    std::size_t size() const { return age.size(); }
    History history(std::size_t i) const {
      return {repeat_purchases[i], recency[i], age[i], log_gaps.empty() ? 0.0 : log_gaps[i]};
    }
    double weight(std::size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
  };
  struct Output {
    std::vector<double> p_alive;             // still a customer at the end of observation
    std::vector<double> p_active;            // buys at least once within the horizon
    std::vector<double> expected_purchases;  // within the horizon
  };
};

struct Spend {
  struct Input {
    std::span<const double> orders;      // how many orders the mean is of, 0 allowed
    std::span<const double> mean_spend;  // per order; above 0 where orders > 0, else not read
    std::span<const double> weights;     // as above
    Threads threads;

    std::size_t size() const { return orders.size(); }
    double weight(std::size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
  };
  struct Output {
    std::vector<double> expected_spend;  // per future order
  };
};

// Throw kBadInput for the first thing that is wrong.
void validate(const Purchases::Input& input);
void validate(const Spend::Input& input);
void validate(const History& history);

}  // namespace perennial::models
