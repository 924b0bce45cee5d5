#include "perennial/simulate/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

TEST(SimulateOptions, DefaultsAreLegal) { EXPECT_NO_THROW(Options().check()); }

template <typename Change>
void expect_refused(Change change, const std::string& message) {
  Options options;
  change(options);
  try {
    options.check();
    FAIL() << "taken: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    EXPECT_THAT(error.what(), testing::HasSubstr(message));
  }
}

TEST(SimulateOptions, NameTheValueAndItsRange) {
  expect_refused([](Options& o) { o.customers = 0; }, "customers is 0, needs 1 to 100000000");
  expect_refused([](Options& o) { o.days = 5000; }, "days is 5000, needs 1 to 3660");
  expect_refused([](Options& o) { o.chinese_share = std::nan(""); }, "chinese share is nan");
  expect_refused([](Options& o) { o.campaigns = 9; }, "campaigns is 9, needs 0 to 8");
  expect_refused([](Options& o) { o.items = 47; }, "items is 47, needs 48");
  expect_refused([](Options& o) { o.purchase.erlang_k = 0; }, "Erlang k is 0");
  expect_refused([](Options& o) { o.spend.q = 1; }, "spend q is 1, needs 1.01");
  expect_refused([](Options& o) { o.currency = "ABC"; }, "ABC");
}

TEST(SimulateOptions, SpeakOfOrdersInTheMoneyOfTheShop) {
  EXPECT_DOUBLE_EQ(Options().mean_order_value(), 35);
  EXPECT_DOUBLE_EQ(Options({.currency = "CNY"}).mean_order_value(), 315);
  EXPECT_DOUBLE_EQ(Options({.currency = "EUR"}).mean_order_value(), 42);
  EXPECT_DOUBLE_EQ(Options({.currency = "CNY", .spend = {.mean = 50}}).mean_order_value(), 50);
  EXPECT_NEAR(Options().spend_gamma(), 15.344, 1e-12);  // 35 * 2.74 / 6.25
}

TEST(SimulateOptions, PlanCampaignsThatEndWithinTheWindow) {
  Options options;
  options.days = 41;
  EXPECT_EQ(options.campaign_count(), 0);
  options.days = 42;
  EXPECT_EQ(options.campaign_count(), 1);
  options.days = 365;
  EXPECT_EQ(options.campaign_count(), 8);
}

}  // namespace
}  // namespace perennial::simulate
