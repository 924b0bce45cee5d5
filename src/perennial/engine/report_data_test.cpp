#include "perennial/engine/report_data.h"

#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

using report::Absence;

class ReportData : public SmallShop {
 protected:
  report::ReportData gathered() {
    run();
    store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
    return gather_report(opened, context_);
  }
  template <typename T>
  static std::optional<Absence> absence(const report::Part<T>& part) {
    const auto* why = std::get_if<Absence>(&part);
    return why != nullptr ? std::optional(*why) : std::nullopt;
  }
};

TEST_F(ReportData, OfAShopWithGuestsOnlySaysThatNobodyIsKnown) {
  order("", *parse_day("2024-01-05"), "mug", 10);
  order("", *parse_day("2024-02-05"), "jug", 10);
  import_orders();
  const report::ReportData data = gathered();
  EXPECT_EQ(data.key_figures.revenue, 20);
  EXPECT_FALSE(absence(data.sales));
  for (const auto why : {absence(data.rfm), absence(data.cohorts), absence(data.values),
                         absence(data.at_risk), absence(data.next_steps)})
    EXPECT_EQ(why, Absence::kNoCustomers);
}

TEST_F(ReportData, OfAShopWithoutPricesSaysThatAmountsAreMissing) {
  for (int c = 0; c < 40; ++c) {
    for (int k = 0; k <= c % 5; ++k)
      order(fmt::format("c{}", c), *parse_day("2024-01-01") + (c + k * (20 + c)), "milk", 0);
  }
  import_orders();
  const report::ReportData data = gathered();
  EXPECT_EQ(absence(data.values), Absence::kNoAmounts);
  EXPECT_EQ(absence(data.at_risk), Absence::kNoAmounts);
  EXPECT_FALSE(absence(data.rfm));
}

TEST_F(ReportData, ReturnsAreAShareOfWhatWasSold) {
  order("ann", *parse_day("2024-03-01"), "mug", 60);
  order("bob", *parse_day("2024-03-02"), "mug", 40);
  lines_ += "r1,return,o2,2024-03-05,bob,mug,-1,40,-40,EUR\n";
  lines_ += "r2,return,x,2024-03-06,eve,pot,-1,500,-500,EUR\n";  // bought before the data begins
  import_orders();
  const report::ReportData data = gathered();
  EXPECT_EQ(data.key_figures.revenue, 60);
  ASSERT_TRUE(data.key_figures.returns_share);
  EXPECT_DOUBLE_EQ(*data.key_figures.returns_share, 0.4);
}

TEST_F(ReportData, HoldsAmountsOfAnyCurrency) {
  for (int k = 0; k < 6; ++k)
    order("bulk", *parse_day("2024-01-05") + 30 * k, "rice",
          6e11);  // a line is below 10^12, a sum is not
  for (int c = 0; c < 20; ++c)
    for (int k = 0; k < 3; ++k)
      order(fmt::format("c{}", c), *parse_day("2024-02-05") + (30 * k + c), "rice", 5e11);
  import_orders();
  const report::ReportData data = gathered();
  EXPECT_EQ(data.key_figures.revenue, 3.6e12 + 3e13);
  EXPECT_FALSE(absence(data.rfm));
}

TEST_F(ReportData, FunnelCountsABrowserOnceItIsTheCustomers) {
  order("ann", *parse_day("2024-03-10"), "mug", 60);
  import_orders();
  import_csv("identities.csv",
             "event_id,anonymous_id,customer_id,time\ni1,browser,ann,2024-03-09\n");
  import_csv("events.csv",
             "event_id,event,time,anonymous_id,customer_id,item_id\n"
             "v1,Product Viewed,2024-03-08,browser,,mug\nv2,Product Added,2024-03-08,browser,,mug\n"
             "v3,Product Added,2024-03-08,null,,mug\nv4,Product Viewed,2024-03-08,,bob,mug\n");
  const report::ReportData data = gathered();
  const auto& journey = std::get<report::Journey>(data.journey);
  const auto step = [&](std::string_view id) -> std::int64_t {
    for (const report::FunnelStep& s : journey.funnel)
      if (s.id == id) return s.customers;
    return -1;
  };
  EXPECT_EQ(step("browse"), 2);
  EXPECT_EQ(step("cart"), 1);
  EXPECT_EQ(step("purchase"), 1);
}

}  // namespace
}  // namespace perennial::engine
