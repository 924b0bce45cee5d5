#include "perennial/models/value/rhythm.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace perennial::models {
namespace {

const ParetoNbd kParetoNbd({.r = 0.55, .alpha = 10.58, .s = 0.61, .beta = 11.67});
const MbgNbd kMbgNbd({.r = 0.52, .alpha = 6.18, .a = 0.89, .b = 1.61});
const MbgNbd kNobodyLeaves({.r = 0.83, .alpha = 9.86, .a = 1e-9, .b = 10});

TEST(Rhythm, IsOneRightAfterAnOrderOfACustomerWhoIsThere) {
  EXPECT_NEAR(activity(kParetoNbd, History{0, 0, 0}), 1, 1e-12);
  EXPECT_NEAR(activity(kParetoNbd, History{7, 29, 29}), 1, 1e-12);
}

TEST(Rhythm, FallsWithSilenceEvenWhereNobodyLeaves) {
  const double fresh = activity(kNobodyLeaves, History{1, 0.14, 1});
  const double a_year = activity(kNobodyLeaves, History{1, 0.14, 53});
  EXPECT_GT(fresh, 0.9);
  EXPECT_LT(a_year, 0.4);
  EXPECT_NEAR(kNobodyLeaves.p_alive(History{1, 0.14, 53}), 1, 1e-6);
}

TEST(Rhythm, JudgesTheSameSilenceByTheCustomersOwnPace) {
  const double weekly = activity(kParetoNbd, History{40, 40, 50});
  const double rare = activity(kParetoNbd, History{2, 40, 50});
  EXPECT_LT(weekly, rare);
  EXPECT_LT(usual_gap(kParetoNbd, History{40, 40, 50}), usual_gap(kParetoNbd, History{2, 40, 50}));
}

TEST(Rhythm, HalfOfTheCustomersAreBackWithinTheUsualGap) {
  // Where nobody leaves, the chance of an order within the gap right after the last one is one half.
  const History history{3, 20, 20};
  EXPECT_NEAR(kNobodyLeaves.p_active(history, usual_gap(kNobodyLeaves, history)), 0.5, 1e-8);
}

TEST(Rhythm, IsAProbabilityThatNeverRisesWithSilence) {
  EXPECT_TRUE(rc::check("0 <= activity <= 1, falling in age", [] {
    const double x = *rc::gen::inRange(0, 60);
    const double recency = x > 0 ? *rc::gen::inRange(1, 200) : 0;
    double last = 1;
    for (const double silence : {0.0, 1.0, 5.0, 20.0, 100.0, 1000.0}) {
      for (const PurchaseModel& model : {PurchaseModel(kParetoNbd), PurchaseModel(kMbgNbd)}) {
        const double value = activity(model, History{x, recency, recency + silence});
        RC_ASSERT(value >= 0 && value <= 1);
      }
      const double value = activity(kParetoNbd, History{x, recency, recency + silence});
      RC_ASSERT(value <= last + 1e-12);
      last = value;
    }
  }));
}

TEST(Rhythm, ARegularCustomerIsFullyActiveUntilAnOrderIsDue) {
  const MbgCnbdK regular({.r = 50, .alpha = 50, .a = 0.5, .b = 5, .k = 12});  // every 12 periods
  EXPECT_NEAR(usual_gap(regular, History{10, 120, 120}), 12, 0.5);
  EXPECT_NEAR(activity(regular, History{10, 120, 126}), 1, 1e-3);
  EXPECT_LT(activity(regular, History{10, 120, 150}), 0.1);
}

TEST(Rhythm, NextOrdersFallIntoTheirInterval) {
  // Simulated customers that bought last just now: of those who come back, 80 % do within the interval.
  const std::vector<double> ages(20'000, 0.0);
  for (const PurchaseModel& model :
       {PurchaseModel(kMbgNbd), PurchaseModel(kParetoNbd),
        PurchaseModel(MbgCnbdK({.r = 2, .alpha = 3, .a = 0.9, .b = 2.4, .k = 3}))}) {
    const NextOrder next = next_order(model, History{});
    ASSERT_LT(next.low, next.median);
    ASSERT_LT(next.median, next.high);
    const auto ordered_by = [&](double time) {
      double count = 0;
      const SimulatedPurchases data =
          std::visit([&](const auto& m) { return m.simulate(ages, time, 3); }, model);
      for (const double purchases : data.holdout_purchases) count += purchases > 0 ? 1 : 0;
      return count / 20'000;
    };
    EXPECT_NEAR(ordered_by(next.low), 0.1 * next.p_ever, 0.01);
    EXPECT_NEAR(ordered_by(next.median), 0.5 * next.p_ever, 0.015);
    EXPECT_NEAR(ordered_by(next.high), 0.9 * next.p_ever, 0.015);
  }
}

}  // namespace
}  // namespace perennial::models
