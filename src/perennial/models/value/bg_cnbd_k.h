// BG/CNBD-k and MBG/CNBD-k: as BG/NBD and MBG/NBD, but customers buy in a rhythm.
//
// Story    the waits between the purchases of an active customer are Erlang-k: sums of k exponential waits with rate
//          lambda_i ~ Gamma(r, rate alpha). k = 1 is pure chance, and the process then BG/NBD or MBG/NBD; the larger k,
//          the more alike are a customer's waits (coefficient of variation 1 / sqrt(k))
// Fit      k from 1 .. 12 by the likelihood: all of them on a sample of at most 20,000 distinct histories, then uphill
//          from the best one on everything. It takes log_gaps; without them k stays 1, and the report says so
// Assumes  k is one for the whole shop
// Units    times in periods of days_per_period days
// Params   r, a, b without unit, alpha in periods (of the events, k of which make a purchase); all > 0. k whole, 1 .. 12
// Cost     fit: k times BG/NBD for each k that is tried on everything, two or three as a rule; predict: O(k (1 + k
//          expected purchases)) a row
// Source   Platzer & Reutterer (2016), "Ticking away the moments: timing regularity helps to better predict customer
//          activity"; Reutterer, Platzer & Schroeder (2021) for BG and MBG
// Golden   tests/golden/value.bg_cnbd_k/cdnow.json
#pragma once

#include "perennial/models/value/beta_geometric.h"
#include "perennial/models/value/process.h"

namespace perennial::models {

struct CnbdParams {
  double r = 1, alpha = 1, a = 1, b = 1;
  int k = 1;

  BetaGeometricParams base() const { return {r, alpha, a, b}; }
};

// k as it is; kInvalidArgument unless it is whole and 1 .. 12.
int whole_regularity(double k);
std::pair<CnbdParams, FitReport> fit_regularity(const Purchases::Input& input, FirstCoin coin,
                                                const LikelihoodOptions& options);

template <FirstCoin kCoin>
struct CnbdLaw {
  static constexpr std::array<std::string_view, 5> kNames{"r", "alpha", "a", "b", "k"};
  using Params = CnbdParams;
  using Future = RegularFuture;

  static std::vector<double> values(const Params& p) {
    return {p.r, p.alpha, p.a, p.b, static_cast<double>(p.k)};
  }
  static Params params(std::span<const double> v) {
    return {v[0], v[1], v[2], v[3], whole_regularity(v[4])};
  }
  static void check(const Params& p) { whole_regularity(p.k); }
  // Of the other parameters, for this k.
  static LikelihoodProblem problem(const Params& p, const UniqueHistories& data, Threads threads) {
    return beta_geometric_problem(data, {kCoin, p.k}, threads);
  }
  static std::pair<Params, FitReport> fit(const Purchases::Input& input,
                                          const LikelihoodOptions& options) {
    return fit_regularity(input, kCoin, options);
  }
  static double log_likelihood(const Params& p, const History& h) {
    return models::log_likelihood(p.base(), {kCoin, p.k}, h);
  }
  static double p_alive(const Params& p, const History& h) {
    return models::p_alive(p.base(), {kCoin, p.k}, h);
  }
  static Future future_if_alive(const Params& p, const History& h) {
    return regular_future_if_alive(p.base(), {kCoin, p.k}, h);
  }
  static SimulatedPurchases simulate(const Params& p, std::span<const double> age,
                                     double holdout_periods, std::uint64_t seed, Threads threads) {
    return simulate_beta_geometric(p.base(), {kCoin, p.k}, age, holdout_periods, seed, threads);
  }
};

struct BgCnbdKLaw : CnbdLaw<FirstCoin::kAfterFirstRepeat> {
  static constexpr std::string_view kId = "value.bg_cnbd_k/1";
  static constexpr std::string_view kTitle = "BG/CNBD-k";
  static constexpr bool kPAliveTellsChurn = false;
};
struct MbgCnbdKLaw : CnbdLaw<FirstCoin::kAfterFirstPurchase> {
  static constexpr std::string_view kId = "value.mbg_cnbd_k/1";
  static constexpr std::string_view kTitle = "MBG/CNBD-k";
  static constexpr bool kPAliveTellsChurn = true;
};

extern template class ProcessOf<BgCnbdKLaw>;
extern template class ProcessOf<MbgCnbdKLaw>;
using BgCnbdK = ProcessOf<BgCnbdKLaw>;
using MbgCnbdK = ProcessOf<MbgCnbdKLaw>;
static_assert(Model<BgCnbdK, Purchases> && Model<MbgCnbdK, Purchases>);

}  // namespace perennial::models
