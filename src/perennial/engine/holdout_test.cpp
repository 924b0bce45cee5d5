#include "perennial/engine/holdout.h"

#include <gtest/gtest.h>

namespace perennial::engine {
namespace {

TEST(Holdout, IsTheLastQuarterInWholeWeeks) {
  EXPECT_EQ(holdout_start(Day{0}, Day{363}, std::nullopt), Day{364 - 91});
  EXPECT_EQ(holdout_start(Day{0}, Day{373}, std::nullopt), Day{374 - 91});
  EXPECT_EQ(holdout_start(Day{0}, Day{3650}, std::nullopt), Day{3651 - 364});
  EXPECT_FALSE(holdout_start(Day{0}, Day{50}, std::nullopt));
}

TEST(Holdout, TakesTheLengthThatIsAskedFor) {
  EXPECT_EQ(holdout_start(Day{0}, Day{99}, 30), Day{70});
  EXPECT_FALSE(holdout_start(Day{0}, Day{29}, 30));
}

}  // namespace
}  // namespace perennial::engine
