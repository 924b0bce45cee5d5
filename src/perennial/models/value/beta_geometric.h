// What BG/NBD and MBG/NBD share: gamma-mixed Poisson purchases, and a beta-mixed coin after each purchase that ends
// everything. The two differ in one thing: whether the coin is thrown after the first purchase too.
//
// Likelihood  with R = r + x, m = x (BG) or x + 1 (MBG):
//             L = (r)_x alpha^r / (alpha + T)^R * (b)_m / (a + b)_m * (1 + odds that the customer has left),
//             odds = a / (b + m - 1) * ((alpha + T) / (alpha + t_x))^R, and 0 for BG without repeat purchase.
//             All in logs; derivatives exact; (b)_m is the rising factorial b (b + 1) ... (b + m - 1)
// Future      an active customer's further purchases N exceed j when the Poisson process brings more than j and the coin
//             spared the customer j times: P(N > j) = P(K > j) * (b + m)_j / (a + b + m)_j, K negative binomial. The sums
//             below have positive terms only, so a = 1, a + b < 1 and horizon 0 need no special case
// Source      Fader, Hardie & Lee (2005); Batislam, Denizel & Filiztekin (2007); Platzer & Reutterer (2016) for k > 1; the
//             future is our own rearrangement
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/math/minimise.h"
#include "perennial/models/value/maximum_likelihood.h"
#include "perennial/models/value/process.h"
#include "perennial/models/value/simulated.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {

struct BetaGeometricParams {
  double r = 1, alpha = 1;  // purchase rate ~ Gamma(r, rate alpha); alpha in periods
  double a = 1, b = 1;      // chance to leave after a purchase ~ Beta(a, b)
};

enum class FirstCoin { kAfterFirstRepeat, kAfterFirstPurchase };  // BG, MBG

// Which process. With k > 1 a purchase is every k-th event of the Poisson process: waits are Erlang-k, more regular the
// larger k. The silence since the last purchase then hides j = 0 .. k - 1 events, and all of the above holds given j.
struct BetaGeometricKind {
  FirstCoin coin;
  int k = 1;
};

double log_likelihood(const BetaGeometricParams& params, BetaGeometricKind kind,
                      const History& history);
double p_alive(const BetaGeometricParams& params, BetaGeometricKind kind, const History& history);

// Minus the log-likelihood of all, by log(r), log(alpha / scale), log(a), log(b). `log_params` in this order.
math::Evaluation beta_geometric_evaluation(std::span<const double> log_params, double scale,
                                           BetaGeometricKind kind, const UniqueHistories& histories,
                                           Threads threads);
// `histories` must outlive the problem.
LikelihoodProblem beta_geometric_problem(const UniqueHistories& histories, BetaGeometricKind kind,
                                         Threads threads);

// The further purchases of a customer who is still active, given the history.
struct BetaGeometricFuture {
  double shape = 1, rate = 1;    // of the purchase rate: r + x, alpha + T
  double leaves = 1, stays = 1;  // of the coin: a, b + m

  double p_any(double horizon_periods) const;
  double expected(double horizon_periods) const;
  double discounted(double horizon_periods, double discount_rate) const;  // relative error < 1e-7
  // P(N = 0), P(N = 1), ... until less than 1e-14 is left, see pascal.h.
  std::vector<double> pmf(double horizon_periods) const;
  double log_probability(std::uint64_t purchases, double horizon_periods) const;
  double draw(RandomStream& stream, double horizon_periods) const;
  double p_stays(double horizon_periods) const;
  double p_ever() const { return 1; }  // who is active leaves only after buying
  double p_order(double horizon_periods) const { return p_any(horizon_periods); }
  double order_time(double probability) const;
};
BetaGeometricFuture future_if_alive(const BetaGeometricParams& params, FirstCoin coin,
                                    const History& history);

// The same for k > 1, where up to k - 1 events have already come unseen.
struct RegularFuture {
  double shape = 1, rate = 1;    // of the event rate, were nothing hidden: r + k x, alpha + T
  double leaves = 1, stays = 1;  // of the coin: a, b + m
  std::vector<double> p_hidden;  // [j]: chance that j events are hidden; k of them, sum 1

  int k() const { return static_cast<int>(p_hidden.size()); }
  double p_any(double horizon_periods) const;
  double expected(double horizon_periods) const;
  double discounted(double horizon_periods, double discount_rate) const;  // relative error < 1e-4
  std::vector<double> pmf(double horizon_periods) const;
  double log_probability(std::uint64_t purchases, double horizon_periods) const;
  double draw(RandomStream& stream, double horizon_periods) const;
  double p_stays(double horizon_periods) const;
  double p_ever() const { return 1; }
  double p_order(double horizon_periods) const { return p_any(horizon_periods); }
  double order_time(double probability) const;
};
RegularFuture regular_future_if_alive(const BetaGeometricParams& params, BetaGeometricKind kind,
                                      const History& history);

SimulatedPurchases simulate_beta_geometric(const BetaGeometricParams& params,
                                           BetaGeometricKind kind, std::span<const double> age,
                                           double holdout_periods, std::uint64_t seed,
                                           Threads threads);

// What BG/NBD and MBG/NBD say to ProcessOf, see process.h.
template <FirstCoin kCoin>
struct BetaGeometricLaw : LawOf<BetaGeometricLaw<kCoin>, BetaGeometricParams> {
  static constexpr std::array<std::string_view, 4> kNames{"r", "alpha", "a", "b"};
  using Params = BetaGeometricParams;
  using Future = BetaGeometricFuture;

  static std::vector<double> values(const Params& p) { return {p.r, p.alpha, p.a, p.b}; }
  static Params params(std::span<const double> v) { return {v[0], v[1], v[2], v[3]}; }
  static math::Evaluation evaluation(std::span<const double> log_params, double scale,
                                     const UniqueHistories& data, Threads threads) {
    return beta_geometric_evaluation(log_params, scale, {kCoin}, data, threads);
  }
  static LikelihoodProblem problem(const Params&, const UniqueHistories& data, Threads threads) {
    return beta_geometric_problem(data, {kCoin}, threads);
  }
  static double log_likelihood(const Params& p, const History& h) {
    return models::log_likelihood(p, {kCoin}, h);
  }
  static double p_alive(const Params& p, const History& h) {
    return models::p_alive(p, {kCoin}, h);
  }
  static Future future_if_alive(const Params& p, const History& h) {
    return models::future_if_alive(p, kCoin, h);
  }
  static SimulatedPurchases simulate(const Params& p, std::span<const double> age,
                                     double holdout_periods, std::uint64_t seed, Threads threads) {
    return simulate_beta_geometric(p, {kCoin}, age, holdout_periods, seed, threads);
  }
};

}  // namespace perennial::models
