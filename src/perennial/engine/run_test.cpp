#include "perennial/engine/run.h"

#include <nlohmann/json.hpp>

#include "perennial/engine/customer.h"
#include "perennial/engine/evaluate.h"
#include "perennial/engine/report.h"
#include "perennial/engine/small_shop_testing.h"
#include "perennial/models/value/purchase_model.h"

namespace perennial::engine {
namespace {

TEST_F(SmallShop, WithoutFactsSaysWhatToDo) {
  EXPECT_EQ(refusal([&] { run(); }), ErrorKind::kNotEnoughData);
  EXPECT_EQ(refusal([&] { Report::run({.shop = shop(), .out = folder_ / "r.html"}, context_); }),
            ErrorKind::kNotFound);
}

TEST_F(SmallShop, WithOneOrderGetsAStageAndAStepAndNoMadeUpValue) {
  order("ann", *parse_day("2024-03-01"), "mug", 10);
  import_orders();
  const Run::Output output = run();
  EXPECT_EQ(output.customers, 1);
  EXPECT_EQ(output.stages,
            (std::vector<std::pair<std::string, std::int64_t>>{{"first_purchase", 1}}));
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.next_steps"), 1);
  const Customer::Output page = Customer::run({.shop = shop(), .customer = "ann"}, context_);
  EXPECT_EQ(page.revenue, 10);
  EXPECT_FALSE(output.notes.empty());
  EXPECT_FALSE(page.predictions && page.predictions->lifetime_value);
  EXPECT_EQ(output.next_steps,
            (std::vector<std::pair<std::string, std::int64_t>>{{"leave_alone", 1}}));
  Report::run({.shop = shop(), .out = folder_ / "r.html"}, context_);
}

TEST_F(SmallShop, WithThirtyBuyersGetsValuesWithIntervals) {
  order_for_a_year(30);
  import_orders();
  const Run::Output output = run();
  ASSERT_TRUE(output.predicted_value);
  EXPECT_GT(output.predicted_value->value, 0);
  EXPECT_EQ(
      value<std::int64_t>(
          "SELECT count(*) FROM derived.scores WHERE lifetime_value_low <= lifetime_value_high"),
      30);
  EXPECT_EQ(
      value<std::int64_t>("SELECT count(*) FROM derived.scores WHERE activity BETWEEN 0 AND 1"),
      30);
  EXPECT_EQ(value<std::int64_t>("SELECT count(DISTINCT customer_id) FROM derived.next_steps"), 30);
}

TEST_F(SmallShop, GivesTheSameAnswerTwiceAndWithAnyNumberOfThreads) {
  order_for_a_year(200);
  import_orders();
  const std::string first = to_json(run()).dump();
  context_.threads = {1};
  EXPECT_EQ(to_json(run()).dump(), first);
}

TEST_F(SmallShop, IsNotLedAstrayByMistypedDates) {
  order_for_a_year(30);
  order("old", *parse_day("0001-01-01"), "mug", 10);
  order("future", *parse_day("2031-01-01"), "mug", 10);
  import_orders();
  const Run::Output output = run();
  EXPECT_EQ(output.as_of, *parse_day("2024-12-31"));
  EXPECT_EQ(output.customers, 30);
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM rejects WHERE reason = 'bad_time'"), 1);
}

TEST_F(SmallShop, SeesNothingAfterTheAsOfDay) {
  order_for_a_year(60);
  import_orders();
  const Run::Output then = run({.as_of = parse_day("2024-03-31")});
  EXPECT_EQ(then.as_of, parse_day("2024-03-31"));
  EXPECT_EQ(value<std::int64_t>(
                "SELECT count(*) FROM derived.purchase_days WHERE day > DATE '2024-03-31'"),
            0);
  EXPECT_LT(then.buyers, run().buyers);
}

TEST_F(SmallShop, RecommendsNothingHiddenAndOnlyToBuyers) {
  order_for_a_year(120);
  import_orders();
  run({.list_length = 3});
  EXPECT_EQ(value<std::int64_t>("SELECT max(rank)::BIGINT FROM derived.recommendations"), 3);
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM (SELECT customer_id, item_id FROM "
                                "derived.recommendations GROUP BY ALL "
                                "HAVING count(*) > 1)"),
            0);
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.recommendations WHERE customer_id "
                                "NOT IN (SELECT customer_id "
                                "FROM derived.customers WHERE purchase_days > 0)"),
            0);
}

