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

#include "perennial/models/value/pareto_gamma.h"
#include "perennial/models/value/process.h"

namespace perennial::models {

struct ParetoNbdLaw : LawOf<ParetoNbdLaw, ParetoGammaParams> {
  static constexpr std::string_view kId = "value.pareto_nbd/1";
  static constexpr std::string_view kTitle = "Pareto/NBD";
  static constexpr bool kPAliveTellsChurn = true;
  static constexpr std::array<std::string_view, 4> kNames{"r", "alpha", "s", "beta"};
  using Params = ParetoGammaParams;
  using Future = ParetoGammaFuture;

  static std::vector<double> values(const Params& p) { return {p.r, p.alpha, p.s, p.beta}; }
  static Params params(std::span<const double> v) { return {v[0], v[1], v[2], v[3]}; }
  static math::Evaluation evaluation(std::span<const double> log_params, double scale,
                                     const UniqueHistories& data, Threads threads) {
    return pareto_gamma_evaluation(log_params, scale, data, threads);
  }
  static LikelihoodProblem problem(const Params&, const UniqueHistories& data, Threads threads) {
    return pareto_gamma_problem(data, threads);
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
    return simulate_pareto_gamma(p, age, holdout_periods, seed, threads);
  }
};

extern template class ProcessOf<ParetoNbdLaw>;
using ParetoNbd = ProcessOf<ParetoNbdLaw>;
static_assert(Model<ParetoNbd, Purchases>);

}  // namespace perennial::models
