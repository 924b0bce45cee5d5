#include "perennial/models/value/equity.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <vector>

namespace perennial::models {
namespace {

TEST(Equity, TheEffectsAddUpToTheChange) {
  EXPECT_TRUE(rc::check("any customer", [] {
    const auto any = []() -> std::optional<Worth> {
      if (*rc::gen::inRange(0, 4) == 0) return std::nullopt;
      return Worth{*rc::gen::inRange(0, 1000) / 50.0, *rc::gen::inRange(0, 1000) / 7.0};
    };
    const EquityChange c = equity_change(any(), any());
    RC_ASSERT(std::fabs(c.before + c.acquisition + c.retention + c.spend - c.after) < 1e-9);
  }));
}

TEST(Equity, EachEffectIsWhatItSays) {
  EXPECT_EQ(equity_change({}, Worth{2, 30}).acquisition, 60);
  EXPECT_EQ(equity_change(Worth{2, 30}, {}).retention, -60);
  const EquityChange silent = equity_change(Worth{2, 30}, Worth{1, 30});
  EXPECT_EQ(silent.retention, -30);
  EXPECT_EQ(silent.spend, 0);
  const EquityChange dearer = equity_change(Worth{2, 30}, Worth{2, 40});
  EXPECT_EQ(dearer.retention, 0);
  EXPECT_EQ(dearer.spend, 20);
}

TEST(Payback, IsWhereTheMarginReachesTheCost) {
  const std::vector<double> cumulated{10, 15, 15, 25};
  EXPECT_EQ(payback_periods(cumulated, 0), 0);
  EXPECT_EQ(payback_periods(cumulated, 5), 0.5);
  EXPECT_EQ(payback_periods(cumulated, 15), 2);
  EXPECT_EQ(payback_periods(cumulated, 20), 3.5);
  EXPECT_FALSE(payback_periods(cumulated, 30));
  EXPECT_FALSE(payback_periods({}, 1));
}

}  // namespace
}  // namespace perennial::models
