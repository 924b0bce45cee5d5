#include "perennial/evaluate/ranking_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "perennial/base/error.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::SimulatedInteractions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SimulatedInteractions small_log() {
  SimulatedInteractions log{.customers = 3, .items = 4};
  log.customer = {0, 0, 0, 1, 1, 2};
  log.item = {0, 1, 0, 2, 3, 1};
  log.weight = {1, 1, 1, 1, 1, 1};
  log.day = {{1}, {5}, {9}, {9}, {9}, {2}};
  return log;
}

TEST(SplitAt, PutsTheCutDayItselfIntoTheTest) {
  const SimulatedInteractions log = small_log();
  const RankingSplit split = split_at(log.log(), Day{9});
  EXPECT_THAT(split.train.items_of(0), ElementsAre(0, 1));
  EXPECT_THAT(split.test.items_of(0), ElementsAre(0));  // bought before and after
  EXPECT_TRUE(split.train.items_of(1).empty());
  EXPECT_THAT(split.test.items_of(1), ElementsAre(2, 3));
  EXPECT_THAT(split.train.last_days_of(0), ElementsAre(Day{1}, Day{5}));
  EXPECT_EQ(split.test.customers(), 3U);
  EXPECT_EQ(split.test.items(), 4U);
}

TEST(SplitAt, RefusesACutOutsideTheData) {
  const SimulatedInteractions log = small_log();
  for (const Day cut : {Day{0}, Day{100}}) {
    try {
      split_at(log.log(), cut);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kNotEnoughData);
      EXPECT_THAT(error.what(), HasSubstr("choose a day inside the data"));
    }
  }
}

TEST(LeaveLastOut, TakesTheLatestItemAndOfEqualDaysTheHigher) {
  const SimulatedInteractions log = small_log();
  const RankingSplit split = leave_last_out(Interactions::build(log.log()));
  EXPECT_THAT(split.test.items_of(0), ElementsAre(0));
  EXPECT_THAT(split.train.items_of(0), ElementsAre(1));
  EXPECT_THAT(split.test.items_of(1), ElementsAre(3));
  EXPECT_THAT(split.train.items_of(1), ElementsAre(2));
  EXPECT_TRUE(split.test.items_of(2).empty());
  EXPECT_THAT(split.train.items_of(2), ElementsAre(1));
}

TEST(LeaveLastOut, RefusesAShopWhereNobodyHasTwoItems) {
  SimulatedInteractions log{.customers = 1, .items = 1};
  log.customer = {0};
  log.item = {0};
  log.weight = {1};
  log.day = {{0}};
  EXPECT_THROW(leave_last_out(Interactions::build(log.log())), Error);
}

TEST(Splits, KeepEveryEntryOnOneSideOnly) {
  const SimulatedInteractions log = models::simulate_interactions(200, 40, 6, 1);
  const Interactions all = Interactions::build(log.log());
  const RankingSplit split = leave_last_out(all);
  EXPECT_EQ(split.train.size() + split.test.size(), all.size());
  EXPECT_EQ(without_seen(split.test, split.train), split.test);
  EXPECT_TRUE(without_seen(split.test, all).empty());
}

TEST(WithoutSeen, DropsWhatTheCustomerHadBefore) {
  const SimulatedInteractions log = small_log();
  const RankingSplit split = split_at(log.log(), Day{9});
  const Interactions left = without_seen(split.test, split.train);
  EXPECT_TRUE(left.items_of(0).empty());
  EXPECT_THAT(left.items_of(1), ElementsAre(2, 3));
}

TEST(StrongGeneralisation, TestsTheLaterItemsOfCustomersItDoesNotLearnFrom) {
  const Interactions shop = Interactions::build(models::simulate_interactions(400, 40, 8, 4).log());
  const StrongSplit split = strong_generalisation(shop, {.customers = .3, .test_share = .25});
  std::size_t tested = 0;
  double eligible = 0;
  for (std::size_t c = 0; c < 400; ++c) {
    const std::size_t n = shop.items_of(c).size();
    if (n >= 2) ++eligible;
    EXPECT_EQ(split.train.items_of(c).size() + split.history.items_of(c).size() +
                  split.test.items_of(c).size(),
              n);
    if (split.test.items_of(c).empty()) continue;
    ++tested;
    EXPECT_TRUE(split.train.items_of(c).empty());
    EXPECT_EQ(split.test.items_of(c).size(), std::max<std::size_t>(1, n / 4));
    for (const Day earlier : split.history.last_days_of(c))
      for (const Day later : split.test.last_days_of(c)) EXPECT_LE(earlier, later);
  }
  EXPECT_NEAR(static_cast<double>(tested), .3 * eligible, 30);
}

TEST(StrongGeneralisation, RefusesAShopOfSingleItems) {
  const SimulatedInteractions log{.customers = 2,
                                  .items = 2,
                                  .customer = {0, 1},
                                  .item = {0, 1},
                                  .weight = {1, 1},
                                  .day = {{1}, {2}}};
  try {
    strong_generalisation(Interactions::build(log.log()), {});
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("customers of two items or more on both sides"));
  }
}

}  // namespace
}  // namespace perennial::evaluate
