#include "perennial/journey/summaries.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "perennial/journey/purchase_history.h"
#include "perennial/journey/shop_testing.h"

namespace perennial::journey {
namespace {

// The 1/10 sample of CDNOW as order lines, built as of the end of the data, once for all tests of this file.
class CdnowSummaries : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string file = PERENNIAL_SHARED_DATA "/CDNOW_sample.txt";
    if (!std::filesystem::exists(file)) return;
    shared_shop = new TestShop;
    shared_shop->connection.run(
        fmt::format("INSERT INTO order_lines "
                    "SELECT 'c' || row_number() OVER (), 'sale', 'o' || row_number() OVER (), "
                    "strptime(day, '%Y%m%d'), customer, NULL, 'cd', cds, dollars / cds, NULL, "
                    "dollars, 'USD', NULL, "
                    "NULL, NULL, NULL, 'cdnow', 1 FROM (SELECT f[2] AS customer, f[3] AS day, "
                    "f[4]::INTEGER AS cds, "
                    "f[5]::DECIMAL(18, 6) AS dollars FROM (SELECT string_split_regex(trim(line), ' "
                    "+') AS f FROM "
                    "read_csv({}, columns = {{'line': 'VARCHAR'}}, delim = '|', header = false)))",
                    quote_sql(file)));
    shared_shop->build(
        {.as_of = day("1998-06-30"), .currency = "USD", .free_days = FreeDays::kPurchase});
  }
  static void TearDownTestSuite() {
    delete shared_shop;
    shared_shop = nullptr;
  }
  void SetUp() override {
    if (shared_shop == nullptr) GTEST_SKIP() << "shared data CDNOW_sample.txt is not here";
  }
  static TestShop* shared_shop;
};
TestShop* CdnowSummaries::shared_shop = nullptr;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST_F(CdnowSummaries, CalibrationIsAsPublished) {
  const CustomerSummaries s =
      summaries(shared_shop->connection, {.as_of = day("1997-09-30"), .unit = {}, .start = {}});
  ASSERT_EQ(s.size(), 2357U);
  EXPECT_EQ(sum(s.repeat_purchases), 2457);
  EXPECT_EQ(std::count(s.repeat_purchases.begin(), s.repeat_purchases.end(), 0.0), 1411);
  std::set<std::tuple<double, double, double>> unique;
  for (std::size_t i = 0; i < s.size(); ++i)
    unique.emplace(s.repeat_purchases[i], s.recency[i], s.age[i]);
  EXPECT_EQ(unique.size(), 1016U);

  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s.repeat_purchases[i] > 1) continue;
    EXPECT_NEAR(s.log_gaps[i], s.repeat_purchases[i] == 0 ? 0 : std::log(s.recency[i]), 1e-6);
  }
  // Customer 1 bought on the 1st and 18th of January and on the 2nd of August.
  EXPECT_NEAR(s.log_gaps[0], std::log(17.0 / 7) + std::log(196.0 / 7), 2e-6);
  const auto expect = [&](std::size_t i, double x, double recency, double age) {
    EXPECT_EQ(s.repeat_purchases[i], x);
    EXPECT_NEAR(s.recency[i], recency, 1e-6);
    EXPECT_NEAR(s.age[i], age, 1e-6);
  };
  expect(0, 2, 30.428571, 38.857143);
  expect(1, 1, 1.714286, 38.857143);
  expect(1515, 26, 30.857143, 31);
}

TEST_F(CdnowSummaries, HoldoutIsAsPublished) {
  const CustomerSummaries s =
      summaries(shared_shop->connection, {.as_of = day("1997-09-30"), .unit = {}, .start = {}});
  const Holdout h = holdout(shared_shop->connection, s, day("1998-06-30"));
  EXPECT_EQ(sum(h.purchases), 1882);
  EXPECT_NEAR(sum(h.spend), 70976.39, 1e-6);
}

