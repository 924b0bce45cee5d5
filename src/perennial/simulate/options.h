// What shop to simulate. The defaults give about 20 events a customer over a year.
//
// Units    rates per week; money in major units of `currency`; shares 0 to 1
// Errors   check() throws kInvalidArgument, naming the value and its range
#pragma once

#include <cstdint>
#include <string>

#include "perennial/base/time.h"

namespace perennial::simulate {

// Pareto/NBD with Erlang-k intervals: repeat purchases at rate lambda ~ Gamma(r, alpha) until a dropout at rate
// mu ~ Gamma(s, beta). Intervals are Erlang(k) with mean 1 / lambda; k = 1 is the Poisson process.
struct PurchaseLaw {
  double r = 0.75;
  double alpha = 7;  // weeks
  double s = 0.7;
  double beta = 10;  // weeks
  int erlang_k = 1;
};

// Gamma-Gamma: order values are Gamma(p, rate nu) with nu ~ Gamma(q, rate gamma), where gamma = mean * (q - 1) / p.
struct SpendLaw {
  double p = 6.25;
  double q = 3.74;
  double mean = 0;  // 0: what 35 pounds are, roughly, in the shop's currency
};

struct Options {
  std::int64_t customers = 1000;  // people who register within the window
  int days = 365;
  std::uint64_t seed = 1;
  Day start_day{19723};                // 2024-01-01
  std::string currency = "GBP";        // ISO 4217
  double chinese_share = 0.3;          // of customers; over one half the catalogue is in Chinese
  int items = 0;                       // 0: 20 * sqrt(customers), at least 240 and at most 5000
  int campaigns = -1;                  // -1: one every 42 days
  double visitors_per_customer = 0.5;  // people who never register
  double return_share = 0.04;          // of order lines; apparel three times as often
  double season_strength = 1;          // 0: all days alike, 1: Christmas peak and weekday pattern
  double price_spread = 1;             // 0: prices never change
  double stock_pressure = 1;           // 0: nothing is ever out of stock
  double channel_effect = 1;           // 0: channels differ in size only
  bool pictures = false;               // drawn for every item, which names their files
  PurchaseLaw purchase;
  SpendLaw spend;

  void check() const;
  int item_count() const;
  int campaign_count() const;
  double mean_order_value() const;
  double spend_gamma() const;
  Day end_day() const { return start_day + days; }  // the first day after the window
};

}  // namespace perennial::simulate
