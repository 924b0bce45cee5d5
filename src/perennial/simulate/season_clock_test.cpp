#include "perennial/simulate/season_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace perennial::simulate {
namespace {

const Day kStart = to_day(CivilDate{2024, 1, 1});

TEST(SeasonClock, RunsAYearInAYear) {
  const SeasonClock clock(kStart, 365, 1);
  EXPECT_NEAR(clock.end(), 365, 1e-9);
  EXPECT_DOUBLE_EQ(clock.at(to_time(kStart)), 0);
  EXPECT_NEAR(clock.at(to_time(kStart + 365)), 365, 1e-9);
}

TEST(SeasonClock, IsTheCalendarWithoutSeason) {
  const SeasonClock clock(kStart, 30, 0);
  for (int day = 0; day < 500; ++day) EXPECT_NEAR(clock.rate(day), 1, 1e-9);
}

TEST(SeasonClock, PeaksBeforeTheYearEndsAndRestsOnSaturdays) {
  const SeasonClock clock(kStart, 365, 1);
  const int december = to_day(CivilDate{2024, 12, 4}) - kStart;
  const int august = to_day(CivilDate{2024, 8, 7}) - kStart;  // both Wednesdays
  EXPECT_GT(clock.rate(december), 1.6 * clock.rate(august));
  EXPECT_NEAR(clock.rate(august + 3) / clock.rate(august - 2), 0.88 / 1.06, 0.02);
}

TEST(SeasonClock, HasAnInverse) {
  const SeasonClock clock(kStart, 100, 1);
  EXPECT_TRUE(rc::check("time_of undoes at, to the second", [&] {
    const auto seconds = *rc::gen::inRange<std::int64_t>(0, 2000LL * 86'400);
    const Time time{to_time(kStart).micros + seconds * kMicrosPerSecond};
    const Time back = clock.time_of(clock.at(time));
    RC_ASSERT(std::abs(back.micros - time.micros) <= kMicrosPerSecond);
  }));
  EXPECT_TRUE(rc::check("later on the clock is not earlier in time", [&] {
    const double a = *rc::gen::inRange(0, 10'000'000) / 5000.0;
    const double b = a + *rc::gen::inRange(0, 1'000'000) / 5000.0;
    RC_ASSERT(clock.time_of(a) <= clock.time_of(b));
  }));
}

}  // namespace
}  // namespace perennial::simulate
