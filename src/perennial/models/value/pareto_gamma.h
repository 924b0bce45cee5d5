// The mathematics of Pareto/NBD: gamma-mixed Poisson purchases until a gamma-mixed exponential lifetime ends.
//
// Likelihood  with R = r + x: (r)_x alpha^r beta^s { (alpha + T)^-R (beta + T)^-s + s J },
//             J = integral over u from t_x to T of (alpha + u)^-R (beta + u)^-(s + 1) du,
//             the two summands being "still active" and "left at u". The textbook form writes J as a difference of
//             two Gauss hypergeometric functions, which overflows and cancels; here J is integrated as it stands: over
//             log(min(alpha, beta) + u) the integrand is log-concave and smooth, some ten values give 13 digits, and the
//             same values give the exact gradient and Hessian
// Future      of an active customer: rate ~ Gamma(r + x, alpha + T), lifetime from now ~ Pareto(s, beta + T)
// Source      Schmittlein, Morrison & Colombo (1987); Fader & Hardie (2005), note 009; the form of J is our own
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "perennial/math/minimise.h"
#include "perennial/models/value/maximum_likelihood.h"
#include "perennial/models/value/simulated.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {

struct ParetoGammaParams {
  double r = 1, alpha = 1;  // purchase rate ~ Gamma(r, rate alpha); alpha in periods
  double s = 1, beta = 1;   // rate of leaving ~ Gamma(s, rate beta); beta in periods
};

// log of the integral over u from `from` to `to` of (alpha + u)^-p (beta + u)^-q du; -infinity where from == to.
double log_power_integral(double p, double alpha, double q, double beta, double from, double to);

double log_likelihood(const ParetoGammaParams& params, const History& history);
double p_alive(const ParetoGammaParams& params, const History& history);

// Minus the log-likelihood of all, by log(r), log(alpha / scale), log(s), log(beta / scale).
math::Evaluation pareto_gamma_evaluation(std::span<const double> log_params, double scale,
                                         const UniqueHistories& histories, Threads threads);
// `histories` must outlive the problem.
LikelihoodProblem pareto_gamma_problem(const UniqueHistories& histories, Threads threads);

// The further purchases of a customer who is still active, given the history.
struct ParetoGammaFuture {
  double shape = 1, rate = 1;              // of the purchase rate: r + x, alpha + T
  double leave_shape = 1, leave_rate = 1;  // of the rate of leaving: s, beta + T

  double p_any(double horizon_periods) const;
  double expected(double horizon_periods) const;
  double discounted(double horizon_periods, double discount_rate) const;
  // P(N = 0), P(N = 1), ... until less than 1e-14 is left, see pascal.h.
  std::vector<double> pmf(double horizon_periods) const;
  double log_probability(std::uint64_t purchases, double horizon_periods) const;
  double draw(RandomStream& stream, double horizon_periods) const;
  double p_stays(double horizon_periods) const;
  double p_ever() const;
  double p_order(double horizon_periods) const;
  double order_time(double probability) const;
};
ParetoGammaFuture future_if_alive(const ParetoGammaParams& params, const History& history);

SimulatedPurchases simulate_pareto_gamma(const ParetoGammaParams& params,
                                         std::span<const double> age, double holdout_periods,
                                         std::uint64_t seed, Threads threads);

}  // namespace perennial::models
