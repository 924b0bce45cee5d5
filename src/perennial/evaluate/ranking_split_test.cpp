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

}  // namespace
}  // namespace perennial::evaluate
