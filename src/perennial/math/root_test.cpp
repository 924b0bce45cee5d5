#include "perennial/math/root.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace perennial::math {
namespace {

TEST(Reach, FindsTheArgumentFromNearAndFar) {
  const auto square = [](double t) { return t * t; };
  for (const double guess : {1e-9, 1.0, 3.0, 1e12})
    for (const double target : {1e-20, 9.0, 1e30})
      EXPECT_NEAR(reach(square, target, guess) / std::sqrt(target), 1, 1e-10) << guess;
}

TEST(Reach, TakesAGuessBeyondAllMeasure) {
  const auto saturates = [](double t) { return t / (1 + t); };
  EXPECT_NEAR(reach(saturates, 0.5, std::numeric_limits<double>::infinity()), 1, 1e-9);
}

TEST(Reach, SaysInfinityWhereTheTargetIsNeverReached) {
  const auto saturates = [](double t) { return t / (1 + t); };
  EXPECT_NEAR(reach(saturates, 0.9, 1), 9, 1e-8);
  EXPECT_EQ(reach(saturates, 1.5, 1), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace perennial::math
