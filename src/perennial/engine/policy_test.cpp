#include "perennial/engine/policy.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

Situation buyer(Stage stage) {
  return {.stage = stage,
          .purchase_days = stage == Stage::kFirstPurchase ? 1 : 4,
          .days_since_order = 30,
          .days_to_next_order = 3,
          .spend_per_order = 40,
          .value_if_kept = 140,
          .has_items = true};
}

Action chosen(const Situation& situation, const PolicyOptions& options = {}) {
  return choose_action(situation, options).action;
}

TEST(Policy, GivesEachSituationItsOwnStep) {
  EXPECT_EQ(
      chosen({.stage = Stage::kRegistered, .days_since_registration = 3, .spend_per_order = 40}),
      Action::kWelcome);
  EXPECT_EQ(
      chosen({.stage = Stage::kRegistered, .days_since_registration = 60, .spend_per_order = 40}),
      Action::kFirstOrderNudge);
  EXPECT_EQ(chosen(buyer(Stage::kFirstPurchase)), Action::kSecondOrderNudge);
  EXPECT_EQ(chosen(buyer(Stage::kLoyal)), Action::kCrossSell);
  EXPECT_EQ(chosen(buyer(Stage::kLapsed)), Action::kWinBack);
  Situation quiet = buyer(Stage::kAtRisk);
  EXPECT_EQ(chosen(quiet), Action::kWinBack);
  quiet.valuable = true;
  EXPECT_EQ(chosen(quiet), Action::kCareAtRisk);
  Situation due = buyer(Stage::kRepeat);
  due.days_to_replenishment = -2;
  EXPECT_EQ(chosen(due), Action::kReplenishment);
  Situation browsing = buyer(Stage::kRepeat);
  browsing.days_since_browse = 1;
  EXPECT_EQ(chosen(browsing), Action::kBrowseReminder);
}

TEST(Policy, WaitsUntilTheSecondOrderIsDue) {
  Situation early = buyer(Stage::kFirstPurchase);
  early.days_to_next_order = 20;
  const Choice choice = choose_action(early, {});
  EXPECT_EQ(choice.action, Action::kLeaveAlone);
  EXPECT_NE(choice.reason.find("due in 20 days"), std::string::npos) << choice.reason;
}

TEST(Policy, RespectsOptOutCapAndReach) {
  Situation s = buyer(Stage::kLoyal);
  s.opted_out = true;
  EXPECT_EQ(chosen(s), Action::kLeaveAlone);
  s.opted_out = false;
  s.recent_contacts = 2;
  EXPECT_TRUE(choose_action(s, {}).capped);
  s.recent_contacts = 1;
  EXPECT_EQ(chosen(s), Action::kCrossSell);
  s.reachable = false;
  EXPECT_EQ(chosen(s), Action::kCompleteProfile);
}

TEST(Policy, LeavesAloneWhatDoesNotPay) {
  EXPECT_EQ(chosen(buyer(Stage::kLoyal), {.contact_cost = 1}), Action::kLeaveAlone);
}

TEST(Policy, TakesTheHighestExpectedValueAndAlwaysSaysWhy) {
  EXPECT_TRUE(rc::check("best of the fitting actions", [] {
    Situation s = buyer(static_cast<Stage>(*rc::gen::inRange(0, 8)));
    s.purchase_days = *rc::gen::inRange(0, 20);
    s.valuable = *rc::gen::arbitrary<bool>();
    s.days_to_replenishment = *rc::gen::inRange(-50, 50);
    s.days_since_browse = *rc::gen::inRange(0, 60);
    s.days_since_registration = *rc::gen::inRange(0, 60);
    const Choice choice = choose_action(s, {});
    RC_ASSERT(!choice.reason.empty());
    RC_ASSERT((choice.action == Action::kLeaveAlone) == (choice.expected_value == 0));
    Situation richer = s;
    richer.spend_per_order *= 2;
    richer.value_if_kept *= 2;
    RC_ASSERT(choose_action(richer, {}).expected_value >= choice.expected_value);
  }));
}

double mean_increment(const Increments& increments) {
  double sum = 0;
  for (const double value : increments.orders) sum += value;
  return sum / (kActionCount - 1);
}

TEST(Increments, FollowALargeExperimentAndBarelyAThinOne) {
  const double assumed = mean_increment(assumed_increments());
  EXPECT_NEAR(mean_increment(measured_increments(0.02, 1e-6)), 0.02, 1e-6);
  EXPECT_NEAR(mean_increment(measured_increments(0.02, 1.0)), assumed, 1e-5);
  EXPECT_EQ(mean_increment(measured_increments(-0.01, 1e-6)), 0);
}

TEST(Increments, SayHowSureTheyAre) {
  EXPECT_FALSE(assumed_increments().relative_error);
  EXPECT_LT(*measured_increments(0.02, 0.001).relative_error, 0.1);
  EXPECT_EQ(*measured_increments(-0.01, 1e-6).relative_error, 1);
}

TEST(Policy, DoesNotCallAnOverdueOrderTooEarly) {
  Situation late = buyer(Stage::kFirstPurchase);
  late.days_to_next_order = -100;
  EXPECT_EQ(choose_action(late, {.contact_cost = 5}).reason.find("too early"), std::string::npos);
}

TEST(Policy, RemindsABrowserOfWhatTheyLookedAt) {
  EXPECT_EQ(chosen({.stage = Stage::kBrowsing,
                    .days_since_registration = 90,
                    .days_since_browse = 2,
                    .spend_per_order = 40}),
            Action::kBrowseReminder);
}

TEST(Stage, RefusesWhatTheJourneyDoesNotKnow) {
  EXPECT_EQ(parse_stage("won_back"), Stage::kWonBack);
  EXPECT_THROW(parse_stage("visitor?"), Bug);
}

}  // namespace
}  // namespace perennial::engine
