#include "perennial/models/value/regularity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

struct Gaps {
  std::vector<double> first, second;
};

// Every customer has another pace.
Gaps simulated(double k, std::size_t n, std::uint64_t seed) {
  RandomStream random(seed, 0);
  Gaps gaps;
  for (std::size_t i = 0; i < n; ++i) {
    const double rate = random.gamma(0.7, 1) + 1e-6;
    gaps.first.push_back(random.gamma(k, rate));
    gaps.second.push_back(random.gamma(k, rate));
  }
  return gaps;
}

TEST(Regularity, IsRecoveredWhateverThePaces) {
  for (const double k : {0.5, 1.0, 2.0, 6.0}) {
    const Gaps gaps = simulated(k, 20000, static_cast<std::uint64_t>(10 * k));
    const Regularity found = regularity(gaps.first, gaps.second);
    EXPECT_NEAR(found.k, k, 0.06 * k) << k;
    EXPECT_LT(found.low, found.k);
    EXPECT_GT(found.high, found.k);
  }
}

TEST(Regularity, IntervalHoldsTheTruthAboutAsOftenAsItSays) {
  int held = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Gaps gaps = simulated(2, 300, 1000 + seed);
    const Regularity found = regularity(gaps.first, gaps.second);
    held += found.low <= 2 && 2 <= found.high ? 1 : 0;
  }
  EXPECT_NEAR(held / 400.0, 0.95, 0.03);
}

TEST(Regularity, IsWithoutLimitForClocksAndDoesNotDependOnTheUnit) {
  const std::vector<double> week{7, 7, 7};
  EXPECT_TRUE(std::isinf(regularity(week, week).k));
  const std::vector<double> a{1, 2, 3}, b{2, 2, 1}, in_hours{24, 48, 72}, b_in_hours{48, 48, 24};
  EXPECT_DOUBLE_EQ(regularity(a, b).k, regularity(in_hours, b_in_hours).k);
}

TEST(Regularity, NamesWhatItCannotTake) {
  EXPECT_THROW(regularity(std::vector<double>{1}, std::vector<double>{1}), Error);
  EXPECT_THROW(regularity(std::vector<double>{1, 0}, std::vector<double>{1, 1}), Error);
  EXPECT_THROW(regularity(std::vector<double>{1, 2}, std::vector<double>{1}), Error);
}

}  // namespace
}  // namespace perennial::models
