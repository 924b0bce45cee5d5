#include "perennial/math/minimise.h"

#include <gtest/gtest.h>

#include <cmath>

namespace perennial::math {
namespace {

const Box kWide{{-10, -10}, {10, 10}};

Evaluation rosenbrock(std::span<const double> at) {
  const double x = at[0];
  const double y = at[1];
  const double bend = y - x * x;
  return {(1 - x) * (1 - x) + 100 * bend * bend,
          {-2 * (1 - x) - 400 * x * bend, 200 * bend},
          {2 - 400 * (y - 3 * x * x), -400 * x, -400 * x, 200}};
}

TEST(Minimise, FollowsACurvedValley) {
  const Minimum minimum = minimise(rosenbrock, {-1.2, 1}, kWide, {});
  EXPECT_TRUE(minimum.converged);
  EXPECT_NEAR(minimum.at[0], 1, 1e-9);
  EXPECT_NEAR(minimum.at[1], 1, 1e-9);
  EXPECT_LT(minimum.iterations, 40);
  EXPECT_LT(minimum.gradient_norm, 1e-8);
  EXPECT_GT(minimum.condition, 1000);
}

TEST(Minimise, LeavesASaddle) {
  const auto saddle = [](std::span<const double> at) -> Evaluation {
    const double x = at[0];
    const double y = at[1];
    return {
        x * x * x * x - x * x + y * y, {4 * x * x * x - 2 * x, 2 * y}, {12 * x * x - 2, 0, 0, 2}};
  };
  const Minimum minimum = minimise(saddle, {1e-3, 1}, kWide, {});
  EXPECT_TRUE(minimum.converged);
  EXPECT_NEAR(minimum.at[0], std::sqrt(0.5), 1e-9);
  EXPECT_NEAR(minimum.at[1], 0, 1e-9);
}

TEST(Minimise, StopsAtASideOfTheBoxAndSaysSo) {
  const auto slope = [](std::span<const double> at) -> Evaluation {
    return {-at[0] + at[1] * at[1], {-1, 2 * at[1]}, {0, 0, 0, 2}};
  };
  const Minimum minimum = minimise(slope, {0, 3}, kWide, {});
  EXPECT_TRUE(minimum.converged);
  EXPECT_EQ(minimum.at[0], 10);
  EXPECT_NEAR(minimum.at[1], 0, 1e-9);
  ASSERT_EQ(minimum.bound.size(), 1U);
  EXPECT_EQ(minimum.bound[0], 0U);
  EXPECT_EQ(minimum.gradient_norm, std::fabs(2 * minimum.at[1]));
}

TEST(Minimise, StepsOverPlacesWhereTheFunctionIsNotFinite) {
  const auto logarithm = [](std::span<const double> at) -> Evaluation {
    const double x = at[0];
    return {x - std::log(x), {1 - 1 / x}, {1 / (x * x)}};
  };
  const Minimum minimum = minimise(logarithm, {0.05}, {{-10}, {10}}, {});
  EXPECT_TRUE(minimum.converged);
  EXPECT_NEAR(minimum.at[0], 1, 1e-9);
}

TEST(Minimise, AdmitsThatItDidNotArrive) {
  EXPECT_FALSE(minimise(rosenbrock, {-1.2, 1}, kWide, {3, 1e-9}).converged);
  const auto nowhere = [](std::span<const double>) -> Evaluation {
    return {std::nan(""), {std::nan("")}, {std::nan("")}};
  };
  EXPECT_FALSE(minimise(nowhere, {0}, {{-1}, {1}}, {}).converged);
}

}  // namespace
}  // namespace perennial::math
