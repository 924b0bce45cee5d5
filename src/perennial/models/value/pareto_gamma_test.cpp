// Pareto/NBD against slow and obvious versions of the same.
#include "perennial/models/value/pareto_gamma.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "perennial/math/special.h"
#include "perennial/models/value/purchases_testing.h"

namespace perennial::models {
namespace {

ParetoGammaParams any_params() {
  const auto any = [] { return magnitude(*rc::gen::inRange(-2000, 1500)); };
  return {any(), 10 * any(), any(), 10 * any()};
}

TEST(ParetoGamma, PowerIntegralAgreesWithAdaptiveQuadrature) {
  EXPECT_TRUE(rc::check("relative 1e-11", [] {
    const ParetoGammaParams p = any_params();
    const History h = any_history();
    RC_PRE(h.age > h.recency);
    const double shape = p.r + h.repeat_purchases;
    // By panels of a factor e in the nearer of alpha + u and beta + u, relative to the integrand's start.
    const long double near = std::fmin(p.alpha, p.beta) + h.recency;
    const auto f = [&](long double y) {
      const long double u = near * std::expm1(y);
      return near * std::exp(y - shape * std::log1p(u / (p.alpha + h.recency)) -
                             (p.s + 1) * std::log1p(u / (p.beta + h.recency)));
    };
    const long double end = std::log1p((h.age - h.recency) / near);
    long double sum = 0;
    constexpr int kPanels = 64;
    for (int i = 0; i < kPanels; ++i)
      sum += boost::math::quadrature::gauss_kronrod<long double, 31>::integrate(
          f, end * i / kPanels, end * (i + 1) / kPanels, 4, 1e-13L);
    const double expected = static_cast<double>(std::log(sum)) -
                            shape * std::log(p.alpha + h.recency) -
                            (p.s + 1) * std::log(p.beta + h.recency);
    const double actual = log_power_integral(shape, p.alpha, p.s + 1, p.beta, h.recency, h.age);
    RC_ASSERT(std::fabs(actual - expected) < 1e-11 + 1e-14 * std::fabs(expected));
  }));
}

TEST(ParetoGamma, LikelihoodIsTheTextbooksWhereThatDoesNotCancel) {
  EXPECT_TRUE(rc::check("with Gauss' 2F1", [] {
    const ParetoGammaParams p = any_params();
    const History h = any_history();
    RC_PRE(h.age - h.recency > 0.2 * h.age && h.repeat_purchases < 50);
    const double shape = p.r + h.repeat_purchases;
    const double high = std::fmax(p.alpha, p.beta);
    const double gap = std::fabs(p.alpha - p.beta);
    const double b = p.alpha >= p.beta ? p.s + 1 : shape;
    const auto log_term = [&](double time) {
      return math::log_gauss_2f1(shape + p.s, b, shape + p.s + 1, gap / (high + time)) -
             (shape + p.s) * std::log(high + time);
    };
    const double first = log_term(h.recency);
    const double second = log_term(h.age);
    RC_PRE(first - second > 1e-4);
    const double log_a0 = first + std::log(-std::expm1(second - first));
    const double alive = -shape * std::log(p.alpha + h.age) - p.s * std::log(p.beta + h.age);
    const double textbook = math::log_rising(p.r, h.repeat_purchases) + p.r * std::log(p.alpha) +
                            p.s * std::log(p.beta) +
                            math::log_add_exp(alive, std::log(p.s / (shape + p.s)) + log_a0);
    RC_ASSERT(std::fabs(log_likelihood(p, h) - textbook) < 1e-8 * (1 + std::fabs(textbook)));
  }));
}

TEST(ParetoGamma, PmfSumsToOneHasTheExpectedMeanAndEachOutcomeByItself) {
  EXPECT_TRUE(rc::check("any customer", [] {
    const ParetoGammaFuture f = future_if_alive(any_params(), any_history());
    const double h = *rc::gen::element(0.0, 0.1, 4.0, 52.0);
    RC_PRE(f.shape * h / f.rate < 500);
    const auto [pmf, sum, mean] = outcomes_of(f, h);
    expect_relative(sum, 1, 1e-10);
    RC_ASSERT(std::fabs(mean - f.expected(h)) <=
              1e-9 * mean + 1e-12 * static_cast<double>(pmf.size()));
    expect_relative(f.p_any(h), 1 - pmf[0], 1e-9);
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(0, 30));
    if (n < pmf.size() && pmf[n] > 1e-6)
      RC_ASSERT(std::fabs(f.log_probability(n, h) - std::log(pmf[n])) < 1e-8);
  }));
}

TEST(ParetoGamma, ExpectedPurchasesIsContinuousAtShapeOne) {
  const auto at = [](double s) { return ParetoGammaFuture{2, 30, s, 25}.expected(52); };
  EXPECT_NEAR(at(1), 0.5 * (at(1 + 1e-6) + at(1 - 1e-6)), 1e-10);
}

TEST(ParetoGamma, DiscountedPurchasesAreTheLimitOfFineSteps) {
  EXPECT_TRUE(rc::check("three years at 15 % a year, in weeks", [] {
    const ParetoGammaFuture f = future_if_alive(any_params(), any_history());
    const double rate = std::log(1.15) * 7 / 365.25;
    const double horizon = 156;
    // The purchases of each step, discounted from its middle; the steps are finer at the start.
    const auto stepwise = [&](int steps) {
      double sum = 0;
      double last = 0;
      double last_time = 0;
      for (int k = 1; k <= steps; ++k) {
        const double time =
            f.leave_rate * std::expm1(std::log1p(horizon / f.leave_rate) * k / steps);
        const double upto = f.expected(time);
        sum += std::exp(-rate * 0.5 * (time + last_time)) * (upto - last);
        last = upto;
        last_time = time;
      }
      return sum;
    };
    // Halving the steps quarters the error: what is left at 500 is a third of what the halving changed.
    const double coarse = stepwise(250);
    const double fine = stepwise(500);
    RC_ASSERT(std::fabs(f.discounted(horizon, rate) - (fine + (fine - coarse) / 3)) <=
              0.2 * std::fabs(fine - coarse) + 1e-8 * fine);
    RC_ASSERT(f.discounted(horizon, 0) == f.expected(horizon));
    // The same but for rounding where all have left long before the horizon.
    RC_ASSERT(f.discounted(horizon, rate) * (1 - 1e-12) <
              f.discounted(std::numeric_limits<double>::infinity(), rate));
  }));
}

TEST(ParetoGamma, LikelihoodIsTheProbabilityOfTheFutureItForetells) {
  EXPECT_TRUE(rc::check("silence", [] {
    const ParetoGammaParams p = any_params();
    const History now = any_history();
    const double h = *rc::gen::element(0.5, 13.0, 52.0);
    History later = now;
    later.age += h;
    const double silent = 1 - p_alive(p, now) * future_if_alive(p, now).p_any(h);
    const double before = log_likelihood(p, now);
    // What rounds: the parts of which the likelihoods are sums, and 1 - p in `silent`.
    const double parts = (p.r + now.repeat_purchases) * std::fabs(std::log(p.alpha + later.age)) +
                         (p.s + 1) * std::fabs(std::log(p.beta + later.age));
    const double rounding = 1e-14 * (1 + std::fabs(before) + parts) + 1e-15 / silent;
    RC_ASSERT(std::fabs(std::log(silent) - (log_likelihood(p, later) - before)) <
              1e-9 * std::fabs(std::log(silent)) + rounding);
  }));
}

TEST(ParetoGamma, DerivativesAreThoseOfTheLikelihood) {
  EXPECT_TRUE(rc::check("by differences", [] {
    const SimulatedPurchases histories = any_histories(5);
    const Purchases::Input input = histories.input();
    const UniqueHistories data = unique_histories(input);
    const ParetoGammaParams p = any_params();
    const std::vector<double> at{std::log(p.r), std::log(p.alpha), std::log(p.s), std::log(p.beta)};
    const auto evaluate = [&](const std::vector<double>& where) {
      return pareto_gamma_evaluation(where, 1, data, {1});
    };
    double direct = 0;
    for (std::size_t i = 0; i < input.size(); ++i) direct += log_likelihood(p, input.history(i));
    expect_relative(-evaluate(at).value, direct, 1e-11);
    expect_right_derivatives(evaluate, at);
  }));
}

}  // namespace
}  // namespace perennial::models
