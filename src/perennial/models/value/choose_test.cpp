#include "perennial/models/value/choose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "perennial/models/value/tracking.h"

namespace perennial::models {
namespace {

std::vector<double> ages(std::size_t n) {
  std::vector<double> age(n);
  RandomStream stream(3, 0);
  for (double& value : age) value = 26 + 52 * stream.uniform();
  return age;
}

HoldoutQuestion question(const SimulatedPurchases& data, double holdout) {
  HoldoutQuestion q{data.input(), data.holdout_purchases};
  q.calibration.horizon_periods = holdout;
  return q;
}

TEST(ChooseProcess, FindsTheProcessThatMadeTheData) {
  // One in three leaves right after the first purchase: BG/NBD cannot say that.
  const MbgNbd truth({1.5, 6, 1, 2});
  const SimulatedPurchases data = truth.simulate(ages(6000), 30, 1);
  const ProcessChoice choice = choose_process(question(data, 30), {});
  EXPECT_EQ(choice.chosen, MbgNbd::kId);
  EXPECT_EQ(choice.chosen_for_churn, MbgNbd::kId);
  EXPECT_THAT(choice.words, testing::HasSubstr("MBG/NBD"));
  const ProcessScore& baseline = choice.scores.back();
  EXPECT_EQ(baseline.id, "status_quo");
  EXPECT_FALSE(baseline.holdout_log_likelihood);
  for (const ProcessScore& score : choice.scores) {
    if (score.id == MbgNbd::kId) {
      EXPECT_LT(std::fabs(score.bias), 0.05);
      EXPECT_LT(score.mean_absolute_error, baseline.mean_absolute_error);
    }
  }
}

TEST(ChooseProcess, NeverTakesChurnFromAProcessThatCallsOneTimeBuyersActive) {
  const BgNbd truth({0.5, 5, 0.9, 1.2});
  const SimulatedPurchases data = truth.simulate(ages(6000), 30, 2);
  const ProcessChoice choice = choose_process(question(data, 30), {});
  EXPECT_EQ(choice.chosen, BgNbd::kId);
  EXPECT_NE(choice.chosen_for_churn, BgNbd::kId);
}

TEST(ChooseProcess, RowsByFrequencyAddUpToTheTotals) {
  const SimulatedPurchases data = ParetoNbd({0.6, 8, 0.7, 14}).simulate(ages(800), 30, 4);
  const ProcessChoice choice = choose_process(question(data, 30), {});
  ASSERT_EQ(choice.by_frequency.size(), 8U);
  for (std::size_t m = 0; m < choice.scores.size(); ++m) {
    double customers = 0;
    double actual = 0;
    double expected = 0;
    for (const FrequencyRow& row : choice.by_frequency) {
      customers += row.customers;
      actual += row.customers * row.actual;
      expected += row.customers * row.expected[m];
    }
    EXPECT_EQ(customers, 800);
    EXPECT_NEAR(actual, choice.scores[m].actual_purchases, 1e-9);
    EXPECT_NEAR(expected, choice.scores[m].expected_purchases, 1e-9);
  }
}

TEST(ChooseProcess, HoldoutLikelihoodIsTheProbabilityOfTheCounts) {
  const BgNbd model({0.5, 5, 0.9, 1.2});
  const SimulatedPurchases data = model.simulate(ages(50), 30, 5);
  const HoldoutQuestion q = question(data, 30);
  double direct = 0;
  for (std::size_t i = 0; i < 50; ++i)
    direct += std::log(model.purchase_pmf(q.calibration.history(i),
                                          30)[static_cast<std::size_t>(data.holdout_purchases[i])]);
  EXPECT_NEAR(*score_on_holdout(model, q).holdout_log_likelihood, direct, 1e-8);
}

TEST(ChooseProcess, SmallestShopsAreJudgedToo) {
  const std::vector<double> x{0, 1};
  const std::vector<double> recency{0, 3};
  const std::vector<double> age{8, 9};
  const std::vector<double> y{0, 0};
  HoldoutQuestion q;
  q.calibration.repeat_purchases = x;
  q.calibration.recency = recency;
  q.calibration.age = age;
  q.holdout_purchases = y;
  const ProcessChoice choice = choose_process(q, {});
  EXPECT_FALSE(choice.chosen.empty());
  EXPECT_EQ(choice.scores[0].bias, 0);
}

TEST(ChooseProcess, RefusesAHoldoutThatDoesNotBelong) {
  const SimulatedPurchases data = BgNbd({0.5, 5, 0.9, 1.2}).simulate(ages(5), 30, 6);
  HoldoutQuestion q = question(data, 30);
  q.holdout_purchases = q.holdout_purchases.first(4);
  EXPECT_THROW(choose_process(q, {}), Error);
  const std::vector<double> half(5, 0.5);
  q.holdout_purchases = half;
  EXPECT_THROW(choose_process(q, {}), Error);
  EXPECT_THROW(choose_process(question(data, 0), {}), Error);
}

TEST(Tracking, AddsUpNewCustomersFromTheirFirstPurchaseOn) {
  const PurchaseModel model = MbgNbd({0.6, 6, 0.9, 2.4});
  const std::vector<double> first{0, 0, 1.5, 9};
  const Tracking tracking = track(model, first, 4);
  const auto expected = [&](double t) {
    return std::get<MbgNbd>(model).expected_purchases(History{}, t);
  };
  EXPECT_NEAR(tracking.cumulative[0], 2 * expected(1), 1e-12);
  EXPECT_NEAR(tracking.cumulative[3], 2 * expected(4) + expected(2.5), 1e-12);
  EXPECT_NEAR(tracking.incremental[3], tracking.cumulative[3] - tracking.cumulative[2], 1e-12);
  EXPECT_THROW(track(model, std::vector<double>{-1}, 4), Error);
}

TEST(Tracking, ExpectedFrequenciesAddUpToTheCustomers) {
  const PurchaseModel model = ParetoNbd({0.6, 8, 0.7, 14});
  const std::vector<double> age{10, 10, 50, 0};
  const std::vector<double> counts = expected_frequencies(model, age, 3);
  ASSERT_EQ(counts.size(), 4U);
  double sum = 0;
  for (const double count : counts) sum += count;
  EXPECT_NEAR(sum, 4, 1e-9);
  EXPECT_GT(counts[0], 1);
}

}  // namespace
}  // namespace perennial::models
