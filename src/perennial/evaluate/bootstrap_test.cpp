#include "perennial/evaluate/bootstrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::evaluate {
namespace {

using ::testing::HasSubstr;

std::vector<double> normal_values(std::size_t n, std::uint64_t seed) {
  RandomStream stream(seed, 0);
  std::vector<double> values(n);
  for (double& value : values) value = 3 + 2 * stream.normal();
  return values;
}

Estimate mean_of(std::span<const double> values, const BootstrapOptions& options) {
  return bootstrap_estimates({&values, 1}, options)[0];
}

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> values{1, 2, 4, 8, 16};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.5), 4);
  EXPECT_EQ(quantile(values, 0.1), 1.4);
  EXPECT_EQ(quantile(values, 1), 16);
}

TEST(Bootstrap, HasTheWidthOfTheNormalIntervalOfAMean) {
  const std::vector<double> values = normal_values(400, 1);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 400;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double half = 1.2816 * std::sqrt(squares / 400 / 400);  // 80 %
  const Estimate found = mean_of(values, {.replicates = 4000});
  EXPECT_NEAR(found.value, mean, 1e-12);
  EXPECT_NEAR(found.high - found.value, half, 0.07 * half);
  EXPECT_NEAR(found.value - found.low, half, 0.07 * half);
}

TEST(Bootstrap, IntervalsHoldTheTruthAsOftenAsTheySay) {
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Estimate found =
        mean_of(normal_values(60, seed), {.replicates = 200, .level = 0.9, .seed = seed});
    if (found.low <= 3 && 3 <= found.high) ++held;
  }
  EXPECT_NEAR(held, 270, 22);  // binomial, 4 standard deviations
}

TEST(Bootstrap, IsTheSameForAnyNumberOfThreadsAndDiffersBySeed) {
  const std::vector<double> values = normal_values(100, 1);
  const Estimate one = mean_of(values, {.threads = {1}});
  for (const int threads : {2, 8}) EXPECT_EQ(mean_of(values, {.threads = {threads}}), one);
  EXPECT_NE(mean_of(values, {.seed = 2}), one);
}

TEST(Bootstrap, DifferencesArePaired) {
  const std::vector<double> values = normal_values(100, 1);
  std::vector<double> better = values;
  for (double& value : better) value += 0.25;
  const Estimate found = bootstrap_difference(better, values, {});
  EXPECT_NEAR(found.low, 0.25, 1e-12);
  EXPECT_NEAR(found.high, 0.25, 1e-12);
  const Estimate alone = mean_of(values, {});
  EXPECT_GT(alone.high - alone.low, 0.3);
}

TEST(Bootstrap, LeavesOutReplicatesWithoutTheFigure) {
  // Defined only when customer 0 was drawn.
  const auto found =
      bootstrap(3,
                [](std::span<const std::uint32_t> times) {
                  return std::vector{times[0] > 0 ? 5.0 : std::nan(""), std::nan("")};
                },
                {});
  EXPECT_EQ(found[0], (Estimate{5, 5, 5}));
  EXPECT_FALSE(found[1]);
}

TEST(Bootstrap, DrawsAsManyCustomersAsThereAre) {
  bootstrap(7,
            [](std::span<const std::uint32_t> times) {
              EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0U), 7U);
              return std::vector<double>{};
            },
            {.replicates = 20, .threads = {1}});
}

TEST(Bootstrap, IsTheSameWithDrawsMadeBeforehand) {
  const std::vector<double> values = normal_values(100, 1);
  BootstrapOptions options{.replicates = 50, .seed = 3};
  const Estimate anew = mean_of(values, options);
  for (const int threads : {1, 8}) {
    options.threads = {threads};
    options.draws = std::make_shared<Draws>(100, options);
    EXPECT_EQ(mean_of(values, options), anew);
  }
  options.draws = std::make_shared<Draws>(99, options);  // of others
  EXPECT_EQ(mean_of(values, options), anew);
}

TEST(Bootstrap, RefusesBadInputByName) {
  const auto message = [](std::vector<double> values, const BootstrapOptions& options) {
    try {
      mean_of(values, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message({1}, {}), "accepted");
  EXPECT_THAT(message({}, {}), HasSubstr("no customers"));
  EXPECT_THAT(message({1, std::nan("")}, {}), HasSubstr("customer 1 is nan"));
  EXPECT_THAT(message({1}, {.replicates = 0}), HasSubstr("replicates is 0"));
  EXPECT_THAT(message({1}, {.level = 1}), HasSubstr("level is 1"));
  const std::vector<double> two{1, 2};
  EXPECT_THROW(bootstrap_difference(two, {two.data(), 1}, {}), Error);
}

TEST(FindMetric, TellsAnUnknownNameFromAnUndefinedFigure) {
  const std::vector<Metric> metrics{{"mae", Estimate{1, 0, 2}}, {"bias", std::nullopt}};
  EXPECT_EQ(find_metric(metrics, "mae")->value, 1);
  EXPECT_FALSE(find_metric(metrics, "bias"));
  try {
    find_metric(metrics, "mea");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "metric mea: no such metric; there are mae, bias");
  }
}

}  // namespace
}  // namespace perennial::evaluate
