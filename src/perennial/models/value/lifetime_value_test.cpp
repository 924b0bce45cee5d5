#include "perennial/models/value/lifetime_value.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/random.h"
#include "perennial/models/value/total_spend.h"

namespace perennial::models {
namespace {

const GammaGamma kSpend({6.25, 3.74, 15.44});

// A shop of which everything is known, the money spent in the holdout too.
struct Shop {
  SimulatedPurchases purchases;
  std::vector<double> mean_spend, holdout_spend;
};

template <typename M>
Shop simulate_shop(const M& model, std::size_t customers, double holdout, std::uint64_t seed) {
  std::vector<double> age(customers);
  RandomStream ages(seed, customers);
  for (double& value : age) value = 10 + 60 * ages.uniform();
  Shop shop{model.simulate(age, holdout, seed), std::vector<double>(customers),
            std::vector<double>(customers)};
  const GammaGamma::Params g = kSpend.params();
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream stream(seed + 1, i);
    const double rate = stream.gamma(g.q, g.gamma);
    const double x = shop.purchases.repeat_purchases[i];
    const double y = shop.purchases.holdout_purchases[i];
    if (x > 0) shop.mean_spend[i] = stream.gamma(g.p * x, rate) / x;
    if (y > 0) shop.holdout_spend[i] = stream.gamma(g.p * y, rate);
  }
  return shop;
}

template <typename M>
class LifetimeValueOf : public testing::Test {};
using Processes = testing::Types<ParetoNbd, BgNbd, MbgNbd>;
TYPED_TEST_SUITE(LifetimeValueOf, Processes);

TYPED_TEST(LifetimeValueOf, IntervalsOfEightyPerCentCoverEightyPerCentOfTheHoldout) {
  constexpr double kHoldout = 40;
  const TypeParam truth({1.1, 5, 0.8, 3.5});
  const Shop shop = simulate_shop(truth, 6000, kHoldout, 17);
  Purchases::Input input = shop.purchases.input();
  input.horizon_periods = kHoldout;
  Spend::Input spend;
  spend.orders = shop.purchases.repeat_purchases;
  spend.mean_spend = shop.mean_spend;
  // Fitted, not the truth: what is left out of the interval (parameter uncertainty) must not matter.
  const LifetimeValues values = lifetime_value(
      TypeParam::fit(input, {}), GammaGamma::fit(spend, {}), input, shop.mean_spend, {0, 0.8});

  double attainable = 0;
  double covered = 0;
  double above = 0;
  double silent = 0;
  double silent_kept = 0;
  double silent_expected = 0;
  double bought = 0;
  double expected = 0;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const double spent = shop.holdout_spend[i];
    const bool inside = spent >= values.low[i] && spent <= values.high[i];
    if (values.p_nothing[i] < 0.8) {
      ++attainable;
      covered += inside ? 1 : 0;
      above += spent > values.high[i] ? 1 : 0;
    } else {
      EXPECT_EQ(values.high[i], 0);
      ++silent;
      silent_kept += inside ? 1 : 0;
      silent_expected += values.p_nothing[i];
    }
    bought += spent;
    expected += values.value[i];
  }
  ASSERT_GT(attainable, 800);
  ASSERT_GT(silent, 500);
  EXPECT_GT(covered / attainable, 0.77);
  EXPECT_LT(covered / attainable, 0.83);
  EXPECT_GT(above / attainable, 0.08);
  // Where 0 to 0 covers more than asked for, it covers what p_nothing says.
  EXPECT_NEAR(silent_kept / silent, silent_expected / silent, 0.03);
  EXPECT_NEAR(expected / bought, 1, 0.08);
}

