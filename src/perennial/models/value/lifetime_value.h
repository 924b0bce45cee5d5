// Lifetime value: what a customer's orders within a stated horizon are worth today, and how sure that is.
//
// Story    orders come as the purchase process says, each worth what Gamma-Gamma says; money at time t counts
//          exp(-delta t), delta = log(1 + annual discount) a year. Discounting is continuous: there are no steps whose
//          length could be mistaken
// Value    the mean: (integral of exp(-delta t) d expected purchases(t)) x expected spend per order
// Interval the predictive one: where the customer's realised value will fall with the stated probability. It holds the
//          randomness of being active, of the number of orders, of the customer's own rate, and of the amounts (orders
//          of one customer share that customer's unknown average). It leaves out the uncertainty of the fitted
//          parameters, small beside the rest from some hundred repeat buyers on (predictive.h has it in); discounts by the customer's mean
//          discount, not order by order; and takes the models for true
//          Buying nothing has a probability of its own, p_nothing. Where that is at least 1 - coverage halved, the
//          interval begins at 0 and its end is the `coverage` quantile, so it still covers what it says; where p_nothing
//          is above the coverage, the interval is 0 to 0 and covers more: no interval can cover less
// Units    horizon and times in periods of days_per_period days; money in the shop's currency; a year is 365.25 days
// Shapes   row i of every span is the same customer; n rows in, n rows out
// Cost     1 us a row without intervals, some 10 us with them for who buys again with a chance above a fifth
// Source   Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis"
#pragma once

#include <span>
#include <vector>

#include "perennial/models/value/gamma_gamma.h"
#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

enum class Intervals { kNone, kPredictive };

struct LifetimeValueOptions {
  double annual_discount = 0.10;  // 0.10: money in a year is worth 1 / 1.1 of money now
  double coverage = 0.80;
  Intervals intervals = Intervals::kPredictive;
};

struct LifetimeValues {
  std::vector<double> expected_purchases;  // within the horizon, not discounted
  std::vector<double> expected_spend;      // per order
  std::vector<double> value;               // discounted
  std::vector<double> p_nothing;           // no order within the horizon
  std::vector<double> low, high;           // discounted; empty without intervals
};

// The horizon is purchases.horizon_periods. mean_spend[i] is of the repeat purchases; not read where there are none.
LifetimeValues lifetime_value(const PurchaseModel& process, const GammaGamma& spend,
                              const Purchases::Input& purchases, std::span<const double> mean_spend,
                              const LifetimeValueOptions& options);

// Continuous discount rate per period.
double discount_rate(double annual_discount, double days_per_period);

}  // namespace perennial::models
