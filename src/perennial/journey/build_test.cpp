#include "perennial/journey/build.h"

#include <gtest/gtest.h>

#include "perennial/journey/data_quality.h"
#include "perennial/journey/purchase_history.h"
#include "perennial/journey/rfm.h"
#include "perennial/journey/shop_testing.h"
#include "perennial/journey/stages.h"
#include "perennial/journey/summaries.h"

namespace perennial::journey {
namespace {

// Stops the work at its k-th step.
class StopAt : public Progress {
 public:
  explicit StopAt(std::uint64_t step) : step_(step) {}

 private:
  void on_begin(std::string_view, std::uint64_t) override {}
  void on_advance(std::uint64_t done) override {
    if (done >= step_) stop();
  }
  void on_end(std::uint64_t) override {}
  std::uint64_t step_;
};

TEST(Build, LeavesTheFormerTablesWhenStopped) {
  TestShop shop;
  shop.lines({"sale,o1,2024-01-01,ann,mug,1,5"});
  shop.build("2024-01-31");
  shop.lines({"sale,o2,2024-01-02,bob,mug,1,5"});
  for (const std::uint64_t step : {1U, 7U, 12U}) {
    StopAt progress(step);
    EXPECT_THROW(build(shop.connection, {.as_of = day("2024-01-31"), .currency = "EUR"}, progress),
                 Error);
    EXPECT_EQ(shop.rows("SELECT customer_id, purchase_days FROM derived.customers"), "ann|1");
    EXPECT_EQ(shop.rows("SELECT order_id FROM derived.orders"), "o1");
  }
  shop.build("2024-01-31");
  EXPECT_EQ(shop.rows("SELECT customer_id FROM derived.customers"), "ann\nbob");
  EXPECT_EQ(shop.rows("SELECT table_name FROM duckdb_tables() WHERE temporary"), "");
}

TEST(Build, GivesTheSameTablesWhateverTheOrderOfTheFacts) {
  const std::vector<std::string> lines = {
      "sale,o1,2024-01-01,ann,mug,2,5",   "sale,o2,2024-01-03,ann,mug,1,0.1",
      "sale,o3,2024-01-03,bob,cup,3,0.7", "return,c,2024-01-05,ann,mug,-2,5",
      "sale,o4,2024-01-03,,cup,1,1",      "cancellation,o3,2024-01-04,,cup,-1,0.7"};
  const std::string tables[] = {"orders",    "purchase_days", "returns",
                                "customers", "catalogue",     "interactions"};
  std::vector<std::string> before;
  for (const bool reversed : {false, true}) {
    TestShop shop;
    shop.lines(reversed ? std::vector<std::string>(lines.rbegin(), lines.rend()) : lines);
    shop.build("2024-01-31");
    std::vector<std::string> now;
    for (const std::string& table : tables)
      now.push_back(shop.rows("SELECT * FROM derived." + table));
    if (before.empty()) before = now;
    EXPECT_EQ(now, before);
  }
}

TEST(Build, FindsTheLastDayAndTheCurrency) {
  TestShop shop;
  EXPECT_EQ(latest_fact_day(shop.connection), std::nullopt);
  EXPECT_EQ(main_currency(shop.connection), "");
  shop.customers({"ann,2024-03-01,,,,"});
  EXPECT_EQ(latest_fact_day(shop.connection), day("2024-03-01"));
  shop.lines({"sale,o1,2024-01-01 23:59:59,ann,mug,1,5,SEK", "sale,o2,2024-01-01,ann,mug,1,5,EUR",
              "sale,o3,2024-01-01,ann,mug,1,5,SEK"});
  EXPECT_EQ(latest_fact_day(shop.connection), day("2024-01-01"));
  EXPECT_EQ(main_currency(shop.connection), "SEK");
  shop.connection.run(
      "INSERT INTO settings VALUES ('currency', 'USD', TIMESTAMP '2024-01-01'), "
      "('currency', 'EUR', TIMESTAMP '2024-01-02')");
  EXPECT_EQ(main_currency(shop.connection), "EUR");
}

TEST(DataQuality, CountsWhatDoesNotCountEverywhere) {
  TestShop shop;
  shop.lines({"sale,o1,2024-01-01,ann,mug,1,5", "sale,o2,2024-01-02,,mug,1,5",
              "sale,o3,2024-01-03,null,mug,1,0", "sale,o4,2024-01-04,ann,mug,1,800,JPY",
              "return,r,2024-01-05,ann,mug,-1,5", "cancellation,o2,2024-01-06,,mug,-1,5"});
  shop.events({"Product Viewed,2024-01-09,,b,", "Product Viewed,2024-01-08,,,"});
  shop.connection.run(
      "INSERT INTO rejects VALUES (1, 'a.csv', 1, NULL, 'bad_date', '', NULL), (1, 'a.csv', 2, "
      "NULL, "
      "'no_item', '', NULL), (1, 'a.csv', 3, NULL, 'no_item', '', NULL);"
      "INSERT INTO import_batches VALUES (1, 0, 'order_lines', 6, 2, 3, TIMESTAMP '2024-01-01', "
      "TRUE)");
  const DataQuality q = data_quality(shop.connection, "EUR");
  EXPECT_EQ(q.order_lines, 6);
  EXPECT_EQ(q.guest_lines, 2);
  EXPECT_EQ(q.blocked_lines, 1);
  EXPECT_EQ(q.guest_amount, 5);
  EXPECT_EQ(q.sale_amount, 10);
  EXPECT_EQ(q.free_lines, 1);
  EXPECT_EQ(q.return_lines, 1);
  EXPECT_EQ(q.returned_amount, 5);
  EXPECT_EQ(q.cancellation_lines, 1);
  ASSERT_EQ(q.other_currencies.size(), 1U);
  EXPECT_EQ(q.other_currencies[0].code, "JPY");
  EXPECT_EQ(q.other_currencies[0].amount, 800);
  EXPECT_EQ(q.events, 2);
  EXPECT_EQ(q.nameless_events, 1);
  EXPECT_EQ(q.rows_stored, 6);
  EXPECT_EQ(q.rows_known, 2);
  ASSERT_EQ(q.rejects.size(), 2U);
  EXPECT_EQ(q.rejects[0].reason, "no_item");
  EXPECT_EQ(q.rejects[0].rows, 2);
  EXPECT_EQ(q.first_order, day("2024-01-01"));
  EXPECT_EQ(q.last_order, day("2024-01-04"));
  EXPECT_EQ(q.last_event, day("2024-01-09"));
}

TEST(DataQuality, OfAnEmptyShopIsAllZero) {
  TestShop shop;
  const DataQuality q = data_quality(shop.connection);
  EXPECT_EQ(q.order_lines + q.events + q.rows_stored, 0);
  EXPECT_EQ(q.sale_amount, 0);
  EXPECT_FALSE(q.first_order || q.last_event);
}

TEST(Stages, RefuseADateThatNobodyJudged) {
  TestShop shop;
  shop.lines({"sale,o1,2024-01-01,ann,mug,1,5"});
  shop.build("2024-01-31");
  const auto progress = make_quiet_progress();
  EXPECT_THROW(stages(shop.connection, day("2024-01-31"), {}, *progress), Bug);
}

TEST(Stages, AreAskedForAtMonthEndsAndTheAsOfDay) {
  TestShop shop;
  shop.build("2024-01-31");
  EXPECT_EQ(stage_dates(shop.connection, day("2024-01-31")), std::vector<Day>{day("2024-01-31")});
  shop.lines({"sale,o1,2023-12-31,ann,mug,1,5"});
  shop.build("2024-02-29");
  EXPECT_EQ(stage_dates(shop.connection, day("2024-02-29")),
            (std::vector<Day>{day("2023-12-31"), day("2024-01-31"), day("2024-02-29")}));
  EXPECT_EQ(stage_dates(shop.connection, day("2024-02-28")),
            (std::vector<Day>{day("2023-12-31"), day("2024-01-31"), day("2024-02-28")}));
}

}  // namespace
}  // namespace perennial::journey
