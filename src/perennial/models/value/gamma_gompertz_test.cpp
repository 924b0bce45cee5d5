// GGom/NBD against slow and obvious versions of the same.
#include "perennial/models/value/gamma_gompertz.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numeric>

#include "perennial/models/value/gompertz_clock.h"
#include "perennial/models/value/pareto_gamma.h"
#include "perennial/models/value/purchases_testing.h"

namespace perennial::models {
namespace {

GammaGompertzParams any_params() {
  const auto any = [] { return magnitude(*rc::gen::inRange(-1500, 1500)); };
  return {any(), 10 * any(), any(), 10 * any(), magnitude(*rc::gen::inRange(-5000, 500))};
}

TEST(GompertzClock, IsTheClockOnBothSidesOfItsSeriesAndFarOut) {
  EXPECT_TRUE(rc::check("in long double", [] {
    const double c = magnitude(*rc::gen::inRange(-1000, 2000));
    const double b = magnitude(*rc::gen::inRange(-3000, 0));
    const double u = magnitude(*rc::gen::inRange(-2000, 3700)) / b;
    const Clock clock = clock_at(u, c, b);
    const long double growth = std::exp(static_cast<long double>(b) * u);
    const long double tau = (growth - 1) / b;
    const long double sum = c + tau;
    expect_relative(clock.log_sum, static_cast<double>(std::log(sum)), 1e-12);
    expect_relative(clock.pace, static_cast<double>(growth / sum), 1e-12);
    expect_relative(clock.tau, static_cast<double>(tau / sum), 1e-12);
    const long double by_b = (u * growth - tau) / b;
    const long double by_b_b = (u * (u * growth) - 2 * by_b) / b;
    expect_relative(clock.by_b, static_cast<double>(by_b / sum), 1e-10);
    expect_relative(clock.by_b_b, static_cast<double>(by_b_b / sum), 1e-8);
  }));
}

TEST(GammaGompertz, WithoutGrowthItIsParetoNbd) {
  EXPECT_TRUE(rc::check("b = 1e-12", [] {
    GammaGompertzParams p = any_params();
    p.b = 1e-12;
    const ParetoGammaParams pareto{p.r, p.alpha, p.s, p.beta_over_b};
    const History h = any_history();
    RC_ASSERT(std::fabs(log_likelihood(p, h) - log_likelihood(pareto, h)) <
              1e-8 * (1 + std::fabs(log_likelihood(pareto, h))));
    const GammaGompertzFuture f = future_if_alive(p, h);
    const ParetoGammaFuture q = future_if_alive(pareto, h);
    const double horizon = *rc::gen::element(0.1, 4.0, 52.0);
    expect_relative(f.expected(horizon), q.expected(horizon), 1e-7);
    expect_relative(f.p_any(horizon), q.p_any(horizon), 1e-7);
    expect_relative(f.p_stays(horizon), q.p_stays(horizon), 1e-7);
    expect_relative(f.discounted(horizon, 0.01), q.discounted(horizon, 0.01), 1e-7);
  }));
}

TEST(GammaGompertz, NoGrowthWorthTheNameIsNoTrouble) {
  const GammaGompertzParams p{0.55, 10.6, 0.6, 11, 1e-18};
  EXPECT_NEAR(p_alive(p, {0, 0, 30}), p_alive(ParetoGammaParams{0.55, 10.6, 0.6, 11}, {0, 0, 30}),
              1e-9);
}

TEST(GammaGompertz, LikelihoodIsTheProbabilityOfTheFutureItForetells) {
  EXPECT_TRUE(rc::check("silence", [] {
    const GammaGompertzParams p = any_params();
    const History now = any_history();
    const double h = *rc::gen::element(0.5, 13.0, 52.0);
    History later = now;
    later.age += h;
    const double silent = 1 - p_alive(p, now) * future_if_alive(p, now).p_any(h);
    const double before = log_likelihood(p, now);
    const double parts = (p.r + now.repeat_purchases) * std::fabs(std::log(p.alpha + later.age));
    const double rounding = 1e-13 * (1 + std::fabs(before) + parts) + 1e-14 / silent;
    RC_ASSERT(std::fabs(std::log(silent) - (log_likelihood(p, later) - before)) <
              1e-8 * std::fabs(std::log(silent)) + rounding);
  }));
}

TEST(GammaGompertz, DerivativesAreThoseOfTheLikelihood) {
  EXPECT_TRUE(rc::check("by differences", [] {
    const SimulatedPurchases histories = any_histories(5);
    const Purchases::Input input = histories.input();
    const UniqueHistories data = unique_histories(input);
    const GammaGompertzParams p = any_params();
    const std::vector<double> at{std::log(p.r), std::log(p.alpha), std::log(p.s),
                                 std::log(p.beta_over_b), std::log(p.b)};
    const auto evaluate = [&](const std::vector<double>& where) {
      return gamma_gompertz_evaluation(where, 1, data, {1});
    };
    double direct = 0;
    for (std::size_t i = 0; i < input.size(); ++i) direct += log_likelihood(p, input.history(i));
    RC_ASSERT(std::fabs(-evaluate(at).value - direct) < 1e-10 * (1 + std::fabs(direct)));
    expect_right_derivatives(evaluate, at);
  }));
}

TEST(GammaGompertz, AnswersAreIntegralsOfTheSurvival) {
  EXPECT_TRUE(rc::check("by adaptive quadrature", [] {
    const GammaGompertzFuture f = future_if_alive(any_params(), any_history());
    const double horizon = *rc::gen::element(0.1, 4.0, 52.0, 400.0);
    const auto integrate = [&](const auto& function) {
      // In pieces that grow, as the functions change fast at first.
      double sum = 0;
      double from = 0;
      for (int i = 1; i <= 20; ++i) {
        const double to = horizon * std::pow(4.0, i - 20);
        sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(function, from, to, 5,
                                                                             1e-10);
        from = to;
      }
      return sum;
    };
    const double expected = f.shape / f.rate * integrate([&](double u) { return f.p_stays(u); });
    expect_relative(f.expected(horizon), expected, 1e-8);
    const double discounted =
        f.shape / f.rate * integrate([&](double u) { return f.p_stays(u) * std::exp(-0.02 * u); });
    expect_relative(f.discounted(horizon, 0.02), discounted, 1e-8);
    const double any = integrate([&](double u) {
      return f.p_stays(u) * f.shape / (f.rate + u) * std::exp(-f.shape * std::log1p(u / f.rate));
    });
    expect_relative(f.p_any(horizon), any, 1e-8);
  }));
}

TEST(GammaGompertz, PmfSumsToOneHasTheExpectedMeanAndEachOutcomeByItself) {
  EXPECT_TRUE(rc::check("any customer", [] {
    const GammaGompertzFuture f = future_if_alive(any_params(), any_history());
    const double h = *rc::gen::element(0.0, 0.1, 4.0, 52.0);
    RC_PRE(f.shape * h / f.rate < 300);
    const auto [pmf, sum, mean] = outcomes_of(f, h);
    expect_relative(sum, 1, 1e-9);
    RC_ASSERT(std::fabs(mean - f.expected(h)) <= 1e-8 * mean + 1e-9);
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(0, 30));
    if (n < pmf.size() && pmf[n] > 1e-6)
      RC_ASSERT(std::fabs(f.log_probability(n, h) - std::log(pmf[n])) < 1e-7);
  }));
}

TEST(GammaGompertz, LifetimesAreDrawnFromTheSurvival) {
  // Everyone buys all the time, so the last purchase is the end of life.
  const GammaGompertzParams p{1e4, 10, 0.8, 30, 0.1};
  const std::vector<double> ages(4000, 200.0);
  const SimulatedPurchases data = simulate_gamma_gompertz(p, ages, 0, 9, {});
  for (const double u : {5.0, 20.0, 60.0}) {
    double stayed = 0;
    for (const double recency : data.recency) stayed += recency > u ? 1 : 0;
    EXPECT_NEAR(stayed / 4000, future_if_alive(p, {}).p_stays(u), 4 * 0.5 / std::sqrt(4000.0));
  }
}

}  // namespace
}  // namespace perennial::models
