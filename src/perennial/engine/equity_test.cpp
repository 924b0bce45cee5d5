#include "perennial/engine/equity.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

using testing::HasSubstr;

TEST_F(SmallShop, EquityChangesForReasonsThatAddUp) {
  order_for_a_year(200);
  import_orders();
  const Equity::Output output =
      Equity::run({.shop = shop(), .from = *parse_day("2024-06-30")}, context_);
  const models::EquityChange& change = output.total.change;
  EXPECT_NEAR(change.before + change.acquisition + change.retention + change.spend, change.after,
              1e-6 * change.after);
  EXPECT_EQ(output.total.customers, value<std::int64_t>("SELECT count(DISTINCT customer_id) FROM "
                                                        "order_lines"));
  double sum = 0;
  for (const Equity::Group& group : output.groups) {
    sum += group.equity.value;
    ASSERT_TRUE(group.equity.interval) << group.name;
    EXPECT_LE(group.equity.interval->low, group.equity.value);
    EXPECT_GE(group.equity.interval->high, group.equity.value);
    // A month's customers were all there before, or none of them.
    EXPECT_TRUE(group.name >= "2024-06" || group.change.acquisition == 0) << group.name;
    EXPECT_TRUE(group.name <= "2024-06" || group.change.before == 0) << group.name;
  }
  EXPECT_NEAR(sum, output.total.equity.value, 1e-6 * sum);
  // Half of the margin is half of the equity.
  const Equity::Output half =
      Equity::run({.shop = shop(), .from = *parse_day("2024-06-30"), .margin = 0.5}, context_);
  EXPECT_NEAR(half.total.equity.value, 0.5 * output.total.equity.value, 1e-6 * sum);
}

TEST_F(SmallShop, AcquisitionPaysBackWhenTheMarginReachesTheCost) {
  import_csv("lines.csv",
             "event_id,kind,order_id,time,customer_id,item_id,quantity,unit_price,amount,currency,"
             "channel\n"
             "1,sale,o1,2024-01-01,a,i,1,10,10,EUR,email\n"
             "2,sale,o2,2024-02-15,a,i,1,30,30,EUR,email\n"
             "3,sale,o3,2024-01-01,b,i,1,20,20,EUR,email\n"
             "4,sale,o4,2024-03-01,b,i,1,20,20,EUR,email\n"
             "5,sale,o5,2024-06-30,c,i,1,99,99,EUR,search\n");
  // Mean spend per email customer: 15 in the first 30 days, 15 more in the second, 10 in the third.
  const Equity::Output output = Equity::run({.shop = shop(),
                                             .from = *parse_day("2024-02-01"),
                                             .by = "channel",
                                             .cost = {"email=22.5", "search=1", "email=30"}},
                                            context_);
  ASSERT_EQ(output.payback.size(), 1U);
  EXPECT_EQ(output.payback[0].customers, 2);
  EXPECT_EQ(output.payback[0].cost, 30);  // the last word
  ASSERT_TRUE(output.payback[0].days);
  EXPECT_NEAR(*output.payback[0].days, 60, 1e-9);
  ASSERT_EQ(output.notes.size(), 1U);
  EXPECT_THAT(output.notes[0], HasSubstr("\"search\": nobody"));
  const Equity::Output dear = Equity::run({.shop = shop(),
                                           .from = *parse_day("2024-02-01"),
                                           .by = "channel",
                                           .margin = 0.5,
                                           .cost = {"email=21"}},
                                          context_);
  EXPECT_FALSE(dear.payback[0].days);
  EXPECT_NEAR(dear.payback[0].margin_so_far, 20, 1e-9);
  EXPECT_TRUE(to_json(dear)["payback"][0]["days"].is_null());
}

TEST_F(SmallShop, EquityRefusesWhatMakesNoSense) {
  EXPECT_EQ(
      refusal([&] { Equity::run({.shop = shop(), .from = *parse_day("2024-02-01")}, context_); }),
      ErrorKind::kNotEnoughData);
  order_for_a_year(30);
  import_orders();
  EXPECT_EQ(
      refusal([&] { Equity::run({.shop = shop(), .from = *parse_day("2030-02-01")}, context_); }),
      ErrorKind::kInvalidArgument);
  for (const char* cost : {"email", "email=", "email=-1", "email=nan"})
    EXPECT_EQ(refusal([&] {
                Equity::run({.shop = shop(), .from = *parse_day("2024-02-01"), .cost = {cost}},
                            context_);
              }),
              ErrorKind::kInvalidArgument)
        << cost;
  const Equity::Output new_shop =
      Equity::run({.shop = shop(), .from = *parse_day("2023-02-01")}, context_);
  EXPECT_THAT(new_shop.notes.front(), HasSubstr("Nobody had bought by 2023-02-01"));
  EXPECT_NEAR(new_shop.total.change.acquisition, new_shop.total.equity.value, 1e-9);
}

}  // namespace
}  // namespace perennial::engine
