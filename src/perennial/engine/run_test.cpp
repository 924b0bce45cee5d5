#include "perennial/engine/run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "perennial/base/random.h"
#include "perennial/engine/customer.h"
#include "perennial/engine/evaluate.h"
#include "perennial/engine/import.h"
#include "perennial/engine/init.h"
#include "perennial/engine/report.h"
#include "perennial/engine/run_info.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

// A shop of order lines written as CSV, in a folder of its own.
class SmallShop : public testing::Test {
 protected:
  SmallShop()
      : folder_(fs::temp_directory_path() /
                fmt::format("perennial_run_{}_{}", getpid(),
                            testing::UnitTest::GetInstance()->current_test_info()->name())),
        progress_(make_quiet_progress()),
        context_{.now = *parse_time("2024-12-31"), .threads = {2}, .progress = *progress_} {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Init::run({.shop = shop()}, context_);
  }
  ~SmallShop() override { fs::remove_all(folder_); }

  fs::path shop() const { return folder_ / "shop"; }

  void order(std::string_view customer, Day day, std::string_view item, double amount,
             std::string_view currency = "EUR") {
    lines_ += fmt::format("l{0},sale,o{0},{1},{2},{3},1,{4},{4},{5}\n", ++count_, format_day(day),
                          customer, item, amount, currency);
  }

  void import_orders() {
    std::ofstream(folder_ / "orders.csv")
        << "event_id,kind,order_id,time,customer_id,item_id,quantity,unit_price,amount,currency\n"
        << lines_;
    Import::run({.shop = shop(), .files = {folder_ / "orders.csv"}}, context_);
  }

  // Customers who buy at their own pace and may leave, over a year.
  void order_for_a_year(int customers) {
    const Day start = *parse_day("2024-01-01");
    for (int c = 0; c < customers; ++c) {
      RandomStream random(5, static_cast<std::uint64_t>(c));
      const double pace = random.gamma(1, 20);  // orders a day
      const double leaves = random.exponential(1.0 / 200);
      double at = random.uniform() * 180;
      const double until = std::min(365.0, at + leaves);
      for (; at < until; at += random.exponential(pace)) {
        order(fmt::format("c{:04}", c), start + static_cast<int>(at),
              fmt::format("item{}", random.below(12)),
              std::round(100 * random.gamma(4, 0.1)) / 100 + 0.01);
      }
    }
  }

  Run::Output run(const Run::Input& input = {}) {
    Run::Input with_shop = input;
    with_shop.shop = shop();
    return Run::run(with_shop, context_);
  }

  template <typename T>
  T value(std::string_view sql) {
    store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
    store::Connection connection = opened.connect();
    return store::read_value<T>(connection, sql);
  }

  ErrorKind refusal(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.kind();
    }
    throw std::runtime_error("nothing was refused");
  }

  fs::path folder_;
  std::unique_ptr<Progress> progress_;
  Context context_;
  std::string lines_;
  int count_ = 0;
};

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
  ASSERT_EQ(judged.value.size(), 4U);
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
