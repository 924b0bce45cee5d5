#include "perennial/report/numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace perennial::report {
namespace {

const NumberFormat british(Language::kEnglish, Currency("GBP"));
const NumberFormat yuan(Language::kChinese, Currency("CNY"));

TEST(NumberFormat, GroupsThousandsAndShortensFromTenMillion) {
  EXPECT_EQ(british.count(1234567), "1,234,567");
  EXPECT_EQ(british.count(0), "0");
  EXPECT_EQ(british.count(12'300'000), "12.3\u00A0million");
  EXPECT_EQ(british.count(4.56e9), "4.6\u00A0billion");
  EXPECT_EQ(yuan.count(12'300'000), "1,230万");
  EXPECT_EQ(yuan.count(123'456'789), "1.23亿");
}

TEST(NumberFormat, GivesSmallAmountsTheCurrencysDecimals) {
  EXPECT_EQ(british.money(9.5), "£9.50");
  EXPECT_EQ(british.money(99.999), "£100");
  EXPECT_EQ(british.money(8278519.4), "£8,278,519");
  EXPECT_EQ(NumberFormat(Language::kEnglish, Currency("JPY")).money(12), "¥12");
  EXPECT_EQ(NumberFormat(Language::kEnglish, Currency("KWD")).money(1.5),
            "KWD\u00A0"
            "1.500");
  EXPECT_EQ(NumberFormat(Language::kEnglish, Currency()).money(12.5), "12.50");
}

TEST(NumberFormat, PutsTheMinusBeforeTheCurrencyAndNoneBeforeZero) {
  EXPECT_EQ(british.money(-1234), "−£1,234");
  EXPECT_EQ(british.decimal(-0.001, 2), "0.00");
  EXPECT_EQ(british.signed_decimal(0.25, 2), "+0.25");
  EXPECT_EQ(british.signed_decimal(-0.25, 2), "−0.25");
}

TEST(NumberFormat, WritesSharesSoThatAlmostAllIsNotAll) {
  EXPECT_EQ(british.percent(0.524), "52\u00A0%");
  EXPECT_EQ(british.percent(0.0312), "3.1\u00A0%");
  EXPECT_EQ(british.percent(0.997), "99.7\u00A0%");
  EXPECT_EQ(british.percent(1), "100\u00A0%");
  EXPECT_EQ(british.percent(0), "0\u00A0%");
  EXPECT_EQ(british.percent(0.99977), ">99.9\u00A0%");
  EXPECT_EQ(british.percent(0.0002), "<0.1\u00A0%");
  EXPECT_EQ(yuan.percent(0.524), "52%");
}

TEST(NumberFormat, KeepsThreeSignificantDigitsOfSmallFigures) {
  EXPECT_EQ(british.significant(0.1234), "0.123");
  EXPECT_EQ(british.significant(1.234), "1.23");
  EXPECT_EQ(british.significant(12.34), "12.3");
  EXPECT_EQ(british.significant(1234.5), "1,234");
}

TEST(NumberFormat, StandsForWhatIsNotFiniteWithADash) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x : {nan, infinity, -infinity}) {
    EXPECT_EQ(british.count(x), kDash);
    EXPECT_EQ(british.percent(x), kDash);
    EXPECT_EQ(british.significant(x), kDash);
    EXPECT_EQ(british.decimal(x, 2), kDash);
    EXPECT_EQ(british.amount(x), kDash);
  }
}

TEST(NumberFormat, WritesIntervalsWithTheirLevel) {
  const Estimate estimate{1234, Interval{900, 1600, 0.8}};
  EXPECT_EQ(british.money_interval(estimate), "(80\u00A0%: £900 to £1,600)");
  EXPECT_EQ(british.count_interval(estimate), "(80\u00A0%: 900 to 1,600)");
  EXPECT_EQ(yuan.count_interval(estimate), "（80% 区间：900 至 1,600）");
  EXPECT_EQ(british.amount_range(estimate), "900 to 1,600");
  EXPECT_EQ(british.count_interval(Estimate{1, std::nullopt}), "");
}

TEST(NumberFormat, WritesBothBoundsInOneScale) {
  EXPECT_EQ(british.money_interval({8.9e6, Interval{6'104'780, 11'700'000, 0.8}}),
            "(80\u00A0%: £6.1\u00A0million to £11.7\u00A0million)");
}

TEST(NumberFormat, WritesDatesAsTheLanguageDoes) {
  const Day day = to_day(CivilDate{2011, 12, 9});
  EXPECT_EQ(british.day(day), "9\u00A0Dec\u00A02011");
  EXPECT_EQ(british.month(day), "Dec\u00A02011");
  EXPECT_EQ(british.short_month(day),
            "Dec\u00A0"
            "11");
  EXPECT_EQ(yuan.day(day), "2011年12月9日");
  EXPECT_EQ(yuan.short_month(day), "2011-12");
  EXPECT_EQ(british.time(Time{to_time(day).micros + 45'000 * kMicrosPerSecond}),
            "9\u00A0Dec\u00A02011 12:30 UTC");
}

}  // namespace
}  // namespace perennial::report
