// What the customers of a shop will do, with everything that is uncertain about it: the parameters (a draw of them each
// time), each customer's own rates given the history, chance, and the amounts.
//
// Story    futures are drawn `draws` times over, draw d with process d and spend model d (round and round where there are
//          fewer): is the customer active, how many orders come, what do they bring. Totals are added up within a draw, so
//          that what is uncertain about the parameters moves all customers together
// Interval as lifetime_value.h has it: quantiles of the draws; where nothing at all is likelier than the lower tail the
//          interval begins at 0 and ends at the `coverage` quantile
// Money    discounted by the customer's mean discount, as in lifetime_value.h
// Cost     some 0.2 us a customer and draw; memory some hundred numbers a draw
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/value/gamma_gamma.h"
#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

struct PredictiveOptions {
  double annual_discount = 0.10;
  double coverage = 0.80;
  std::size_t draws = 400;
  std::uint64_t seed = 1;
};

struct PredictiveTotal {
  double mean = 0, low = 0, high = 0;
};

struct Predictive {
  PredictiveTotal orders, spend;                // of all customers within the horizon
  std::vector<double> orders_low, orders_high;  // by customer
  std::vector<double> spend_low, spend_high;
  std::vector<double> orders_by_draw, spend_by_draw;  // totals
};

// `processes` must not be empty; without `spends` money stays 0 and mean_spend is not read. The horizon is
// purchases.horizon_periods. kInvalidArgument for options out of range.
Predictive predictive(std::span<const PurchaseModel> processes, std::span<const GammaGamma> spends,
                      const Purchases::Input& purchases, std::span<const double> mean_spend,
                      const PredictiveOptions& options);

}  // namespace perennial::models