TYPED_TEST(LifetimeValueOf, IsWhatFineStepsAddUpToInAnyTimeUnit) {
  const TypeParam weekly({0.6, 8, 0.7, 3});
  typename TypeParam::Params in_days = weekly.params();
  in_days.alpha *= 7;
  if constexpr (std::is_same_v<TypeParam, ParetoNbd>) in_days.beta *= 7;
  const TypeParam daily(in_days, 1);
  const std::vector<double> x{0, 2, 9};
  const std::vector<double> recency{0, 20, 35};
  const std::vector<double> age{30, 25, 36};
  const std::vector<double> mean{0, 20, 55};
  Purchases::Input input;
  input.repeat_purchases = x;
  input.recency = recency;
  input.age = age;
  input.horizon_periods = 104;
  const LifetimeValues values = lifetime_value(weekly, kSpend, input, mean, {0.12, 0.8});

  std::vector<double> day_recency = recency;
  std::vector<double> day_age = age;
  for (std::size_t i = 0; i < 3; ++i) {
    day_recency[i] *= 7;
    day_age[i] *= 7;
  }
  Purchases::Input days = input;
  days.recency = day_recency;
  days.age = day_age;
  days.horizon_periods = 728;
  days.days_per_period = 1;
  const LifetimeValues day_values = lifetime_value(daily, kSpend, days, mean, {0.12, 0.8});
  EXPECT_THROW(lifetime_value(weekly, kSpend, days, mean, {}), Error);

  for (std::size_t i = 0; i < 3; ++i) {
    double sum = 0;
    double last = 0;
    constexpr int kSteps = 1040;
    for (int k = 1; k <= kSteps; ++k) {
      const double weeks = 104.0 * k / kSteps;
      const double upto = weekly.expected_purchases(input.history(i), weeks);
      sum += (upto - last) * std::pow(1.12, -(weeks - 0.05) * 7 / 365.25);
      last = upto;
    }
    EXPECT_NEAR(values.value[i], sum * kSpend.expected_spend(x[i], mean[i]),
                1e-6 * values.value[i]);
    EXPECT_NEAR(day_values.value[i], values.value[i], 1e-9 * values.value[i]);
    EXPECT_NEAR(day_values.high[i], values.high[i], 1e-5 * values.high[i]);
    EXPECT_NEAR(values.expected_purchases[i], weekly.expected_purchases(input.history(i), 104),
                1e-12);
    EXPECT_NEAR(1 - values.p_nothing[i], weekly.p_active(input.history(i), 104), 1e-12);
  }
}

TYPED_TEST(LifetimeValueOf, LessIsWorthLessAndThreadsDoNotMatter) {
  const TypeParam model({1.1, 5, 0.8, 3.5});
  const Shop shop = simulate_shop(model, 1500, 0, 5);
  Purchases::Input input = shop.purchases.input();
  input.threads = {1};
  const LifetimeValues base = lifetime_value(model, kSpend, input, shop.mean_spend, {});
  const LifetimeValues steep = lifetime_value(model, kSpend, input, shop.mean_spend, {0.5, 0.8});
  const LifetimeValues wide = lifetime_value(model, kSpend, input, shop.mean_spend, {0.1, 0.95});
  input.threads = {8};
  const LifetimeValues again = lifetime_value(model, kSpend, input, shop.mean_spend, {});
  EXPECT_EQ(base.value, again.value);
  EXPECT_EQ(base.low, again.low);
  EXPECT_EQ(base.high, again.high);
  for (std::size_t i = 0; i < input.size(); ++i) {
    EXPECT_LT(steep.value[i], base.value[i]);
    EXPECT_LE(base.low[i], base.high[i]);
    EXPECT_LE(base.high[i], wide.high[i]);
  }
  input.horizon_periods = 0;
  const LifetimeValues nothing = lifetime_value(model, kSpend, input, shop.mean_spend, {});
  for (std::size_t i = 0; i < input.size(); ++i) {
    EXPECT_EQ(nothing.value[i], 0);
    EXPECT_EQ(nothing.high[i], 0);
    EXPECT_EQ(nothing.p_nothing[i], 1);
  }
}

