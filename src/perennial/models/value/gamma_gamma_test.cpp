#include "perennial/models/value/gamma_gamma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/exp_sinh.hpp>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

struct Sample {
  std::vector<double> orders, mean;
  Spend::Input input() const {
    Spend::Input input;
    input.orders = orders;
    input.mean_spend = mean;
    return input;
  }
};

Sample simulate(const GammaGamma::Params& p, std::size_t n, std::uint64_t seed) {
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    RandomStream stream(seed, i);
    const auto orders = static_cast<double>(stream.poisson(1.5));
    const double rate = stream.gamma(p.q, p.gamma);
    sample.orders.push_back(orders);
    sample.mean.push_back(orders > 0 ? stream.gamma(p.p * orders, rate) / orders : 0);
  }
  return sample;
}

TEST(GammaGamma, RecoversTheTruthWithinItsStandardErrors) {
  const Sample sample = simulate({6, 4, 15}, 8000, 1);
  const FitReport report = GammaGamma::fit(sample.input(), {}).report();
  EXPECT_TRUE(report.converged);
  EXPECT_NEAR(report.estimates[0], 6, 3.5 * report.standard_errors[0]);
  EXPECT_NEAR(report.estimates[1], 4, 3.5 * report.standard_errors[1]);
  EXPECT_NEAR(report.estimates[2], 15, 3.5 * report.standard_errors[2]);
  EXPECT_LT(report.standard_errors[1], 0.5);
  double direct = 0;
  const GammaGamma model({report.estimates[0], report.estimates[1], report.estimates[2]});
  for (std::size_t i = 0; i < sample.orders.size(); ++i)
    if (sample.orders[i] > 0) direct += model.log_likelihood(sample.orders[i], sample.mean[i]);
  EXPECT_NEAR(report.log_likelihood, direct, 1e-8 * std::fabs(direct));
}

TEST(GammaGamma, PullsAThinHistoryTowardThePopulation) {
  const GammaGamma model({6.25, 3.74, 15.44});
  const double everyone = model.population_mean();
  EXPECT_EQ(model.expected_spend(0, std::nan("")), everyone);
  double last = everyone;
  for (const double orders : {1.0, 2.0, 10.0, 1000.0}) {
    const double own = model.expected_spend(orders, 100);
    EXPECT_GT(own, last);
    EXPECT_LT(own, 100);
    last = own;
  }
  EXPECT_NEAR(last, 100, 0.1);
}

TEST(GammaGamma, DensityIntegratesToOneOverTheMean) {
  const GammaGamma model({2.5, 3, 12});
  boost::math::quadrature::exp_sinh<double> integrator;
  for (const double orders : {1.0, 4.0})
    EXPECT_NEAR(integrator.integrate([&](double z) {
      return z > 0 && z < 1e200 ? std::exp(model.log_likelihood(orders, z)) : 0.0;
    }),
                1, 1e-8);
}

TEST(GammaGamma, MoneyTimesAHundredGivesMoneyTimesAHundredInAnyOrderAndOnAnyThreads) {
  const Sample sample = simulate({6, 4, 15}, 2000, 2);
  Sample cents = sample;
  for (double& mean : cents.mean) mean *= 100;
  const GammaGamma a = GammaGamma::fit(sample.input(), {});
  const GammaGamma b = GammaGamma::fit(cents.input(), {});
  EXPECT_NEAR(b.population_mean(), 100 * a.population_mean(), 1e-6 * b.population_mean());
  EXPECT_NEAR(b.params().p, a.params().p, 1e-6);

  Sample turned = sample;
  std::reverse(turned.orders.begin(), turned.orders.end());
  std::reverse(turned.mean.begin(), turned.mean.end());
  Spend::Input input = turned.input();
  input.threads = {8};
  EXPECT_EQ(GammaGamma::fit(input, {}).params().gamma, a.params().gamma);
}

TEST(GammaGamma, WeightsStandForRepetition) {
  const std::vector<double> orders{1, 2, 1, 3, 2};
  const std::vector<double> mean{10, 30, 22, 14, 55};
  const std::vector<double> weights{2, 1, 3, 1, 2};
  Sample repeated;
  for (std::size_t i = 0; i < orders.size(); ++i)
    for (double k = 0; k < weights[i]; ++k) {
      repeated.orders.push_back(orders[i]);
      repeated.mean.push_back(mean[i]);
    }
  Spend::Input input;
  input.orders = orders;
  input.mean_spend = mean;
  input.weights = weights;
  const GammaGamma weighted = GammaGamma::fit(input, {});
  EXPECT_NEAR(weighted.expected_spend(2, 30),
              GammaGamma::fit(repeated.input(), {}).expected_spend(2, 30), 1e-4);
  EXPECT_NEAR(independence(input), independence(repeated.input()), 1e-12);
}

TEST(GammaGamma, InfiniteMeanFallsBackOnTheObservedAndSaysSo) {
  const Sample sample = simulate({4, 0.7, 15}, 3000, 3);
  const GammaGamma model = GammaGamma::fit(sample.input(), {});
  ASSERT_LT(model.params().q, 1);
  EXPECT_EQ(model.population_mean(), model.observed_mean());
  EXPECT_EQ(model.expected_spend(0, 0), model.observed_mean());
  EXPECT_THAT(model.report().words, testing::HasSubstr("infinite"));
  EXPECT_GT(GammaGamma({4, 0.7, 15}).population_mean(), 0);
}

TEST(GammaGamma, FewOrEqualBuyersGetAFiniteAnswerAndAWord) {
  const std::vector<Sample> shops{{{1}, {20}}, {{2, 3}, {20, 20}}, {{0, 1, 1}, {0, 5, 80}}};
  for (const Sample& shop : shops) {
    const GammaGamma model = GammaGamma::fit(shop.input(), {});
    EXPECT_FALSE(model.report().words.empty());
    const double spend = model.expected_spend(1, 20);
    EXPECT_TRUE(std::isfinite(spend) && spend > 1 && spend < 500) << spend << model.report().words;
  }
}

TEST(GammaGamma, NobodyWithARepeatOrderIsNotEnoughData) {
  const Sample sample{{0, 0}, {0, 0}};
  try {
    GammaGamma::fit(sample.input(), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotEnoughData);
    EXPECT_THAT(error.what(), testing::HasSubstr("none of the 2 customers"));
  }
  EXPECT_THROW(GammaGamma({1, -1, 1}), Error);
}

TEST(GammaGamma, IndependenceSeesThatTheFrequentSpendMore) {
  Sample sample = simulate({6, 4, 15}, 3000, 4);
  EXPECT_NEAR(independence(sample.input()), 0, 0.08);
  for (std::size_t i = 0; i < sample.mean.size(); ++i) sample.mean[i] += 30 * sample.orders[i];
  EXPECT_GT(independence(sample.input()), 0.5);
  EXPECT_EQ(independence(Sample{{1, 1}, {2, 3}}.input()), 0);
}

TEST(GammaGamma, LoadsWhatWasSaved) {
  const GammaGamma model = GammaGamma::fit(simulate({6, 4, 15}, 300, 5).input(), {});
  ByteWriter writer;
  model.save(writer);
  ByteReader reader(writer.bytes());
  const GammaGamma loaded = GammaGamma::load(reader);
  reader.expect_done();
  EXPECT_EQ(loaded.expected_spend(3, 12), model.expected_spend(3, 12));
  EXPECT_EQ(loaded.observed_mean(), model.observed_mean());
  EXPECT_EQ(loaded.report().standard_errors, model.report().standard_errors);
}

}  // namespace
}  // namespace perennial::models
