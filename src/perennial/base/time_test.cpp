#include "perennial/base/time.h"

#include <gtest/gtest.h>

namespace perennial {
namespace {

TEST(Day, CountsFromTheEpochAndBackForFourCenturies) {
  EXPECT_EQ(to_day(CivilDate{1970, 1, 1}).days, 0);
  EXPECT_EQ(to_day(CivilDate{2000, 3, 1}).days, 11017);
  EXPECT_EQ(to_day(CivilDate{1969, 12, 31}).days, -1);
  Day expected = to_day(CivilDate{1800, 1, 1});
  for (int year = 1800; year < 2200; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= 31; ++day) {
        const CivilDate date{year, month, day};
        if (!is_valid(date)) continue;
        ASSERT_EQ(to_day(date), expected);
        ASSERT_EQ(to_civil(expected), date);
        expected.days += 1;
      }
    }
  }
}

TEST(Day, KnowsWeekdaysAndMonths) {
  EXPECT_EQ(weekday(to_day(CivilDate{2011, 12, 9})), 4);
  EXPECT_EQ(weekday(to_day(CivilDate{1969, 12, 28})), 6);
  EXPECT_EQ(month_start(to_day(CivilDate{2012, 2, 29})), to_day(CivilDate{2012, 2, 1}));
  EXPECT_EQ(next_month_start(to_day(CivilDate{2011, 12, 1})), to_day(CivilDate{2012, 1, 1}));
}

TEST(Day, ParsesOnlyDatesThatExist) {
  EXPECT_EQ(parse_day("2011-12-09"), to_day(CivilDate{2011, 12, 9}));
  EXPECT_EQ(parse_day("19970101"), to_day(CivilDate{1997, 1, 1}));
  for (const char* bad : {"", "2011-02-29", "2011-13-01", "2011-1-1", "2011-12-09x", "0000-01-01",
                          "201112-09", "2011-1209"}) {
    EXPECT_FALSE(parse_day(bad)) << bad;
  }
}

TEST(Time, ReadsTheIsoFormsThatShopsSend) {
  const Time noon = *parse_time("2019-10-01T12:00:00Z");
  for (const char* same :
       {"2019-10-01 12:00:00 UTC", "2019-10-01T20:00:00+08:00", "2019-10-01T20:00+0800",
        "2019-10-01 12:00", "2019-10-01T12:00:00.000000000Z", "2019-10-01T04:00:00-08",
        "2019-10-01t12:00:00z"}) {
    EXPECT_EQ(parse_time(same), noon) << same;
  }
  EXPECT_EQ(parse_time("2019-10-01"), to_time(*parse_day("2019-10-01")));
  for (const char* bad :
       {"2019-10-01T", "2019-10-01T25:00", "2019-10-01T12:60", "2019-10-01T12:00:00.", "12:00",
        "2019-10-01T12:00:00+", "2019-10-01T12:00:00Zx"}) {
    EXPECT_FALSE(parse_time(bad)) << bad;
  }
}

TEST(Time, FormatsWhatItParses) {
  for (const char* text :
       {"2011-12-09T12:50:00Z", "1969-12-31T23:59:59.999999Z", "2000-02-29T00:00:00Z"}) {
    EXPECT_EQ(format_time(*parse_time(text)), text);
  }
  EXPECT_EQ(format_day(to_day(*parse_time("1969-12-31T23:59:59Z"))), "1969-12-31");
}

TEST(Duration, ReadsLikeAPersonWouldSayIt) {
  EXPECT_EQ(format_duration(0.84), "0.8 s");
  EXPECT_EQ(format_duration(125), "2 min 05 s");
  EXPECT_EQ(format_duration(4321), "1 h 12 min");
}

}  // namespace
}  // namespace perennial
