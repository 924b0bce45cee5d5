// NBD: everyone buys at random for ever, at their own rate. The baseline of the purchase processes: nobody leaves.
//
// Story    customer i buys with rate lambda_i ~ Gamma(r, rate alpha)
// Likelihood  (r)_x alpha^r / (alpha + T)^(r + x), of the times of the purchases, as the other processes have it
// Assumes  no customer is ever lost: p_alive is 1, silence only means a low rate
// Units    times in periods of days_per_period days
// Params   r without unit, alpha in periods; both > 0
// Cost     fit: about 8 passes over the unique histories, 20 ns each; predict: O(1) a row
// Source   Ehrenberg (1959), "The Pattern of Consumer Purchases"; Morrison & Schmittlein (1988)
// Golden   tests/golden/value.nbd/cdnow.json
#pragma once

#include "perennial/models/value/process.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {

struct NbdParams {
  double r = 1, alpha = 1;
};

struct NbdFuture {
  double shape = 1, rate = 1;  // of the purchase rate: r + x, alpha + T

  double p_any(double horizon_periods) const;
  double expected(double horizon_periods) const { return shape / rate * horizon_periods; }
  double discounted(double horizon_periods, double discount_rate) const;
  std::vector<double> pmf(double horizon_periods) const;
  double log_probability(std::uint64_t purchases, double horizon_periods) const;
  double draw(RandomStream& stream, double horizon_periods) const;
  double p_stays(double) const { return 1; }
  double p_ever() const { return 1; }
  double p_order(double horizon_periods) const { return p_any(horizon_periods); }
  double order_time(double probability) const;
};

struct NbdLaw : LawOf<NbdLaw, NbdParams> {
  static constexpr std::string_view kId = "value.nbd/1";
  static constexpr std::string_view kTitle = "NBD";
  static constexpr bool kPAliveTellsChurn = false;
  static constexpr std::array<std::string_view, 2> kNames{"r", "alpha"};
  using Params = NbdParams;
  using Future = NbdFuture;

  static std::vector<double> values(const Params& p) { return {p.r, p.alpha}; }
  static Params params(std::span<const double> v) { return {v[0], v[1]}; }
  static LikelihoodProblem problem(const Params&, const UniqueHistories& data, Threads threads);
  static double log_likelihood(const Params& p, const History& h);
  static double p_alive(const Params&, const History&) { return 1; }
  static Future future_if_alive(const Params& p, const History& h) {
    return {p.r + h.repeat_purchases, p.alpha + h.age};
  }
  static SimulatedPurchases simulate(const Params& p, std::span<const double> age,
                                     double holdout_periods, std::uint64_t seed, Threads threads);
};

extern template class ProcessOf<NbdLaw>;
using Nbd = ProcessOf<NbdLaw>;
static_assert(Model<Nbd, Purchases>);

}  // namespace perennial::models
