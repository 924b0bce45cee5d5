#include "perennial/math/mcmc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace perennial::math {
namespace {

// A normal with standard deviations 1 and 10 and correlation 0.9.
double slanted(std::span<const double> x) {
  const double a = x[0];
  const double b = x[1] / 10;
  return -(a * a - 1.8 * a * b + b * b) / (2 * (1 - 0.81));
}

TEST(Mcmc, DrawsFromTheDensityAndKnowsIt) {
  const McmcDraws draws =
      sample(slanted, {0.5, -3}, std::vector<double>{1, 0, 0, 1}, {.draws = 5000, .seed = 3});
  ASSERT_EQ(draws.size(), 20'000U);
  double mean = 0, square = 0, cross = 0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const auto x = draws.draw(i);
    mean += x[1] / 20'000;
    square += x[1] * x[1] / 20'000;
    cross += x[0] * x[1] / 20'000;
  }
  ASSERT_GT(draws.effective_size[1], 1000);
  EXPECT_LT(draws.effective_size[1], 10'000);
  const double error = 10 / std::sqrt(draws.effective_size[1]);
  EXPECT_NEAR(mean, 0, 4 * error);
  EXPECT_NEAR(square, 100, 8 * 10 * error);
  EXPECT_NEAR(cross, 9, 8 * error);
  EXPECT_LT(draws.r_hat[0], 1.01);
  EXPECT_LT(draws.r_hat[1], 1.01);
}

TEST(Mcmc, TheSameSeedGivesTheSameDrawsOnAnyThreads) {
  McmcOptions options{.warm_up = 50, .draws = 50, .seed = 9, .threads = {1}};
  const std::vector<double> covariance{1, 0, 0, 100};
  const McmcDraws one = sample(slanted, {0, 0}, covariance, options);
  options.threads = {8};
  EXPECT_EQ(one.values, sample(slanted, {0, 0}, covariance, options).values);
  options.seed = 10;
  EXPECT_NE(one.values, sample(slanted, {0, 0}, covariance, options).values);
}

TEST(Mcmc, ChainsThatDisagreeAreFoundOut) {
  McmcDraws draws{.variables = 1, .chains = 2, .values = {}, .r_hat = {}, .effective_size = {}};
  RandomStream stream(1, 1);
  for (int i = 0; i < 2000; ++i) draws.values.push_back(stream.normal() + (i < 1000 ? 0 : 3));
  diagnose(draws);
  EXPECT_GT(draws.r_hat[0], 1.5);
  EXPECT_LT(draws.effective_size[0], 10);
  // Independent draws are worth their number.
  for (double& value : draws.values) value = stream.normal();
  diagnose(draws);
  EXPECT_NEAR(draws.r_hat[0], 1, 0.01);
  EXPECT_GT(draws.effective_size[0], 1500);
}

TEST(Mcmc, ChainsStuckAtDifferentPlacesDoNotAgree) {
  McmcDraws draws{.variables = 1, .chains = 2, .values = {}, .r_hat = {}, .effective_size = {}};
  draws.values.assign(20, 1.0);
  diagnose(draws);
  EXPECT_EQ(draws.r_hat[0], 1);
  std::fill(draws.values.begin() + 10, draws.values.end(), 2.0);
  diagnose(draws);
  EXPECT_TRUE(std::isinf(draws.r_hat[0]));
}

TEST(Mcmc, CholeskyRefusesWhatIsNotPositiveDefinite) {
  EXPECT_EQ(cholesky(std::vector<double>{4, 2, 2, 5}, 2), (std::vector<double>{2, 0, 1, 2}));
  EXPECT_TRUE(cholesky(std::vector<double>{1, 2, 2, 1}, 2).empty());
}

}  // namespace
}  // namespace perennial::math
