#include "perennial/journey/summaries.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "perennial/journey/test_shop.h"

namespace perennial::journey {
namespace {

// The 1/10 sample of CDNOW as order lines, built as of the end of the data, once for all tests of this file.
class CdnowSummaries : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string file = PERENNIAL_SHARED_DATA "/CDNOW_sample.txt";
    if (!std::filesystem::exists(file)) return;
    shop_ = new TestShop;
    shop_->connection.run(
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
    shop_->build({.as_of = day("1998-06-30"), .currency = "USD", .free_days = FreeDays::kPurchase});
  }
  static void TearDownTestSuite() {
    delete shop_;
    shop_ = nullptr;
  }
  void SetUp() override {
    if (shop_ == nullptr) GTEST_SKIP() << "shared data CDNOW_sample.txt is not here";
  }
  static TestShop* shop_;
};
TestShop* CdnowSummaries::shop_ = nullptr;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST_F(CdnowSummaries, CalibrationIsAsPublished) {
  const CustomerSummaries s =
      summaries(shop_->connection, {.as_of = day("1997-09-30"), .unit = {}, .start = {}});
  ASSERT_EQ(s.size(), 2357U);
  EXPECT_EQ(sum(s.repeat_purchases), 2457);
  EXPECT_EQ(std::count(s.repeat_purchases.begin(), s.repeat_purchases.end(), 0.0), 1411);
  std::set<std::tuple<double, double, double>> unique;
  for (std::size_t i = 0; i < s.size(); ++i)
    unique.emplace(s.repeat_purchases[i], s.recency[i], s.age[i]);
  EXPECT_EQ(unique.size(), 1016U);

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
      summaries(shop_->connection, {.as_of = day("1997-09-30"), .unit = {}, .start = {}});
  const Holdout h = holdout(shop_->connection, s, day("1998-06-30"));
  EXPECT_EQ(sum(h.purchases), 1882);
  EXPECT_NEAR(sum(h.spend), 70976.39, 1e-6);
}

TEST_F(CdnowSummaries, TrackingIsAsPublished) {
  const RepeatTracking t = repeat_tracking(
      shop_->connection,
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
      summaries(shop_->connection, {.as_of = day("1997-09-30"), .unit = {}, .start = {}});
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

}  // namespace
}  // namespace perennial::journey
