// What the data of this shop leave open about the parameters of its value models, as it shows in predictions.
//
// Customers  of a shop with fewer than a thousand who came back, and at most 20,000 in all, get intervals with the parameters' uncertainty in them
//            (models/value/predictive.h); with more it is nothing beside the chance in one customer
// Totals     at any size: all customers move together when the parameters do. Measured as the spread of the expected total
//            over draws, on at most 5,000 customers
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/models/value/posterior.h"

namespace perennial::engine {

struct ParameterUncertainty {
  // Standard deviation of the total over its middle.
  double active = 0, orders = 0, value = 0;
  // By customer, discounted; empty where there are too many who came back for it to matter, or no amounts.
  std::vector<double> low, high;
  std::string words;  // how the draws were made
};

ParameterUncertainty parameter_uncertainty(const models::PurchaseModel& process,
                                           const std::optional<models::GammaGamma>& spend,
                                           const models::Purchases::Input& input,
                                           std::span<const double> mean_spend,
                                           double annual_discount, const Context& context);

}  // namespace perennial::engine
