// Gamma-Gompertz/NBD: buys at random while active; the rate of leaving grows with the customer's age.
//
// Story    customer i buys with rate lambda_i ~ Gamma(r, rate alpha) and leaves after a Gompertz lifetime: with hazard
//          eta_i b e^(b u) at age u, eta_i ~ Gamma(s, rate beta)
// Assumes  rates of buying and of leaving are independent. Where leaving does not speed up or slow down with age b runs
//          to 0, and the process is Pareto/NBD; the report says so
// Units    times in periods of days_per_period days
// Params   r, s without unit, alpha and beta_over_b in periods, b per period; all > 0. beta_over_b is beta / b: it tends
//          to Pareto/NBD's beta as b -> 0, where beta itself goes to 0
// Cost     fit: about 15 passes over the unique histories, 4 us each; predict: 3 us a row
// Source   Bemmaor & Glady (2012), "Modeling Purchasing Behavior with Sudden Death: A Flexible Customer Lifetime Model"
// Golden   tests/golden/value.ggom_nbd/cdnow.json
#pragma once

#include "perennial/models/value/gamma_gompertz.h"
#include "perennial/models/value/process.h"

namespace perennial::models {

struct GgomNbdLaw : LawOf<GgomNbdLaw, GammaGompertzParams> {
  static constexpr std::string_view kId = "value.ggom_nbd/1";
  static constexpr std::string_view kTitle = "GGom/NBD";
  static constexpr bool kPAliveTellsChurn = true;
  static constexpr std::array<std::string_view, 5> kNames{"r", "alpha", "s", "beta_over_b", "b"};
  using Params = GammaGompertzParams;
  using Future = GammaGompertzFuture;

  static std::vector<double> values(const Params& p) {
    return {p.r, p.alpha, p.s, p.beta_over_b, p.b};
  }
  static Params params(std::span<const double> v) { return {v[0], v[1], v[2], v[3], v[4]}; }
  static LikelihoodProblem problem(const Params&, const UniqueHistories& data, Threads threads) {
    return gamma_gompertz_problem(data, threads);
  }
  static double log_likelihood(const Params& p, const History& h) {
    return models::log_likelihood(p, h);
  }
  static double p_alive(const Params& p, const History& h) { return models::p_alive(p, h); }
  static Future future_if_alive(const Params& p, const History& h) {
    return models::future_if_alive(p, h);
  }
  static SimulatedPurchases simulate(const Params& p, std::span<const double> age,
                                     double holdout_periods, std::uint64_t seed, Threads threads) {
    return simulate_gamma_gompertz(p, age, holdout_periods, seed, threads);
  }
};

extern template class ProcessOf<GgomNbdLaw>;
using GgomNbd = ProcessOf<GgomNbdLaw>;
static_assert(Model<GgomNbd, Purchases>);

}  // namespace perennial::models
