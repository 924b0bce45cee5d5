#include "perennial/journey/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "perennial/journey/shop_testing.h"
#include "perennial/journey/summaries.h"

namespace perennial::journey {
namespace {

float value(const FeatureTable& table, std::string_view customer, std::string_view name) {
  const auto row = std::ranges::find(table.customer_ids, customer);
  const auto column = std::ranges::find(features(), name, &Feature::name);
  if (row == table.customer_ids.end() || column == features().end())
    throw Bug(fmt::format("no {} of {}", name, customer));
  return table
      .values[static_cast<std::size_t>(row - table.customer_ids.begin()) * features().size() +
              static_cast<std::size_t>(column - features().begin())];
}

void fill(TestShop& shop) {
  shop.customers(
      {"ann,2024-01-01,GB,2023-12-22,,", "bob,2024-01-01,GB,,,", "cid,2024-01-01,FR,,,"});
  shop.lines({"sale,o1,2024-01-01,ann,mug,2,5", "sale,o1,2024-01-01,ann,cup,1,10",
              "sale,o2,2024-01-11,ann,mug,1,5", "sale,o3,2024-01-31,ann,pot,1,30",
              "return,o3,2024-02-05,ann,pot,-1,10", "sale,o4,2024-01-20,bob,mug,1,5",
              "sale,o5,2024-01-02,cid,cup,4,10"});
  shop.connection.run("UPDATE order_lines SET coupon = 'TEN' WHERE order_id = 'o2'");
  shop.connection.run(
      "INSERT INTO items (event_id, item_id, time, category_path, source, import_id) VALUES "
      "('p1', 'mug', '2024-01-01', 'Home/Kitchen', 'test', 1), "
      "('p2', 'cup', '2024-01-01', 'Home/Table', 'test', 1), "
      "('p3', 'pot', '2024-01-01', 'Garden', 'test', 1)");
  shop.events({"Product Viewed,2024-01-05,ann,,s1", "Product Viewed,2024-02-06,ann,,s2"});
}

TEST(Features, SayWhatACustomerHadDone) {
  TestShop shop;
  fill(shop);
  shop.build("2024-02-10");
  const FeatureTable table = feature_table(shop.connection, day("2024-02-10"));
  EXPECT_EQ(table.customer_ids, (std::vector<std::string>{"ann", "bob", "cid"}));
  ASSERT_EQ(table.values.size(), 3 * features().size());
  const auto ann = [&](std::string_view name) { return value(table, "ann", name); };
  EXPECT_EQ(ann("purchases"), 3);
  EXPECT_EQ(ann("days_since_last_purchase"), 10);
  EXPECT_EQ(ann("days_since_first_purchase"), 40);
  EXPECT_FLOAT_EQ(ann("purchases_a_year"), 365.0F * 3 / 41);
  EXPECT_EQ(ann("purchases_91"), 3);
  EXPECT_EQ(ann("purchases_trend"), 3);
  EXPECT_EQ(ann("mean_gap_days"), 15);
  EXPECT_FLOAT_EQ(ann("gap_variation"), 1.0F / 3);  // gaps of 10 and 20: deviation 5, mean 15
  EXPECT_FLOAT_EQ(ann("overdue"), 10.0F / 15);
  EXPECT_EQ(ann("spend"), 45);
  EXPECT_EQ(ann("mean_spend"), 15);
  EXPECT_EQ(ann("first_spend"), 20);
  EXPECT_EQ(ann("last_spend"), 20);
  EXPECT_EQ(ann("items"), 3);
  EXPECT_EQ(ann("departments"), 2);
  EXPECT_EQ(ann("categories"), 3);
  EXPECT_FLOAT_EQ(ann("repeat_item_share"), 0.25F);
  EXPECT_FLOAT_EQ(ann("items_per_order"), 4.0F / 3);
  EXPECT_FLOAT_EQ(ann("coupon_share"), 1.0F / 3);
  EXPECT_FLOAT_EQ(ann("returned_share"), 10.0F / 55);
  EXPECT_EQ(ann("sessions_28"), 1);
  EXPECT_EQ(ann("sessions"), 2);
  EXPECT_EQ(ann("days_since_browse"), 4);
  EXPECT_EQ(ann("days_to_first_purchase"), 10);
  EXPECT_EQ(ann("country_came_back"), 0.5F);
  for (const std::string_view name :
       {"mean_gap_days", "gap_variation", "overdue", "days_since_browse", "days_to_first_purchase",
        "channel_came_back"})
    EXPECT_TRUE(std::isnan(value(table, "bob", name))) << name;
  EXPECT_EQ(value(table, "bob", "returned_share"), 0);
  EXPECT_EQ(value(table, "cid", "country_came_back"), 0);
}

TEST(Features, SeeNothingAfterTheDay) {
  TestShop shop;
  fill(shop);
  shop.build("2024-01-25");
  const FeatureTable then = feature_table(shop.connection, day("2024-01-25"));
  shop.build("2024-02-10");
  const FeatureTable later = feature_table(shop.connection, day("2024-01-25"));
  EXPECT_EQ(then.customer_ids, later.customer_ids);
  ASSERT_EQ(then.values.size(), later.values.size());
  EXPECT_EQ(
      std::memcmp(then.values.data(), later.values.data(), then.values.size() * sizeof(float)), 0);
}

TEST(Features, AreOfTheCustomersOfTheSummariesInTheirOrder) {
  TestShop shop;
  fill(shop);
  shop.build("2024-02-10");
  for (const char* at : {"2023-12-31", "2024-01-01", "2024-01-19", "2024-02-10"}) {
    const auto summary = summaries(shop.connection, {.as_of = day(at), .unit = {}, .start = {}});
    EXPECT_EQ(feature_table(shop.connection, day(at)).customer_ids, summary.customer_ids) << at;
    EXPECT_EQ(purchase_sequences(shop.connection, day(at)).begin.size(), summary.size() + 1) << at;
  }
}

TEST(Features, ComeBackFromTheTableTheyWereWrittenTo) {
  TestShop shop;
  fill(shop);
  shop.build("2024-02-10");
  write_features(shop.connection, day("2024-02-10"));
  const FeatureTable table = feature_table(shop.connection, day("2024-02-10"));
  const FeatureTable bob = written_features(shop.connection, "bob");
  EXPECT_EQ(bob.customer_ids, (std::vector<std::string>{"bob"}));
  const std::size_t m = features().size();
  ASSERT_EQ(bob.values.size(), m);
  EXPECT_EQ(std::memcmp(bob.values.data(), table.values.data() + m, m * sizeof(float)), 0);
  EXPECT_EQ(written_features(shop.connection, "zoe").size(), 0U);
}

TEST(PurchaseSequences, HoldEveryPurchaseDayNetOfWhatHadComeBack) {
  TestShop shop;
  fill(shop);
  shop.build("2024-02-10");
  const PurchaseSequences all = purchase_sequences(shop.connection, day("2024-02-10"));
  EXPECT_EQ(all.begin, (std::vector<std::size_t>{0, 3, 4, 5}));
  EXPECT_EQ(all.days_before, (std::vector<float>{40, 30, 10, 21, 39}));
  EXPECT_EQ(all.amount, (std::vector<float>{20, 5, 20, 5, 40}));
}

}  // namespace
}  // namespace perennial::journey
