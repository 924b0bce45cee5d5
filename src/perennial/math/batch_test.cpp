#include "perennial/math/batch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "perennial/base/random.h"

namespace perennial::math {
namespace {

using Batch = void (*)(std::span<const double>, std::span<double>);

// The largest error in units of the last place of the exact result.
double worst_ulp(Batch batch, const std::function<long double(long double)>& exact,
                 const std::vector<double>& at) {
  std::vector<double> out(at.size());
  batch(at, out);
  long double worst = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const long double value = exact(at[i]);
    const double near = std::fabs(static_cast<double>(value));
    const double ulp = std::nextafter(near, std::numeric_limits<double>::infinity()) - near;
    worst = std::fmax(worst, std::fabs(out[i] - value) / ulp);
  }
  return static_cast<double>(worst);
}

std::vector<double> uniform(double low, double high, std::size_t n = 200'001) {
  std::vector<double> out(n);
  RandomStream stream(1, n);
  for (double& value : out) value = low + (high - low) * stream.uniform();
  return out;
}

// Over many orders of magnitude.
std::vector<double> spread(double low, double high) {
  std::vector<double> out = uniform(std::log(low), std::log(high));
  for (double& value : out) value = std::exp(value);
  return out;
}

TEST(Batch, ExpIsWithinOneUlp) {
  const auto exact = [](long double x) { return std::exp(x); };
  EXPECT_LT(worst_ulp(exp_batch, exact, uniform(-1, 1)), 1);
  EXPECT_LT(worst_ulp(exp_batch, exact, uniform(-700, 709)), 1);
}

TEST(Batch, LogIsWithinOneUlp) {
  const auto exact = [](long double x) { return std::log(x); };
  EXPECT_LT(worst_ulp(log_batch, exact, uniform(0.5, 2)), 1);
  EXPECT_LT(worst_ulp(log_batch, exact, spread(1e-300, 1e300)), 1);
}

TEST(Batch, Log1pIsWithinTwoUlp) {
  const auto exact = [](long double x) { return std::log1p(x); };
  EXPECT_LT(worst_ulp(log1p_batch, exact, uniform(0, 1)), 2);
  EXPECT_LT(worst_ulp(log1p_batch, exact, spread(1e-300, 1e300)), 2);
}

TEST(Batch, EndsOfTheDomain) {
  std::vector<double> x{0, -0.0, -708, -709, -1e308, 709, 710, 1e308, 1};
  std::vector<double> out(x.size());
  exp_batch(x, out);
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[1], 1);
  EXPECT_GT(out[2], 0);
  EXPECT_EQ(out[3], 0);
  EXPECT_EQ(out[4], 0);
  EXPECT_TRUE(std::isfinite(out[5]));
  EXPECT_EQ(out[6], std::numeric_limits<double>::infinity());
  EXPECT_EQ(out[7], std::numeric_limits<double>::infinity());
  x = {1, 0.5, 2};
  out.resize(3);
  log_batch(x, x);
  EXPECT_EQ(x, (std::vector<double>{0, -std::log(2.0), std::log(2.0)}));
  x = {0, 1e-320, 1e308};
  log1p_batch(x, out);
  EXPECT_EQ(out[0], 0);
  EXPECT_EQ(out[1], 1e-320);
}

}  // namespace
}  // namespace perennial::math
