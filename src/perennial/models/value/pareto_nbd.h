// Pareto/NBD: buys at random while active, may leave at any time, bought or not.
//
// Story    customer i buys with rate lambda_i ~ Gamma(r, rate alpha) and leaves for good after a lifetime that is
//          exponential with rate mu_i ~ Gamma(s, rate beta)
// Assumes  rates of buying and of leaving are independent; p_alive of a one-time buyer is below 1 and falls with silence
// Units    times in periods of days_per_period days
// Params   r, s without unit, alpha, beta in periods; all > 0. Mean purchases of a customer are infinite without
//          horizon when s <= 1; with a horizon nothing is special about it
// Cost     fit: about 10 passes over the unique histories, 1 us each; predict: 1 us a row
// Source   Schmittlein, Morrison & Colombo (1987), "Counting Your Customers"; Fader & Hardie (2005), note 009
// Golden   tests/golden/value.pareto_nbd/cdnow.json
#pragma once

#include <string_view>

#include "perennial/models/model.h"
#include "perennial/models/value/family.h"
#include "perennial/models/value/pareto_gamma.h"
#include "perennial/models/value/simulated.h"

namespace perennial::models {

class ParetoNbd {
 public:
  static constexpr std::string_view kId = "value.pareto_nbd/1";
  using Options = LikelihoodOptions;
  using Params = ParetoGammaParams;

  explicit ParetoNbd(const Params& params, double days_per_period = 7);  // kInvalidArgument
  static ParetoNbd fit(const Purchases::Input& input, const Options& options);
  Purchases::Output predict(const Purchases::Input& input) const;

  // One customer. History{} asks about a new customer.
  double log_likelihood(const History& history) const;
  double p_alive(const History& history) const;
  double p_active(const History& history, double horizon_periods) const;
  double expected_purchases(const History& history, double horizon_periods) const;
  // Discounted expected residual purchases, without horizon. REQUIRES: discount_rate > 0, continuous, per period.
  double discounted_residual_purchases(const History& history, double discount_rate) const;
  std::vector<double> purchase_pmf(const History& history, double horizon_periods) const;
  double log_purchase_probability(const History& history, std::uint64_t purchases,
                                  double horizon_periods) const;
  ParetoGammaFuture future_if_alive(const History& history) const;

  double log_likelihood(const Purchases::Input& input) const;
  SimulatedPurchases simulate(std::span<const double> age, double holdout_periods,
                              std::uint64_t seed, Threads threads = {}) const;

  const Params& params() const { return params_; }
  double days_per_period() const { return days_per_period_; }
  const FitReport& report() const { return report_; }  // empty unless it comes from fit

  void save(ByteWriter& writer) const;
  static ParetoNbd load(ByteReader& reader);

 private:
  Params params_;
  double days_per_period_;
  FitReport report_;
};
static_assert(Model<ParetoNbd, Purchases>);

}  // namespace perennial::models
