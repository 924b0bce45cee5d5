#include "perennial/models/value/posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {
namespace {

std::vector<double> ages(std::size_t n, std::uint64_t seed) {
  std::vector<double> age(n);
  RandomStream stream(seed, n);
  for (double& value : age) value = 10 + 60 * stream.uniform();
  return age;
}

struct Moments {
  double mean = 0, deviation = 0;
};

// Of the logarithm of one parameter.
Moments log_moments(const Posterior& posterior, std::size_t parameter) {
  Moments m;
  const auto n = static_cast<double>(posterior.size());
  for (std::size_t i = 0; i < posterior.size(); ++i)
    m.mean += std::log(posterior.draw(i)[parameter]) / n;
  for (std::size_t i = 0; i < posterior.size(); ++i)
    m.deviation += std::pow(std::log(posterior.draw(i)[parameter]) - m.mean, 2) / (n - 1);
  m.deviation = std::sqrt(m.deviation);
  return m;
}

TEST(Posterior, LaplaceIsWhatTheStandardErrorsSayWhereTheDataAreMany) {
  const MbgNbd truth({1.1, 5, 0.8, 3.5});
  const SimulatedPurchases data = truth.simulate(ages(20'000, 1), 0, 2);
  const MbgNbd fitted = MbgNbd::fit(data.input(), {});
  const PurchaseDraws draws = purchase_draws(fitted, data.input(), {.draws = 2000});
  EXPECT_TRUE(draws.posterior.r_hat.empty());
  ASSERT_EQ(draws.models.size(), 2000U);
  for (std::size_t i = 0; i < 4; ++i) {
    const double error = fitted.report().standard_errors[i] / fitted.report().estimates[i];
    const Moments m = log_moments(draws.posterior, i);
    EXPECT_NEAR(m.mean, std::log(fitted.report().estimates[i]), 0.2 * error);
    EXPECT_NEAR(m.deviation / error, 1, 0.1);
  }
}

TEST(Posterior, ChainsAgreeAndSayWhatLaplaceSays) {
  const ParetoNbd truth({1.1, 5, 0.8, 12});
  const SimulatedPurchases data = truth.simulate(ages(400, 1), 0, 3);
  const ParetoNbd fitted = ParetoNbd::fit(data.input(), {});
  const PurchaseDraws walked = purchase_draws(
      fitted, data.input(), {.method = PosteriorMethod::kMcmc, .draws = 1000, .seed = 5});
  const PurchaseDraws normal =
      purchase_draws(fitted, data.input(), {.method = PosteriorMethod::kLaplace, .draws = 1000});
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_LT(walked.posterior.r_hat[i], 1.03) << walked.posterior.words;
    EXPECT_GT(walked.posterior.effective_size[i], 150);
    const Moments a = log_moments(walked.posterior, i);
    const Moments b = log_moments(normal.posterior, i);
    EXPECT_NEAR(a.mean, b.mean, 0.7 * b.deviation) << i;
    EXPECT_NEAR(a.deviation / b.deviation, 1, 0.35) << i;
  }
  const PurchaseDraws again =
      purchase_draws(fitted, data.input(),
                     {.method = PosteriorMethod::kMcmc, .draws = 1000, .seed = 5, .threads = {1}});
  EXPECT_EQ(walked.posterior.values, again.posterior.values);
}

TEST(Posterior, EveryProcessHasDraws) {
  const SimulatedPurchases data = MbgNbd({1.1, 5, 0.8, 3.5}).simulate(ages(60, 1), 0, 4);
  for (const PurchaseProcess& process : purchase_processes()) {
    const PurchaseModel fitted = process.fit(data.input(), {});
    const PurchaseDraws draws = purchase_draws(fitted, data.input(), {.draws = 20});
    ASSERT_EQ(draws.models.size(), 20U) << process.title;
    for (const PurchaseModel& model : draws.models) EXPECT_EQ(id(model), process.id);
    EXPECT_FALSE(draws.posterior.words.empty());
  }
}

TEST(Posterior, ThirtyBuyersGiveWideAndFiniteDraws) {
  const MbgNbd truth({1.1, 5, 0.8, 3.5});
  const SimulatedPurchases data = truth.simulate(ages(30, 1), 0, 2);
  const MbgNbd fitted = MbgNbd::fit(data.input(), {});
  const PurchaseDraws draws = purchase_draws(fitted, data.input(), {.draws = 200});
  EXPECT_NE(draws.posterior.words.find("R-hat"), std::string::npos);
  EXPECT_GT(log_moments(draws.posterior, 0).deviation, 0.15);
  for (const PurchaseModel& model : draws.models) {
    const double expected = std::get<MbgNbd>(model).expected_purchases(data.input().history(0), 52);
    EXPECT_TRUE(std::isfinite(expected));
  }
}

TEST(Posterior, SmallGroupsLearnFromTheOthers) {
  // Five channels of one kind, the last with a dozen customers who happened to buy more.
  std::vector<SimulatedPurchases> channels;
  for (std::uint64_t g = 0; g < 5; ++g)
    channels.push_back(Nbd({1.2, 8}).simulate(ages(600, g), 0, 10 + g));
  channels.push_back(Nbd({1.2, 1.5}).simulate(ages(12, 77), 0, 20));
  std::vector<Purchases::Input> groups;
  for (const SimulatedPurchases& channel : channels) groups.push_back(channel.input());
  const Nbd fitted = Nbd::fit(channels[0].input(), {});
  const std::vector<PurchaseDraws> draws = purchase_draws_by_group(fitted, groups, {.draws = 400});
  ASSERT_EQ(draws.size(), 7U);
  const auto log_pace = [](const PurchaseDraws& group) {
    double sum = 0;
    for (const PurchaseModel& model : group.models) {
      const NbdParams p = std::get<Nbd>(model).params();
      sum += std::log(p.r / p.alpha) / static_cast<double>(group.models.size());
    }
    return sum;
  };
  const NbdParams alone = Nbd::fit(groups[5], {}).params();
  const double own = std::log(alone.r / alone.alpha);
  const double shared = log_pace(draws[6]);
  EXPECT_NEAR(log_pace(draws[0]), std::log(1.2 / 8), 0.15);
  EXPECT_LT(log_pace(draws[5]), own);
  EXPECT_GT(log_pace(draws[5]), log_pace(draws[0]));
  EXPECT_NEAR(shared, std::log(1.2 / 8), 1.0);
  EXPECT_LT(draws[0].posterior.r_hat[0], 1.1) << draws[0].posterior.words;
  EXPECT_THROW(purchase_draws_by_group(fitted, {}, {}), Error);
}

TEST(Posterior, SpendHasDrawsToo) {
  const GammaGamma truth({6, 4, 15});
  std::vector<double> orders(800), mean(800);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    RandomStream stream(3, i);
    orders[i] = static_cast<double>(1 + i % 4);
    mean[i] = stream.gamma(6 * orders[i], stream.gamma(4, 15)) / orders[i];
  }
  Spend::Input input;
  input.orders = orders;
  input.mean_spend = mean;
  const GammaGamma fitted = GammaGamma::fit(input, {});
  const SpendDraws draws = spend_draws(fitted, input, {.draws = 1000});
  for (std::size_t i = 0; i < 3; ++i) {
    const double error = fitted.report().standard_errors[i] / fitted.report().estimates[i];
    EXPECT_NEAR(log_moments(draws.posterior, i).deviation / error, 1, 0.15) << i;
  }
}

}  // namespace
}  // namespace perennial::models