TEST(LifetimeValue, RefusesQuestionsThatMakeNoSense) {
  const BgNbd model({1, 5, 1, 3});
  const std::vector<double> one{1};
  const std::vector<double> two{2};
  Purchases::Input input;
  input.repeat_purchases = one;
  input.recency = one;
  input.age = two;
  EXPECT_NO_THROW(lifetime_value(model, kSpend, input, one, {}));
  EXPECT_THROW(lifetime_value(model, kSpend, input, one, {-0.1}), Error);
  EXPECT_THROW(lifetime_value(model, kSpend, input, one, {0.1, 1.0}), Error);
  EXPECT_THROW(lifetime_value(model, kSpend, input, {}, {}), Error);
  const std::vector<double> none{0};
  EXPECT_THROW(lifetime_value(model, kSpend, input, none, {}), Error);
  EXPECT_TRUE(lifetime_value(model, kSpend, input, one, {0.1, 0.8, Intervals::kNone}).low.empty());
}

TEST(TotalSpend, QuantileInvertsTheDistribution) {
  const TotalSpend total({0.3, 0.3, 0.2, 0.1, 0.05, 0.05}, {6, 4, 15});
  EXPECT_EQ(total.quantile(0.3), 0);
  EXPECT_NEAR(total.cdf(0), 0.3, 1e-15);
  for (const double p : {0.31, 0.5, 0.8, 0.9, 0.999})
    EXPECT_NEAR(total.cdf(total.quantile(p)), p, 2e-6) << p;
  EXPECT_EQ(TotalSpend({1.0}, {6, 4, 15}).quantile(0.9), 0);
}

TEST(TotalSpend, QuantileInvertsAnyDistribution) {
  EXPECT_TRUE(rc::check("thin and heavy tails, few orders and many", [] {
    const double mean = *rc::gen::element(0.3, 2.0, 15.0, 90.0);
    std::vector<double> pmf{std::exp(-mean)};
    for (int n = 1; n < 250; ++n) pmf.push_back(pmf.back() * mean / n);
    const TotalSpend total(
        pmf, {*rc::gen::element(0.2, 1.0, 6.0, 80.0), *rc::gen::element(0.6, 4.0, 50.0, 3000.0),
              *rc::gen::element(0.01, 15.0, 1e6)});
    for (const double p : {0.1, 0.5, 0.8, 0.9}) {
      if (p <= pmf[0])
        RC_ASSERT(total.quantile(p) == 0);
      else
        RC_ASSERT(std::fabs(total.cdf(total.quantile(p)) - p) < 3e-6);
    }
  }));
}

TEST(TotalSpend, AgreesWithSimulation) {
  const std::vector<double> pmf{0.2, 0.5, 0.3};
  const SpendFuture spend{2, 3, 40};
  const TotalSpend total(pmf, spend);
  std::vector<double> draws(20'000);
  for (std::size_t i = 0; i < draws.size(); ++i) {
    RandomStream stream(3, i);
    const double u = stream.uniform();
    const double n = u < 0.2 ? 0 : u < 0.7 ? 1 : 2;
    const double rate = stream.gamma(spend.shape, spend.rate);
    draws[i] = n == 0 ? 0 : stream.gamma(spend.p * n, rate);
  }
  std::sort(draws.begin(), draws.end());
  for (const double p : {0.3, 0.5, 0.8, 0.9}) {
    const double drawn = draws[static_cast<std::size_t>(p * static_cast<double>(draws.size()))];
    EXPECT_NEAR(total.cdf(drawn), p, 4 * std::sqrt(p * (1 - p) / 20'000)) << p;
  }
}

TEST(TotalSpend, GroupingManyOrdersKeepsTheQuantiles) {
  std::vector<double> pmf(400, 0.0);
  for (std::size_t n = 100; n < 300; ++n) pmf[n] = 1.0 / 200;
  const SpendFuture spend{6, 400, 2000};
  double exact = 0;
  const double total = 6000;
  for (std::size_t n = 100; n < 300; ++n)
    exact += pmf[n] * spend.total_cdf(static_cast<double>(n), total);
  EXPECT_NEAR(TotalSpend(pmf, spend).cdf(total), exact, 2e-3);
}

}  // namespace
}  // namespace perennial::models
