// The distribution of what a customer spends: a random number of orders, each of a random amount.
#pragma once

#include <vector>

#include "perennial/models/value/gamma_gamma.h"

namespace perennial::models {

// pmf[n] is the probability of n orders.
class TotalSpend {
 public:
  TotalSpend(const std::vector<double>& pmf, const SpendFuture& spend);

  double cdf(double total) const;
  // The smallest total whose cdf reaches `probability`, to 1e-6 in probability. REQUIRES: probability in [0, 1)
  double quantile(double probability) const;

 private:
  struct Orders {
    double count, probability;
    double log_beta;  // of the beta prime distribution of their total
  };
  double slope(double log_total) const;  // of the cdf over log(total)

  SpendFuture spend_;
  double p_nothing_;
  double mean_orders_ = 0;  // given any
  double sharpness_ = 1;    // 1 / width of the slope's narrowest peak
  std::vector<Orders>
      orders_;  // from one on; many orders are grouped, so that the list stays short
};

}  // namespace perennial::models
