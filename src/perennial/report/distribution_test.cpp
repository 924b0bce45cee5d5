#include "perennial/report/distribution.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace perennial::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Histogram, BinsAreOneTwoFiveAndHoldTheirLowerBound) {
  const std::vector<double> values = {1, 2, 5, 9.99, 10, 40};
  const std::vector<Bin> bins = histogram_125(values);
  ASSERT_EQ(bins.size(), 5U);
  const double lows[] = {1, 2, 5, 10, 20};
  const std::int64_t counts[] = {1, 1, 2, 1, 1};
  for (std::size_t i = 0; i < bins.size(); ++i) {
    EXPECT_DOUBLE_EQ(bins[i].low, lows[i]);
    EXPECT_EQ(bins[i].count, counts[i]);
  }
  EXPECT_DOUBLE_EQ(bins.back().high, 50);
}

TEST(Histogram, ZerosAndNegativesShareTheFirstBin) {
  const std::vector<double> values = {0, 0, -3, 1, 2};
  const std::vector<Bin> bins = histogram_125(values);
  EXPECT_DOUBLE_EQ(bins.front().low, 0);
  EXPECT_DOUBLE_EQ(bins.front().high, 1);
  EXPECT_EQ(bins.front().count, 3);
}

TEST(Histogram, NothingWithoutValuesAndOneBinWhenAllAreZero) {
  EXPECT_TRUE(histogram_125({}).empty());
  EXPECT_TRUE(histogram_125(std::vector<double>{kNan}).empty());
  const std::vector<Bin> zeros = histogram_125(std::vector<double>{0, 0});
  ASSERT_EQ(zeros.size(), 1U);
  EXPECT_EQ(zeros[0].count, 2);
}

TEST(Histogram, CountsEveryFiniteValueOnceInFewBins) {
  rc::check([](const std::vector<double>& drawn) {
    const auto finite = std::count_if(drawn.begin(), drawn.end(),
                                      [](double x) { return std::isfinite(x) && x < 1e300; });
    std::vector<double> values;
    values.reserve(drawn.size());
    for (const double x : drawn) values.push_back(x < 1e300 ? x : kNan);
    std::int64_t counted = 0;
    const std::vector<Bin> bins = histogram_125(values);
    for (const Bin& bin : bins) counted += bin.count;
    RC_ASSERT(counted == finite);
    RC_ASSERT(bins.size() <= 22U);
  });
}

TEST(GainCurve, TheTopTenthOfEqualValuesHoldsATenth) {
  const std::vector<double> curve = gain_curve(std::vector<double>(50, 3.0), 11);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_NEAR(curve[i], static_cast<double>(i) / 10, 1e-12);
  }
}

TEST(GainCurve, OneWhoHasAllMakesItSteep) {
  std::vector<double> values(9, 0.0);
  values.push_back(7);
  const std::vector<double> curve = gain_curve(values, 11);
  EXPECT_DOUBLE_EQ(curve[0], 0);
  EXPECT_DOUBLE_EQ(curve[1], 1);
  EXPECT_DOUBLE_EQ(curve[10], 1);
}

TEST(GainCurve, SplitsACustomerInProportion) {
  const std::vector<double> curve = gain_curve(std::vector<double>{3, 1}, 5);
  const double expected[] = {0, 0.375, 0.75, 0.875, 1};
  for (std::size_t i = 0; i < curve.size(); ++i) EXPECT_DOUBLE_EQ(curve[i], expected[i]);
}

TEST(GainCurve, IsEmptyWithoutAnyValue) {
  EXPECT_TRUE(gain_curve({}, 11).empty());
  EXPECT_TRUE(gain_curve(std::vector<double>{0, -1, kNan}, 11).empty());
}

TEST(GainCurve, RisesFromZeroToOneAndBendsDown) {
  rc::check([] {
    std::vector<double> values;
    for (const int x : *rc::gen::nonEmpty<std::vector<int>>()) values.push_back(std::abs(x % 1000));
    values.push_back(1);
    const std::vector<double> curve = gain_curve(values, 21);
    RC_ASSERT(curve.front() == 0.0);
    RC_ASSERT(std::fabs(curve.back() - 1) < 1e-9);
    for (std::size_t i = 1; i + 1 < curve.size(); ++i) {
      RC_ASSERT(curve[i] - curve[i - 1] >= curve[i + 1] - curve[i] - 1e-9);
    }
  });
}

TEST(Distribution, MedianAndMeanOfNothingAreNotNumbers) {
  EXPECT_TRUE(std::isnan(mean_of({})));
  EXPECT_TRUE(std::isnan(median_of({})));
  EXPECT_DOUBLE_EQ(median_of(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(mean_of(std::vector<double>{1, 2, 6}), 3);
}

}  // namespace
}  // namespace perennial::report
