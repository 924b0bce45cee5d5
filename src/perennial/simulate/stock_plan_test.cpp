#include "perennial/simulate/stock_plan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

namespace perennial::simulate {
namespace {

bool is_out(const ItemStockPlan& plan, int day) {
  for (const DaySpan& span : plan.out_of_stock) {
    if (day >= span.from && day < span.to) return true;
  }
  return false;
}

TEST(StockLevels, BalanceWhatIsDeliveredAndSold) {
  const Options options{.customers = 20'000, .days = 200, .items = 480};
  const Catalogue catalogue(options);
  const SeasonClock clock(options.start_day, options.days, 1);
  const std::vector<ItemStockPlan> plans = plan_stock(options, catalogue, clock);
  EXPECT_TRUE(rc::check("never negative, zero when out, moved by deliveries and sales alone", [&] {
    const auto i = *rc::gen::inRange<std::size_t>(0, plans.size());
    const Item& item = catalogue.items()[i];
    std::vector<std::int64_t> sold(200, 0);
    for (int day = item.launch_day; day < item.end_day; ++day) {
      if (!is_out(plans[i], day)) sold[static_cast<std::size_t>(day)] = *rc::gen::inRange(0, 9);
    }
    const std::vector<StockLevel> levels =
        stock_levels(plans[i], item.launch_day, item.end_day, sold);
    RC_ASSERT(levels.front().day == item.launch_day);
    for (std::size_t n = 0; n < levels.size(); ++n) {
      RC_ASSERT(levels[n].units >= 0);
      RC_ASSERT(levels[n].delivered >= 0);
      if (is_out(plans[i], levels[n].day)) RC_ASSERT(levels[n].units == 0);
      if (n == 0) continue;
      RC_ASSERT(levels[n].day > levels[n - 1].day);
      const auto between = std::accumulate(sold.begin() + levels[n - 1].day,
                                           sold.begin() + levels[n].day, std::int64_t{0});
      RC_ASSERT(levels[n].units == levels[n - 1].units - between + levels[n].delivered);
    }
  }));
}

TEST(StockPlan, RunsOutNowAndThenUnderPressureAndNeverWithout) {
  Options options{.customers = 20'000, .items = 480};
  const Catalogue catalogue(options);
  const SeasonClock clock(options.start_day, options.days, 1);
  const auto out_days = [&](double pressure) {
    options.stock_pressure = pressure;
    int days = 0;
    for (const ItemStockPlan& plan : plan_stock(options, catalogue, clock)) {
      for (const DaySpan& span : plan.out_of_stock) {
        EXPECT_LT(span.from, span.to);
        days += span.to - span.from;
      }
    }
    return days / (480.0 * options.days);
  };
  EXPECT_EQ(out_days(0), 0);
  EXPECT_GT(out_days(1), 0.01);
  EXPECT_LT(out_days(1), 0.1);
}

TEST(StockPlan, ExpectsOrdersThatGrowWithTheBuyersOfThePast) {
  const Options options{.customers = 1000, .season_strength = 0};
  const SeasonClock clock(options.start_day, options.days, 0);
  const std::vector<double> orders = expected_orders(options, clock);
  EXPECT_GT(orders.back(), 1.5 * orders.front());
}

}  // namespace
}  // namespace perennial::simulate
