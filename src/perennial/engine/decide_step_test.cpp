#include "perennial/engine/decide_step.h"

#include "perennial/engine/customer.h"
#include "perennial/engine/small_shop_testing.h"
#include "perennial/journey/build.h"

namespace perennial::engine {
namespace {

class DecideStep : public SmallShop {
 protected:
  Customer::Output page(const std::string& customer) {
    return Customer::run({.shop = shop(), .customer = customer}, context_);
  }
};

TEST_F(DecideStep, RemindsOfWhatWasLookedAtInTheBrowserThatIsTheCustomers) {
  order_for_a_year(40);
  import_orders();
  import_csv("customers.csv",
             "event_id,customer_id,time,email,registered_at\n"
             "a,new,2024-12-01,n@example.org,2024-12-01\nb,other,2024-12-01,o@example.org,"
             "2024-12-01\n");
  import_csv("identities.csv",
             "event_id,anonymous_id,customer_id,time\ni1,browser,new,2024-12-02\n"
             "i2,undefined,other,2024-12-02\n");
  import_csv("events.csv",
             "event_id,event,time,anonymous_id,item_id\n"
             "v1,Product Viewed,2024-12-28,browser,item7\n"
             "v2,Product Viewed,2024-12-29,undefined,item3\n"
             "v3,Product Viewed,2024-12-29,stranger,item4\n");
  run({.as_of = parse_day("2024-12-31")});
  EXPECT_EQ(page("new").action, "browse_reminder");
  EXPECT_EQ(page("new").action_items, std::vector<std::string>{"item7"});
  // "undefined" is what broken trackers send: nobody's browser.
  EXPECT_NE(page("other").action, "browse_reminder");
}

TEST_F(DecideStep, LeavesAloneWhoOptedOutOrWasContactedTooOften) {
  order_for_a_year(60);
  import_orders();
  import_csv("customers.csv",
             "event_id,customer_id,time,email,marketing_opt_in\n"
             "a,c0001,2024-01-01,a@example.org,false\nb,c0002,2024-01-01,b@example.org,true\n");
  std::string exposures = "event_id,campaign_id,customer_id,time,treated\n";
  for (int i = 0; i < 3; ++i)
    exposures += fmt::format("x{},spring,c0002,2024-12-{},true\n", i, 25 + i);
  import_csv("exposures.csv", exposures);
  run({.as_of = parse_day("2024-12-31"), .frequency_cap = 3});
  EXPECT_EQ(page("c0001").action, "leave_alone");
  EXPECT_EQ(page("c0001").reason, "Has asked not to receive marketing.");
  EXPECT_EQ(page("c0002").action, "leave_alone");
  EXPECT_EQ(page("c0002").reason, "Was contacted 3 times in the last 14 days.");
}

// 300 customers treated and 300 held out in May; in the four weeks after it 60 of the treated order and 30 of the others.
TEST_F(DecideStep, LearnsWhatAContactBringsFromTheShopsRandomisedExposures) {
  std::string exposures = "event_id,campaign_id,customer_id,time,treated,propensity\n";
  for (int c = 0; c < 600; ++c) {
    const bool treated = c % 2 == 0;
    const std::string customer = fmt::format("c{:03}", c);
    exposures += fmt::format("x{},spring,{},2024-05-01,{},0.5\n", c, customer, treated);
    if (c < (treated ? 120 : 60)) order(customer, *parse_day("2024-05-10"), "mug", 10);
  }
  import_orders();
  import_csv("exposures.csv", exposures);
  store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
  opened.use_scratch_derived();
  store::Connection connection = opened.connect();
  const auto increments_on = [&](Day day) {
    journey::build(connection, {.as_of = day, .currency = "EUR"}, *progress_);
    return shop_increments(connection, day);
  };
  EXPECT_FALSE(increments_on(*parse_day("2024-05-20")).relative_error);  // too young to count
  const Increments measured = increments_on(*parse_day("2024-07-01"));
  ASSERT_TRUE(measured.relative_error);
  // (60 - 30) / 300 = 0.1 orders a contact, with a standard error of sqrt(60 + 30) / 300 = 0.032, drawn towards the 0.006
  // that is assumed: less than measured, more than assumed, and in the assumed proportions.
  const Increments assumed = assumed_increments();
  const double up = measured.orders[0] / assumed.orders[0];
  EXPECT_GT(up, 1);
  EXPECT_LT(measured.orders[0], 0.1);
  for (std::size_t i = 0; i + 1 < measured.orders.size(); ++i)
    EXPECT_NEAR(measured.orders[i], up * assumed.orders[i], 1e-12);
}

}  // namespace
}  // namespace perennial::engine