TEST_F(SmallShop, CountsOneCurrencyAndSaysSoOfTheOthers) {
  order("ann", *parse_day("2024-03-01"), "mug", 10);
  order("ann", *parse_day("2024-04-01"), "mug", 10);
  order("bob", *parse_day("2024-04-02"), "mug", 500, "JPY");
  import_orders();
  EXPECT_EQ(run().currency, "EUR");
  EXPECT_EQ(value<double>("SELECT sum(revenue) FROM derived.customers"), 20);
  EXPECT_EQ(Customer::run({.shop = shop(), .customer = "bob"}, context_).reason,
            "Has bought, but only at price 0 or in another currency than the shop's.");
}

TEST_F(SmallShop, OutlivesAFirstPurchaseThatIsReturnedInTheHoldout) {
  order("early", *parse_day("2023-12-25"), "mug", 10);
  order_for_a_year(100);
  lines_ += "r1,return,o1,2024-12-01,early,mug,-1,10,-10,EUR\n";
  import_orders();
  EXPECT_FALSE(run().purchase_model.empty());
}

TEST_F(SmallShop, WithoutPricesHasBuyersAndOrdersAndNoMoney) {
  const Day start = *parse_day("2024-01-01");
  for (int c = 0; c < 40; ++c) {
    for (int k = 0; k <= c % 5; ++k)
      order(fmt::format("c{}", c), start + (c + k * (20 + c)), "milk", 0);
  }
  import_orders();
  const Run::Output output = run();
  EXPECT_EQ(output.buyers, 40);
  EXPECT_FALSE(output.predicted_value);
  EXPECT_GT(value<double>("SELECT sum(expected_orders) FROM derived.scores"), 0);
  Report::run({.shop = shop(), .out = folder_ / "r.html"}, context_);
}

TEST_F(SmallShop, IsJudgedOnItsOwnPast) {
  order_for_a_year(200);
  import_orders();
  const Evaluate::Output judged =
      Evaluate::run({.shop = shop(), .split = *parse_day("2024-10-01")}, context_);
  ASSERT_GT(judged.value.size(), models::purchase_processes().size());
  EXPECT_EQ(judged.value.back().id, "baseline.status_quo");
  int chosen = 0;
  for (const auto& row : judged.value) chosen += row.chosen ? 1 : 0;
  EXPECT_EQ(chosen, 1);
  // Evaluation leaves no run behind.
  EXPECT_EQ(refusal([&] { Report::run({.shop = shop(), .out = folder_ / "r.html"}, context_); }),
            ErrorKind::kNotFound);
  EXPECT_EQ(refusal([&] {
              Evaluate::run({.shop = shop(), .split = *parse_day("2030-01-01")}, context_);
            }),
            ErrorKind::kInvalidArgument);
  EXPECT_EQ(refusal([&] {
              Evaluate::run({.shop = shop(), .split = *parse_day("2020-01-01")}, context_);
            }),
            ErrorKind::kNotEnoughData);
}

TEST_F(SmallShop, AsOfADayBeforeAnythingHappenedIsEmpty) {
  order_for_a_year(30);
  import_orders();
  const Run::Output output = run({.as_of = parse_day("2023-06-30")});
  EXPECT_EQ(output.customers, 0);
  EXPECT_FALSE(output.predicted_value);
  Report::run({.shop = shop(), .out = folder_ / "r.html"}, context_);
}

TEST_F(SmallShop, CountsTheOrdersOfABrowserThatWasIdentifiedLater) {
  import_csv(
      "order_lines.csv",
      "event_id,order_id,time,customer_id,anonymous_id,item_id,quantity,unit_price,currency\n"
      "l1,o1,2024-01-05,,browser,mug,1,10,EUR\n"
      "l2,o2,2024-02-05,ann,,mug,1,10,EUR\n"
      "l3,o3,2024-02-06,,stranger,mug,1,10,EUR\n");
  import_csv("identities.csv",
             "event_id,anonymous_id,customer_id,time\ni1,browser,ann,2024-02-01\n");
  EXPECT_EQ(run().customers, 1);
  EXPECT_EQ(value<std::int64_t>("SELECT purchase_days FROM derived.customers"), 2);
}

TEST_F(SmallShop, InterruptedRunIsNotTakenForAFinishedOne) {
  order_for_a_year(30);
  import_orders();
  run();
  progress_->stop();
  EXPECT_EQ(refusal([&] { run(); }), ErrorKind::kInterrupted);
  const auto fresh = make_quiet_progress();
  Context again{.now = context_.now, .threads = {2}, .memory_limit = {}, .progress = *fresh};
  EXPECT_EQ(refusal([&] { Report::run({.shop = shop(), .out = folder_ / "r.html"}, again); }),
            ErrorKind::kNotFound);
}

}  // namespace
}  // namespace perennial::engine
