#include "perennial/math/quadrature.h"

#include <gtest/gtest.h>

#include <cmath>

namespace perennial::math {
namespace {

template <std::size_t kPoints>
double power(int exponent) {
  double sum = 0;
  for (std::size_t i = 0; i < kPoints; ++i)
    sum += gauss_rule<kPoints>().weight[i] * std::pow(gauss_rule<kPoints>().at[i], exponent);
  return sum;
}

TEST(GaussRule, IsExactUpToTwiceThePoints) {
  for (int k = 0; k < 12; ++k) EXPECT_NEAR(power<6>(k), 1.0 / (k + 1), 1e-15) << k;
  for (int k = 0; k < 16; ++k) EXPECT_NEAR(power<8>(k), 1.0 / (k + 1), 1e-15) << k;
  for (int k = 0; k < 32; ++k) EXPECT_NEAR(power<16>(k), 1.0 / (k + 1), 1e-15) << k;
  EXPECT_GT(std::fabs(power<6>(12) - 1.0 / 13), 1e-9);
}

TEST(GaussRule, NodesAscend) {
  const auto& rule = gauss_rule<16>();
  EXPECT_GT(rule.at.front(), 0);
  EXPECT_LT(rule.at.back(), 1);
  for (std::size_t i = 1; i < 16; ++i) EXPECT_LT(rule.at[i - 1], rule.at[i]);
}

}  // namespace
}  // namespace perennial::math