TEST_F(CdnowSummaries, TrackingIsAsPublished) {
  const RepeatTracking t = repeat_tracking(
      shared_shop->connection,
      {.cohort_end = day("1997-09-30"), .end = day("1998-06-30"), .unit = {}, .start = {}});
  EXPECT_EQ(t.start, day("1997-01-01"));
  ASSERT_EQ(t.incremental.size(), 78U);
  EXPECT_TRUE(t.last_complete);
  const std::vector<double> cumulative(t.cumulative.begin(), t.cumulative.begin() + 12);
  EXPECT_EQ(cumulative,
            (std::vector<double>{0, 19, 42, 81, 119, 192, 261, 351, 428, 504, 610, 733}));
  const std::vector<double> weeks_20_to_25(t.incremental.begin() + 19, t.incremental.begin() + 25);
  EXPECT_EQ(weeks_20_to_25, (std::vector<double>{73, 55, 70, 33, 56, 99}));
}

TEST_F(CdnowSummaries, RepeatSpendIsAsPublished) {
  const CustomerSummaries s =
      summaries(shared_shop->connection, {.as_of = day("1997-09-30"), .unit = {}, .start = {}});
  double total = 0;
  double n = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s.repeat_purchases[i] == 0) continue;
    total += s.mean_repeat_spend[i];
    ++n;
  }
  EXPECT_EQ(n, 946);
  EXPECT_NEAR(total / n, 35, 0.5);
}

// Rows of a small shop: customer, recency and so on in days.
std::vector<std::vector<double>> rows(const CustomerSummaries& s) {
  std::vector<std::vector<double>> out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i)
    out.push_back({s.repeat_purchases[i], s.recency[i], s.age[i], s.mean_repeat_spend[i]});
  return out;
}

TEST(Summaries, CountDaysFromTheFirstPurchase) {
  TestShop shop;
  shop.lines({"sale,a,2015-01-01,1,x,1,1", "sale,b,2015-02-06,1,x,1,2", "sale,c,2015-01-01,2,x,1,2",
              "sale,d,2015-01-01,3,x,1,3", "sale,e,2015-01-02,3,x,1,1", "sale,f,2015-01-05,3,x,1,5",
              "sale,g,2015-01-16,4,x,1,6", "sale,h,2015-02-02,4,x,1,3", "sale,i,2015-02-05,4,x,1,3",
              "sale,j,2015-01-16,5,x,1,3", "sale,k,2015-01-17,5,x,1,1", "sale,l,2015-01-18,5,x,1,8",
              "sale,m,2015-02-02,6,x,1,5"});
  shop.build("2015-02-07");
  const SummaryOptions days{.as_of = day("2015-02-07"), .unit = {.days = 1}, .start = {}};
  EXPECT_EQ(rows(summaries(shop.connection, days)),
            (std::vector<std::vector<double>>{{1, 36, 37, 2},
                                              {0, 0, 37, 0},
                                              {2, 4, 37, 3},
                                              {2, 20, 22, 3},
                                              {2, 2, 22, 4.5},
                                              {0, 0, 5, 0}}));
}

TEST(Summaries, PutBackReturnsThatCameAfterTheCut) {
  TestShop shop;
  shop.lines({"sale,o1,2024-01-01,ann,mug,1,5", "sale,o2,2024-01-05,ann,cup,2,4",
              "sale,o3,2024-01-20,ann,cup,1,4", "return,o2,2024-01-15,ann,cup,-2,4",
              "return,o1,2024-01-25,ann,mug,-1,2"});
  shop.build("2024-01-31");
  const auto at = [&](std::string_view as_of) {
    return rows(
        summaries(shop.connection, {.as_of = day(as_of), .unit = {.days = 1}, .start = {}}));
  };
  using Rows = std::vector<std::vector<double>>;
  EXPECT_EQ(at("2023-12-31"), Rows{});
  EXPECT_EQ(at("2024-01-14"), (Rows{{1, 4, 13, 8}}));
  EXPECT_EQ(at("2024-01-15"), (Rows{{0, 0, 14, 0}}));
  EXPECT_EQ(at("2024-01-31"), (Rows{{1, 19, 30, 4}}));

  const CustomerSummaries cut =
      summaries(shop.connection, {.as_of = day("2024-01-14"), .unit = {.days = 1}, .start = {}});
  EXPECT_EQ(cut.total_spend, std::vector<double>{13});
  const Holdout h = holdout(shop.connection, cut, day("2024-01-31"));
  EXPECT_EQ(h.purchases, std::vector<double>{1});
  EXPECT_EQ(h.spend, std::vector<double>{4});
}

