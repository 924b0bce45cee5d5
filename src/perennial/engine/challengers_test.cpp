#include "perennial/engine/challengers.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "perennial/engine/customer.h"
#include "perennial/engine/equity.h"
#include "perennial/engine/evaluate.h"
#include "perennial/engine/export.h"
#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

TEST(Challengers, HaveABlendOfTheirName) {
  EXPECT_EQ(blend_id("value.boosted_trees/1"), "blend.boosted_trees/1");
  EXPECT_EQ(learner_of_blend("blend.boosted_trees/1"), "value.boosted_trees/1");
  EXPECT_EQ(learner_of_blend("value.bg_nbd/1"), std::nullopt);
  EXPECT_EQ(learnt_file("value.boosted_trees/1"), "boosted_trees.bin");
}

// Everyone buys once a month or so. Those whose orders carry a coupon stop after two months; recency and frequency do not
// tell them from the others until it is late.
class CouponShop : public SmallShop {
 protected:
  void SetUp() override {
    if (!models::boosted_trees_available()) GTEST_SKIP() << "this build has no XGBoost";
    std::string lines =
        "event_id,kind,order_id,time,customer_id,item_id,quantity,unit_price,amount,currency,"
        "coupon\n";
    int count = 0;
    for (int c = 0; c < 800; ++c) {
      RandomStream random(11, static_cast<std::uint64_t>(c));
      const bool coupon = random.bernoulli(0.5);
      const double joins = 300 * random.uniform();
      const double until = coupon ? joins + 30 : 366;
      for (double at = joins; at < std::min(until, 366.0); at += random.exponential(1.0 / 30)) {
        const double amount = std::round(100 * random.gamma(4, 0.1)) / 100 + 0.01;
        lines += fmt::format("l{0},sale,o{0},{1},c{2:04},item{3},1,{4},{4},EUR,{5}\n", ++count,
                             format_day(*parse_day("2024-01-01") + static_cast<int>(at)), c,
                             random.below(9), amount, coupon ? "HALF" : "");
      }
    }
    import_csv("orders.csv", lines);
  }
};

TEST_F(CouponShop, IsUnderstoodByTreesWhoSayWhy) {
  const Run::Output output = run({.horizon_days = 182});
  EXPECT_FALSE(output.repurchase_model.empty());
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.scores WHERE NOT (p_repurchase "
                                "BETWEEN 0 AND 1)"),
            0);
  EXPECT_NEAR(value<double>("SELECT sum(p_repurchase) FROM derived.scores"),
              output.expected_back->value, 1e-6);
  // Of recent one-time buyers those without coupon are likelier back.
  const auto mean = [&](std::string_view coupon) {
    return value<double>(fmt::format(
        "SELECT avg(p_repurchase) FROM derived.scores JOIN derived.features USING (customer_id) "
        "WHERE coupon_share {} AND days_since_last_purchase < 40",
        coupon));
  };
  EXPECT_GT(mean("= 0"), mean("> 0") + 0.3);
  const auto coupon_user = value<std::string>(
      "SELECT min(customer_id) FROM derived.features WHERE coupon_share = 1 AND "
      "days_since_last_purchase < 40");
  const Customer::Output page = Customer::run({.shop = shop(), .customer = coupon_user}, context_);
  ASSERT_FALSE(page.reasons.empty());
  EXPECT_EQ(page.reasons[0].feature, "coupon_share");
  EXPECT_EQ(page.reasons[0].words, "share of orders with a coupon: 1");
  EXPECT_LT(page.reasons[0].contribution, 0);
  EXPECT_EQ(
      Equity::run({.shop = shop(), .from = *parse_day("2024-07-01")}, context_).groups.empty(),
      false);
  EXPECT_EQ(to_json(page)["predictive_analytics"]["repurchase_window_days"], output.window_days);
  EXPECT_EQ(
      Export::run({.shop = shop(), .what = "features", .out = folder_ / "f.csv"}, context_).rows,
      output.buyers);
}

TEST_F(CouponShop, IsEvaluatedWithLearntModelsBesideTheOthers) {
  const Evaluate::Output judged =
      Evaluate::run({.shop = shop(), .split = *parse_day("2024-10-01")}, context_);
  std::vector<std::string> ids;
  for (const auto& row : judged.value) ids.push_back(row.id);
  EXPECT_THAT(ids, ::testing::IsSupersetOf({"value.bg_nbd/1", "value.boosted_trees/1",
                                            "blend.boosted_trees/1", "baseline.status_quo"}));
}

}  // namespace
}  // namespace perennial::engine
