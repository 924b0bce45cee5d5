// BG/NBD and MBG/NBD against slow and obvious versions of the same.
#include "perennial/models/value/beta_geometric.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <numeric>

#include "perennial/math/special.h"
#include "perennial/models/value/purchases_testing.h"

namespace perennial::models {
namespace {

BetaGeometricParams any_params() {
  const auto any = [] { return magnitude(*rc::gen::inRange(-2000, 1500)); };
  return {any(), 10 * any(), any(), any()};
}

FirstCoin any_coin() {
  return *rc::gen::element(FirstCoin::kAfterFirstRepeat, FirstCoin::kAfterFirstPurchase);
}

BetaGeometricKind any_kind() { return {any_coin(), *rc::gen::element(1, 1, 2, 3, 7, 12)}; }

TEST(BetaGeometric, ExpectedPurchasesIsTheClosedFormWhereThatIsRegular) {
  EXPECT_TRUE(rc::check("with Gauss' 2F1", [] {
    const BetaGeometricParams p = any_params();
    const BetaGeometricFuture f = future_if_alive(p, any_coin(), any_history());
    const double h = *rc::gen::element(0.1, 4.0, 52.0);
    const double c = f.leaves + f.stays - 1;
    RC_PRE(c > 0.05 && std::fabs(f.leaves - 1) > 0.05);
    const double z = h / (f.rate + h);
    const double rest =
        std::exp(f.shape * std::log1p(-z) + math::log_gauss_2f1(f.shape, f.stays, c, z));
    const double closed = c / (f.leaves - 1) * (1 - rest);
    // The closed form cancels: its own error is about 1e-15 c / (a - 1).
    RC_ASSERT(std::fabs(f.expected(h) - closed) <=
              1e-9 * closed + 1e-12 * std::fabs(c / (f.leaves - 1)));
  }));
}

TEST(BetaGeometric, PmfSumsToOneHasTheExpectedMeanAndEachOutcomeByItself) {
  EXPECT_TRUE(rc::check("any customer", [] {
    const RegularFuture f = regular_future_if_alive(any_params(), any_kind(), any_history());
    const double h = *rc::gen::element(0.0, 0.1, 4.0, 52.0);
    RC_PRE(f.shape * h / f.rate < 500);
    const auto [pmf, sum, mean] = outcomes_of(f, h);
    expect_relative(sum, 1, 1e-11);
    RC_ASSERT(std::fabs(mean - f.expected(h)) <=
              1e-9 * mean + 1e-12 * f.k() * static_cast<double>(pmf.size()));
    expect_relative(f.p_any(h), 1 - pmf[0], 1e-10);
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(0, 30));
    if (n < pmf.size() && pmf[n] > 1e-6)
      expect_relative(f.log_probability(n, h), std::log(pmf[n]), 1e-9);
  }));
}

TEST(BetaGeometric, ExpectedPurchasesIsContinuousThroughTheSingularPlacesOfTheTextbookForm) {
  const double horizon = 30;
  for (const double a : {1.0, 0.31}) {
    const auto at = [&](double shift) {
      return BetaGeometricFuture{0.5, 8, a + shift, 1 - a + 1e-9}.expected(horizon);
    };
    EXPECT_NEAR(at(0), 0.5 * (at(1e-7) + at(-1e-7)), 1e-9);
  }
}

TEST(BetaGeometric, ManyExpectedPurchasesAreSummedAsAnIntegral) {
  // Forty million a customer's purchases without leaving; the coin leaves few of them. Direct sum as the oracle.
  const BetaGeometricFuture f{20, 1e-3, 0.4, 3};
  const double horizon = 36'500;
  const double z = horizon / (f.rate + horizon);
  double spared = 1;
  double sum = 0;
  for (double j = 0; j < 3e6; ++j) {
    sum += spared;  // P(K > j) is 1 for all practical purposes up to here
    spared *= (f.stays + j) / (f.leaves + f.stays + j);
  }
  EXPECT_GT(math::beta_cdf(3e6, f.shape, z), 1 - 1e-12);
  EXPECT_GT(f.expected(horizon), sum);
  // Beyond, by steps of 0.1 % of j, still the plain sum.
  for (double j = 3e6; j < 1e11;) {
    const double step = std::floor(j * 1e-3);
    const double middle = j + 0.5 * (step - 1);
    sum +=
        step * math::beta_cdf(middle + 1, f.shape, z) *
        std::exp(math::log_rising(f.stays, middle) - math::log_rising(f.leaves + f.stays, middle));
    j += step;
  }
  EXPECT_NEAR(f.expected(horizon) / sum, 1, 1e-6);
}

TEST(BetaGeometric, TheIntegralMeetsTheSumWhereBothWork) {
  const BetaGeometricFuture f{3, 1, 0.9, 2};
  const double horizon = 20'000;
  const double z = horizon / (f.rate + horizon);
  double at = std::pow(1 - z, f.shape);
  double above = 1 - at;
  double spared = 1;
  double sum = 0;
  for (double j = 0; j < 2e6; ++j) {
    sum += above * spared;
    spared *= (f.stays + j) / (f.leaves + f.stays + j);
    at *= z * (f.shape + j) / (j + 1);
    above -= at;
  }
  EXPECT_NEAR(f.expected(horizon) / sum, 1, 1e-9);
}

TEST(BetaGeometric, DiscountedPurchasesAreTheLimitOfFineSteps) {
  EXPECT_TRUE(rc::check("three years at 15 % a year, in weeks", [] {
    const BetaGeometricKind kind{any_coin(), *rc::gen::element(1, 1, 2, 4)};
    const RegularFuture f = regular_future_if_alive(any_params(), kind, any_history());
    const double rate = std::log(1.15) * 7 / 365.25;
    const double horizon = 156;
    // The purchases of each step, discounted from its middle; the steps are finer at the start.
    const auto stepwise = [&](int steps) {
      double sum = 0;
      double last = 0;
      double last_time = 0;
      for (int k = 1; k <= steps; ++k) {
        const double time = f.rate * std::expm1(std::log1p(horizon / f.rate) * k / steps);
        const double upto = f.expected(time);
        sum += std::exp(-rate * 0.5 * (time + last_time)) * (upto - last);
        last = upto;
        last_time = time;
      }
      return sum;
    };
    RC_PRE(f.shape / f.rate < (kind.k == 1 ? 1 : 0.05));
    // Halving the steps quarters the error: what is left at 120 is a third of what the halving changed.
    const double coarse = stepwise(60);
    const double fine = stepwise(120);
    RC_ASSERT(std::fabs(f.discounted(horizon, rate) - (fine + (fine - coarse) / 3)) <=
              0.2 * std::fabs(fine - coarse) + (kind.k == 1 ? 1e-8 : 1e-4) * fine);
    RC_ASSERT(f.discounted(horizon, 0) == f.expected(horizon));
    RC_ASSERT(f.discounted(horizon, 2 * rate) < f.discounted(horizon, rate));
  }));
}

TEST(BetaGeometric, LikelihoodIsTheProbabilityOfTheFutureItForetells) {
  // P(no purchase in (T, T + h] | history) is L(x, t_x, T + h) / L(x, t_x, T).
  EXPECT_TRUE(rc::check("silence", [] {
    const BetaGeometricParams p = any_params();
    const BetaGeometricKind kind = any_kind();
    const History now = any_history();
    const double h = *rc::gen::element(0.5, 13.0, 52.0);
    History later = now;
    later.age += h;
    const double silent =
        1 - p_alive(p, kind, now) * regular_future_if_alive(p, kind, now).p_any(h);
    const double before = log_likelihood(p, kind, now);
    // What rounds: the parts of which the likelihoods are sums, and 1 - p in `silent`.
    const double parts =
        (p.r + kind.k * now.repeat_purchases) * std::fabs(std::log(p.alpha + later.age));
    const double rounding = 1e-14 * (1 + std::fabs(before) + parts) + 1e-15 / silent;
    RC_ASSERT(std::fabs(std::log(silent) - (log_likelihood(p, kind, later) - before)) <
              1e-9 * std::fabs(std::log(silent)) + rounding);
  }));
}

TEST(BetaGeometric, DerivativesAreThoseOfTheLikelihood) {
  EXPECT_TRUE(rc::check("by differences", [] {
    const SimulatedPurchases histories = any_histories(5);
    const Purchases::Input input = histories.input();
    const UniqueHistories data = unique_histories(input);
    const BetaGeometricKind kind = any_kind();
    const BetaGeometricParams p = any_params();
    const std::vector<double> at{std::log(p.r), std::log(p.alpha), std::log(p.a), std::log(p.b)};
    const auto evaluate = [&](const std::vector<double>& where) {
      return beta_geometric_evaluation(where, 1, kind, data, {1});
    };
    double direct = 0;
    for (std::size_t i = 0; i < input.size(); ++i)
      direct += log_likelihood(p, kind, input.history(i));
    expect_relative(-evaluate(at).value, direct, 1e-11);
    expect_right_derivatives(evaluate, at);
  }));
}

TEST(BetaGeometric, PureChanceIsTheFirstOfTheRhythms) {
  EXPECT_TRUE(rc::check("k = 1", [] {
    const BetaGeometricParams p = any_params();
    const FirstCoin coin = any_coin();
    const History h = any_history();
    const BetaGeometricFuture plain = future_if_alive(p, coin, h);
    const RegularFuture regular = regular_future_if_alive(p, {coin, 1}, h);
    const double horizon = *rc::gen::element(0.1, 4.0, 52.0);
    RC_PRE(plain.shape * horizon / plain.rate < 500);
    RC_ASSERT(plain.expected(horizon) == regular.expected(horizon));
    RC_ASSERT(plain.pmf(horizon) == regular.pmf(horizon));
    RC_ASSERT(plain.p_stays(horizon) == regular.p_stays(horizon));
    expect_relative(regular.p_any(horizon), plain.p_any(horizon), 1e-10);
    const double wait = plain.order_time(0.3);
    if (wait < 1e6) expect_relative(regular.order_time(0.3), wait, 1e-8);
  }));
}

TEST(BetaGeometric, WhoIsActiveAfterAWhileIsWhoBuysAgainSooner) {
  // An active customer leaves only after buying: so who is active at 20 is who buys after 20, ever.
  const BetaGeometricParams p{2, 5, 0.9, 2.4};
  const std::vector<double> ages(20'000, 20.0);
  for (const FirstCoin coin : {FirstCoin::kAfterFirstRepeat, FirstCoin::kAfterFirstPurchase}) {
    for (const int k : {1, 3}) {
      const BetaGeometricKind kind{coin, k};
      const SimulatedPurchases data = simulate_beta_geometric(p, kind, ages, 1e6, 4, {});
      double later = 0;
      for (const double purchases : data.holdout_purchases) later += purchases > 0 ? 1 : 0;
      const double expected =
          p_alive(p, kind, {}) * regular_future_if_alive(p, kind, {}).p_stays(20);
      EXPECT_NEAR(later / 20'000, expected, 4 * 0.5 / std::sqrt(20'000.0)) << k;
    }
  }
}

TEST(BetaGeometric, RegularPurchasesWithoutLeavingComeAtTheirPace) {
  // Hardly any spread, hardly anyone leaves: k = 12 events at rate 12 make one purchase a week.
  const BetaGeometricKind kind{FirstCoin::kAfterFirstRepeat, 12};
  const BetaGeometricParams p{1e6, 1e6 / 12.0, 1e-9, 1};
  const RegularFuture f = regular_future_if_alive(p, kind, {});
  EXPECT_NEAR(f.order_time(0.5), 1, 0.03);
  EXPECT_LT(f.p_any(0.3), 1e-3);
  EXPECT_NEAR(f.expected(100), 100 - 0.5 * (1 - 1.0 / 12), 1e-3);  // renewal theorem
  EXPECT_NEAR(f.discounted(100, 0.01), -std::expm1(-1.0) / 0.01, 0.7);
}

TEST(BetaGeometric, InfiniteHorizonsCountWhatDiscountingLeaves) {
  EXPECT_TRUE(rc::check("no horizon", [] {
    const int k = *rc::gen::element(1, 3);
    const double error = k == 1 ? 1e-7 : 1e-3;  // a discount of a half each period shows every step
    const RegularFuture f = regular_future_if_alive(any_params(), {any_coin(), k}, any_history());
    RC_PRE(f.shape / f.rate < 0.1);
    RC_PRE(f.shape > 0.1);  // else the number of purchases has a tail of many thousands
    const double infinite = f.discounted(std::numeric_limits<double>::infinity(), 0.5);
    RC_ASSERT(f.discounted(20, 0.5) <= infinite * (1 + error));
    expect_relative(infinite, f.discounted(70, 0.5), error);
  }));
}

}  // namespace
}  // namespace perennial::models
