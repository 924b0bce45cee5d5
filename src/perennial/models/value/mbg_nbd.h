// MBG/NBD: buys at random while active, may leave right after any purchase, the first one included.
//
// Story    customer i buys with rate lambda_i ~ Gamma(r, rate alpha); after each purchase, from the first on, leaves for
//          good with chance p_i ~ Beta(a, b)
// Assumes  leaving happens at purchases only; so p_alive of a one-time buyer is below 1 and falls with silence, which
//          makes it fit for speaking of churn
// Units    times in periods of days_per_period days
// Params   r, a, b without unit, alpha in periods; all > 0
// Cost     as BG/NBD
// Source   Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of models for customer base
//          analysis"; Hoppe & Wagner (2007) for the same process under the name CBG/NBD
// Golden   tests/golden/value.mbg_nbd/cdnow.json
#pragma once

#include <string_view>

#include "perennial/models/model.h"
#include "perennial/models/value/beta_geometric.h"
#include "perennial/models/value/family.h"
#include "perennial/models/value/simulated.h"

namespace perennial::models {

class MbgNbd {
 public:
  static constexpr std::string_view kId = "value.mbg_nbd/1";
  using Options = LikelihoodOptions;
  using Params = BetaGeometricParams;

  explicit MbgNbd(const Params& params, double days_per_period = 7);  // kInvalidArgument
  static MbgNbd fit(const Purchases::Input& input, const Options& options);
  Purchases::Output predict(const Purchases::Input& input) const;

  // One customer. History{} asks about a new customer.
  double log_likelihood(const History& history) const;
  double p_alive(const History& history) const;
  double p_active(const History& history, double horizon_periods) const;
  double expected_purchases(const History& history, double horizon_periods) const;
  std::vector<double> purchase_pmf(const History& history, double horizon_periods) const;
  double log_purchase_probability(const History& history, std::uint64_t purchases,
                                  double horizon_periods) const;
  BetaGeometricFuture future_if_alive(const History& history) const;

  double log_likelihood(const Purchases::Input& input) const;
  SimulatedPurchases simulate(std::span<const double> age, double holdout_periods,
                              std::uint64_t seed, Threads threads = {}) const;

  const Params& params() const { return params_; }
  double days_per_period() const { return days_per_period_; }
  const FitReport& report() const { return report_; }  // empty unless it comes from fit

  void save(ByteWriter& writer) const;
  static MbgNbd load(ByteReader& reader);

 private:
  Params params_;
  double days_per_period_;
  FitReport report_;
};
static_assert(Model<MbgNbd, Purchases>);

}  // namespace perennial::models
