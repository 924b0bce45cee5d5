// The mathematics of Gamma-Gompertz/NBD: gamma-mixed Poisson purchases until a lifetime ends whose rate of leaving grows
// with age.
//
// Lifetime    hazard eta b e^(b u) with eta ~ Gamma(s, rate beta). Written with the clock tau(u) = (e^(b u) - 1) / b and
//             c = beta / b, in periods, the chance to be active still at age u is (1 + tau(u) / c)^-s: Pareto/NBD on a
//             clock that runs faster and faster. As b -> 0 it is Pareto/NBD with beta = c, without a jump
// Likelihood  with R = r + x: (r)_x alpha^r c^s { (alpha + T)^-R (c + tau(T))^-s + s J },
//             J = integral over u from t_x to T of (alpha + u)^-R (c + tau(u))^-(s + 1) e^(b u) du.
//             J is integrated in panels that are short against the distance to the singularities of the integrand and to
//             the scale on which it falls; the same values give the exact gradient and Hessian. All terms are ratios to
//             c + tau, so b u may be in the thousands
// Future      of an active customer: rate ~ Gamma(r + x, alpha + T), lifetime from now of the same kind with the same b
//             and s and c' = (c + tau(T)) e^(-b T)
// Source      Bemmaor & Glady (2012), "Modeling Purchasing Behavior with Sudden Death"; expectations are integrated from
//             this survival function, not taken from the paper, whose conditional expectation is faulty (Adler 2022)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "perennial/math/minimise.h"
#include "perennial/models/value/maximum_likelihood.h"
#include "perennial/models/value/simulated.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {

struct GammaGompertzParams {
  double r = 1, alpha = 1;  // purchase rate ~ Gamma(r, rate alpha); alpha in periods
  double s = 1;             // without unit
  double beta_over_b = 1;   // c above, in periods
  double b = 1;             // growth of the rate of leaving, per period
};

double log_likelihood(const GammaGompertzParams& params, const History& history);
double p_alive(const GammaGompertzParams& params, const History& history);

// Minus the log-likelihood of all, by log(r), log(alpha / scale), log(s), log(beta_over_b / scale), log(b scale).
math::Evaluation gamma_gompertz_evaluation(std::span<const double> log_params, double scale,
                                           const UniqueHistories& histories, Threads threads);
// `histories` must outlive the problem.
LikelihoodProblem gamma_gompertz_problem(const UniqueHistories& histories, Threads threads);

// The further purchases of a customer who is still active, given the history.
struct GammaGompertzFuture {
  double shape = 1, rate = 1;  // of the purchase rate: r + x, alpha + T
  double leave_shape = 1;      // s
  double leave_scale = 1;      // c'
  double growth = 1;           // b

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
GammaGompertzFuture future_if_alive(const GammaGompertzParams& params, const History& history);

SimulatedPurchases simulate_gamma_gompertz(const GammaGompertzParams& params,
                                           std::span<const double> age, double holdout_periods,
                                           std::uint64_t seed, Threads threads);

}  // namespace perennial::models
