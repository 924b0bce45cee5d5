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
// Source      Fader, Hardie & Lee (2005); Batislam, Denizel & Filiztekin (2007); the future is our own rearrangement
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/math/minimise.h"
#include "perennial/models/value/maximum_likelihood.h"
#include "perennial/models/value/simulated.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {

struct BetaGeometricParams {
  double r = 1, alpha = 1;  // purchase rate ~ Gamma(r, rate alpha); alpha in periods
  double a = 1, b = 1;      // chance to leave after a purchase ~ Beta(a, b)
};

enum class FirstCoin { kAfterFirstRepeat, kAfterFirstPurchase };  // BG, MBG

// kInvalidArgument unless all are positive and finite; `id` is the model that says so.
void validate(const BetaGeometricParams& params, double days_per_period, std::string_view id);

double log_likelihood(const BetaGeometricParams& params, FirstCoin coin, const History& history);
double p_alive(const BetaGeometricParams& params, FirstCoin coin, const History& history);

// Minus the log-likelihood of all, by log(r), log(alpha / scale), log(a), log(b). `log_params` in this order.
math::Evaluation beta_geometric_evaluation(std::span<const double> log_params, double scale,
                                           FirstCoin coin, const UniqueHistories& histories,
                                           Threads threads);
FitReport fit_beta_geometric(const Purchases::Input& input, FirstCoin coin,
                             const LikelihoodOptions& options);

// The further purchases of a customer who is still active, given the history.
struct BetaGeometricFuture {
  double shape = 1, rate = 1;    // of the purchase rate: r + x, alpha + T
  double leaves = 1, stays = 1;  // of the coin: a, b + m

  double p_any(double horizon_periods) const;
  double expected(double horizon_periods) const;
  // A purchase at time t counts exp(-discount_rate t). Relative error below 1e-7.
  double discounted(double horizon_periods, double discount_rate) const;
  // P(N = 0), P(N = 1), ... until less than 1e-14 is left, see pascal.h.
  std::vector<double> pmf(double horizon_periods) const;
  double log_probability(std::uint64_t purchases, double horizon_periods) const;
};
BetaGeometricFuture future_if_alive(const BetaGeometricParams& params, FirstCoin coin,
                                    const History& history);

SimulatedPurchases simulate_beta_geometric(const BetaGeometricParams& params, FirstCoin coin,
                                           std::span<const double> age, double holdout_periods,
                                           std::uint64_t seed, Threads threads);

void save(const BetaGeometricParams& params, double days_per_period, ByteWriter& writer);
std::pair<BetaGeometricParams, double> load_beta_geometric(ByteReader& reader);

}  // namespace perennial::models