TEST(Summaries, SeeOnlyTheWindowAskedFor) {
  TestShop shop;
  shop.lines({"sale,o1,2024-01-01,ann,mug,1,5", "sale,o2,2024-01-05,ann,cup,2,4",
              "sale,o3,2024-01-20,ann,cup,1,4", "sale,o4,2024-01-04,bob,cup,1,4"});
  shop.build("2024-01-31");
  const CustomerSummaries s =
      summaries(shop.connection,
                {.as_of = day("2024-01-31"), .unit = {.days = 1}, .start = day("2024-01-05")});
  EXPECT_EQ(s.customer_ids, std::vector<std::string>{"ann"});
  EXPECT_EQ(rows(s), (std::vector<std::vector<double>>{{1, 15, 26, 4}}));
}

TEST(Summaries, OfAnEmptyShopAreEmpty) {
  TestShop shop;
  shop.build("2024-01-31");
  const CustomerSummaries s =
      summaries(shop.connection, {.as_of = day("2024-01-31"), .unit = {}, .start = {}});
  EXPECT_EQ(s.size(), 0U);
  EXPECT_TRUE(holdout(shop.connection, s, day("2024-02-29")).purchases.empty());
  EXPECT_TRUE(
      repeat_tracking(
          shop.connection,
          {.cohort_end = day("2024-01-01"), .end = day("2024-01-31"), .unit = {}, .start = {}})
          .incremental.empty());
  EXPECT_EQ(purchase_history(shop.connection).size(), 0U);
}

// The history in memory and the SQL of each day are two ways to the same numbers.
TEST(PurchaseHistory, AgreesWithTheSummariesOfEveryDay) {
  TestShop shop;
  shop.connection.run(
      "INSERT INTO order_lines SELECT 'l' || i, 'sale', 'o' || i, TIMESTAMP '2024-01-01' + "
      "to_days((hash(i) % 60)::INTEGER), 'c' || hash(i, 1) % 40, NULL, 'item' || hash(i, 2) % 3, "
      "1, 5, NULL, 5, "
      "'EUR', NULL, NULL, NULL, NULL, 'test', 1 FROM range(200) t(i);"
      "INSERT INTO order_lines SELECT 'r' || event_id, 'return', 'credit', time + "
      "to_days((hash(event_id, 3) % "
      "9)::INTEGER), customer_id, NULL, item_id, -1, 5, NULL, -5, 'EUR', NULL, NULL, NULL, NULL, "
      "'test', 1 "
      "FROM order_lines WHERE hash(event_id) % 3 = 0");
  shop.build("2024-03-31");
  const PurchaseHistory history = purchase_history(shop.connection);
  for (Day as_of = day("2023-12-31"); as_of <= day("2024-03-15"); as_of = as_of + 3) {
    const CustomerSummaries slow =
        summaries(shop.connection, {.as_of = as_of, .unit = {}, .start = {}});
    const DatedSummaries fast = summaries_at(history, as_of, {});
    std::vector<std::string> ids;
    ids.reserve(fast.customers.size());
    for (const std::size_t i : fast.customers) ids.push_back(history.customer_ids[i]);
    EXPECT_EQ(ids, slow.customer_ids) << format_day(as_of);
    EXPECT_EQ(fast.repeat_purchases, slow.repeat_purchases);
    EXPECT_EQ(fast.recency, slow.recency);
    EXPECT_EQ(fast.age, slow.age);
  }
}

}  // namespace
}  // namespace perennial::journey
