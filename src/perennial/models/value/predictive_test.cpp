#include "perennial/models/value/predictive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/models/value/posterior.h"

namespace perennial::models {
namespace {

const GammaGamma kSpend({6.25, 3.74, 15.44});

struct Shop {
  SimulatedPurchases purchases;
  std::vector<double> mean_spend, holdout_spend;

  Spend::Input spend() const {
    Spend::Input input;
    input.orders = purchases.repeat_purchases;
    input.mean_spend = mean_spend;
    return input;
  }
};

template <typename M>
Shop simulate_shop(const M& truth, std::size_t customers, double holdout, std::uint64_t seed) {
  std::vector<double> age(customers);
  RandomStream ages(seed, customers);
  for (double& value : age) value = 10 + 60 * ages.uniform();
  Shop shop{truth.simulate(age, holdout, seed), std::vector<double>(customers),
            std::vector<double>(customers)};
  const GammaGamma::Params g = kSpend.params();
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream stream(seed + 1'000'000, i);
    const double rate = stream.gamma(g.q, g.gamma);
    const double x = shop.purchases.repeat_purchases[i];
    const double y = shop.purchases.holdout_purchases[i];
    if (x > 0) shop.mean_spend[i] = stream.gamma(g.p * x, rate) / x;
    if (y > 0) shop.holdout_spend[i] = stream.gamma(g.p * y, rate);
  }
  return shop;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

template <typename M>
class PredictiveOf : public testing::Test {};
using Processes = testing::Types<ParetoNbd, GgomNbd, BgNbd, MbgNbd, BgCnbdK, MbgCnbdK, Nbd>;
TYPED_TEST_SUITE(PredictiveOf, Processes);

template <typename M>
M truth() {
  std::vector<double> values{1.1, 5, 0.8, 3.5, 2};
  if constexpr (std::is_same_v<M, GgomNbd>) values = {1.1, 5, 0.8, 30, 0.1};
  if constexpr (std::is_same_v<M, ParetoNbd>) values = {1.1, 5, 0.8, 12};
  values.resize(M(typename M::Params{}).values().size());
  return M::from_values(values);
}

TYPED_TEST(PredictiveOf, DrawsAreFromThePredictiveDistribution) {
  const TypeParam model = truth<TypeParam>();
  const PurchaseModel process = model;
  const std::vector<double> x(1, 3.0), recency(1, 20.0), age(1, 26.0), spend(1, 30.0);
  Purchases::Input input;
  input.repeat_purchases = x;
  input.recency = recency;
  input.age = age;
  input.horizon_periods = 30;
  const Predictive out = predictive({&process, 1}, {&kSpend, 1}, input, spend,
                                    {.annual_discount = 0, .draws = 40'000});
  const std::vector<double> pmf = model.purchase_pmf(input.history(0), 30);
  for (std::size_t n = 0; n < 4; ++n) {
    const auto drawn =
        static_cast<double>(std::ranges::count(out.orders_by_draw, static_cast<double>(n)));
    EXPECT_NEAR(drawn / 40'000, pmf[n], 4 * 0.5 / 200) << n;
  }
  const double expected = model.expected_purchases(input.history(0), 30);
  EXPECT_NEAR(out.orders.mean, expected, 0.03 * (1 + expected));
  EXPECT_NEAR(out.spend.mean, expected * kSpend.expected_spend(3, 30), 0.05 * out.spend.mean);
}

TYPED_TEST(PredictiveOf, DoesNotDependOnThreads) {
  const PurchaseModel process = truth<TypeParam>();
  const Shop shop = simulate_shop(truth<TypeParam>(), 300, 0, 3);
  Purchases::Input input = shop.purchases.input();
  input.threads = {1};
  const Predictive one = predictive({&process, 1}, {&kSpend, 1}, input, shop.mean_spend, {});
  input.threads = {8};
  const Predictive eight = predictive({&process, 1}, {&kSpend, 1}, input, shop.mean_spend, {});
  EXPECT_EQ(one.orders_by_draw, eight.orders_by_draw);
  EXPECT_EQ(one.spend_high, eight.spend_high);
}

TEST(Predictive, RefusesQuestionsThatMakeNoSense) {
  const PurchaseModel process = MbgNbd({1.1, 5, 0.8, 3.5});
  const Shop shop = simulate_shop(MbgNbd({1.1, 5, 0.8, 3.5}), 10, 0, 3);
  const Purchases::Input input = shop.purchases.input();
  EXPECT_THROW(predictive({}, {}, input, {}, {}), Error);
  EXPECT_THROW(predictive({&process, 1}, {}, input, {}, {.coverage = 1}), Error);
  EXPECT_THROW(predictive({&process, 1}, {}, input, {}, {.draws = 3}), Error);
  EXPECT_THROW(predictive({&process, 1}, {&kSpend, 1}, input, {}, {}), Error);
  Purchases::Input days = input;
  days.days_per_period = 1;
  EXPECT_THROW(predictive({&process, 1}, {}, days, {}, {}), Error);
  EXPECT_EQ(predictive({&process, 1}, {}, input, {}, {}).spend.high, 0);
}

struct Coverage {
  double orders = 0, spend = 0, customers = 0;  // shares
};

// Shops with known truth, each fitted by itself: how often the total, and the customers who are likely to buy at all, come
// out within their interval of 80 %.
template <typename M>
Coverage coverage(const M& process, int shops, std::size_t customers, PosteriorMethod method) {
  Coverage covered;
  double judged = 0;
  constexpr double kHoldout = 40;
  for (int s = 0; s < shops; ++s) {
    const Shop shop = simulate_shop(process, customers, kHoldout, static_cast<std::uint64_t>(s));
    Purchases::Input input = shop.purchases.input();
    input.horizon_periods = kHoldout;
    const PosteriorOptions options{.method = method, .draws = 100};
    const PurchaseDraws processes = purchase_draws(M::fit(input, {}), input, options);
    const SpendDraws spends = spend_draws(GammaGamma::fit(shop.spend(), {}), shop.spend(), options);
    const Predictive out = predictive(processes.models, spends.models, input, shop.mean_spend,
                                      {.annual_discount = 0, .draws = 300});
    const double orders = sum(shop.purchases.holdout_purchases);
    const double spend = sum(shop.holdout_spend);
    covered.orders += orders >= out.orders.low && orders <= out.orders.high ? 1.0 / shops : 0;
    covered.spend += spend >= out.spend.low && spend <= out.spend.high ? 1.0 / shops : 0;
    for (std::size_t i = 0; i < customers; ++i) {
      if (out.spend_high[i] == 0) continue;  // nothing is likelier than 80 %: covers more
      ++judged;
      const double spent = shop.holdout_spend[i];
      covered.customers += spent >= out.spend_low[i] && spent <= out.spend_high[i] ? 1 : 0;
    }
  }
  covered.customers /= judged;
  return covered;
}

TEST(Predictive, IntervalsOfSmallShopsCoverWhatTheySay) {
  const Coverage covered =
      coverage(MbgNbd({1.1, 5, 0.8, 3.5}), 100, 150, PosteriorMethod::kLaplace);
  EXPECT_NEAR(covered.orders, 0.8, 0.12);
  EXPECT_NEAR(covered.spend, 0.8, 0.12);
  EXPECT_NEAR(covered.customers, 0.8, 0.03);
}

TEST(PredictiveSlow, TotalsAndCustomersAreCoveredAsOftenAsSaid) {
  for (const PosteriorMethod method : {PosteriorMethod::kLaplace, PosteriorMethod::kMcmc}) {
    const Coverage covered = coverage(MbgNbd({1.1, 5, 0.8, 3.5}), 1000, 150, method);
    std::printf(
        "coverage of 80 %% intervals, %s: total orders %.3f, total spend %.3f, customers %.3f\n",
        method == PosteriorMethod::kMcmc ? "MCMC" : "Laplace", covered.orders, covered.spend,
        covered.customers);
    EXPECT_GT(covered.orders, 0.77);
    EXPECT_LT(covered.orders, 0.83);
    EXPECT_GT(covered.spend, 0.77);
    EXPECT_LT(covered.spend, 0.83);
    EXPECT_GT(covered.customers, 0.77);
    EXPECT_LT(covered.customers, 0.83);
  }
}

}  // namespace
}  // namespace perennial::models
