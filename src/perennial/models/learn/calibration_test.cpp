#include "perennial/models/learn/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

using Method = Calibration::Method;

struct Rows {
  std::vector<double> score;
  std::vector<std::uint8_t> outcome;
  double outcomes() const { return static_cast<double>(std::ranges::count(outcome, 1)); }
};

// Outcomes at a probability that is the score bent by `slope` and moved by `intercept` on the logit scale.
Rows simulated(std::size_t n, double intercept, double slope, std::uint64_t seed) {
  RandomStream random(seed, 0);
  Rows rows;
  for (std::size_t i = 0; i < n; ++i) {
    const double score = random.uniform();
    const double p =
        1 / (1 + std::exp(-intercept - slope * (std::log(score) - std::log1p(-score))));
    rows.score.push_back(score);
    rows.outcome.push_back(random.bernoulli(p) ? 1 : 0);
  }
  return rows;
}

double sum_of(const Calibration& calibration, const Rows& rows) {
  double sum = 0;
  for (const double score : rows.score) sum += calibration(score);
  return sum;
}

RC_GTEST_PROP(Calibration, AddsUpToTheOutcomesItWasFittedToAndRisesWithTheScore, ()) {
  const auto n = *rc::gen::inRange(1, 200);
  const auto method = *rc::gen::element(Method::kPlatt, Method::kIsotonic);
  Rows rows;
  for (int i = 0; i < n; ++i) {
    rows.score.push_back(*rc::gen::inRange(0, 101) / 100.0);
    rows.outcome.push_back(*rc::gen::arbitrary<bool>() ? 1 : 0);
  }
  const Calibration calibration = Calibration::fit(rows.score, rows.outcome, method);
  RC_ASSERT(std::fabs(sum_of(calibration, rows) - rows.outcomes()) < 1e-8 * n);
  double before = 0;
  for (int k = 0; k <= 1000; ++k) {
    const double p = calibration(k / 1000.0);
    RC_ASSERT(p >= before && p <= 1);
    before = p;
  }
}

TEST(Calibration, PoolsAdjacentViolatorsByHand) {
  const std::vector<double> score{0.1, 0.2, 0.3, 0.4, 0.5, 0.5};
  const std::vector<std::uint8_t> outcome{0, 1, 0, 0, 1, 1};
  const Calibration steps = Calibration::fit(score, outcome, Method::kIsotonic);
  const auto drawn = [](double step) { return step + (0.5 - step) / std::sqrt(6); };
  EXPECT_DOUBLE_EQ(steps(0.05), drawn(0));
  EXPECT_DOUBLE_EQ(steps(0.1), drawn(0));
  EXPECT_DOUBLE_EQ(steps(0.2), drawn(1.0 / 3));
  EXPECT_DOUBLE_EQ(steps(0.45), drawn(1.0 / 3));
  EXPECT_DOUBLE_EQ(steps(0.5), drawn(1));
  EXPECT_DOUBLE_EQ(steps(0.9), drawn(1));
}

TEST(Calibration, FindsTheLineThatBentTheScores) {
  const Rows rows = simulated(50000, -0.7, 0.5, 1);
  const Calibration line = Calibration::fit(rows.score, rows.outcome, Method::kPlatt);
  for (const double score : {0.05, 0.3, 0.7, 0.95}) {
    const double truth = 1 / (1 + std::exp(0.7 - 0.5 * std::log(score / (1 - score))));
    EXPECT_NEAR(line(score), truth, 0.01) << score;
  }
}

TEST(Calibration, HoldsOnFreshRowsWhereTheScoreWasOverconfident) {
  for (const Method method : {Method::kPlatt, Method::kIsotonic}) {
    const Rows learnt = simulated(20000, 0.4, 0.4, 2);
    const Rows fresh = simulated(20000, 0.4, 0.4, 3);
    const Calibration calibration = Calibration::fit(learnt.score, learnt.outcome, method);
    double loss = 0, raw = 0;
    for (std::size_t i = 0; i < fresh.score.size(); ++i) {
      const auto squared = [&](double p) {
        return (p - fresh.outcome[i]) * (p - fresh.outcome[i]);
      };
      loss += squared(calibration(fresh.score[i]));
      raw += squared(fresh.score[i]);
    }
    EXPECT_LT(loss, 0.97 * raw);
    EXPECT_NEAR(sum_of(calibration, fresh) / fresh.outcomes(), 1, 0.03);
  }
}

TEST(Calibration, GivesEveryoneTheMeanWhereTheScoreMisleads) {
  Rows rows = simulated(4000, 0, 2, 4);
  for (std::uint8_t& outcome : rows.outcome) outcome = outcome == 0 ? 1 : 0;
  const double mean = rows.outcomes() / 4000;
  for (const Method method : {Method::kPlatt, Method::kIsotonic}) {
    const Calibration flat = Calibration::fit(rows.score, rows.outcome, method);
    EXPECT_NEAR(flat(0.5), mean, 0.02);
  }
}

TEST(Calibration, StaysFiniteWhereTheScoresSeparateTheOutcomes) {
  const std::vector<double> score{0, 0.1, 0.9, 1};
  const std::vector<std::uint8_t> outcome{0, 0, 1, 1};
  const Calibration line = Calibration::fit(score, outcome, Method::kPlatt);
  EXPECT_GT(line(0.9), 0.8);
  EXPECT_LT(line(0.9), 1);
  EXPECT_NEAR(line(0) + line(0.1) + line(0.9) + line(1), 2, 1e-9);
}

TEST(Calibration, TakesStepsWhereTheyTellMoreAndBothOutcomesWereSeenAThousandTimes) {
  const auto method = [](const Rows& rows) {
    return Calibration::fit(rows.score, rows.outcome).method();
  };
  EXPECT_EQ(method(simulated(8000, 0, 1, 5)), Method::kPlatt);  // a line is the truth
  // No line: whoever scores above a half acts with 0.6, the others with 0.1.
  Rows bent;
  RandomStream random(9, 0);
  for (int i = 0; i < 8000; ++i) {
    bent.score.push_back(random.uniform());
    bent.outcome.push_back(random.bernoulli(bent.score.back() > 0.5 ? 0.6 : 0.1) ? 1 : 0);
  }
  EXPECT_EQ(method(bent), Method::kIsotonic);
  bent.score.resize(1500);
  bent.outcome.resize(1500);
  EXPECT_EQ(method(bent), Method::kPlatt);
}

TEST(Calibration, AnswersTheSameAfterSaveAndLoadAndRefusesWhatCannotBe) {
  const Rows rows = simulated(500, 0, 1, 6);
  for (const Method method : {Method::kPlatt, Method::kIsotonic}) {
    const Calibration calibration = Calibration::fit(rows.score, rows.outcome, method);
    ByteWriter writer;
    calibration.save(writer);
    ByteReader reader(writer.bytes());
    const Calibration again = Calibration::load(reader);
    for (const double score : {0.0, 0.2, 0.77, 1.0}) EXPECT_EQ(again(score), calibration(score));
    std::string wrong = writer.bytes();
    wrong[0] = 7;
    ByteReader from_wrong(wrong);
    EXPECT_THROW(Calibration::load(from_wrong), Error);
  }
}

TEST(Calibration, NamesWhatItCannotTake) {
  const std::vector<std::uint8_t> one{1};
  EXPECT_THROW(Calibration::fit({}, {}), Error);
  EXPECT_THROW(Calibration::fit(std::vector<double>{1.5}, one), Error);
  EXPECT_THROW(Calibration::fit(std::vector<double>{std::nan("")}, one), Error);
  EXPECT_THROW(Calibration::fit(std::vector<double>{0.5, 0.5}, one), Error);
}

TEST(ScaleToTotal, MakesForecastsAddUp) {
  EXPECT_DOUBLE_EQ(scale_to_total(std::vector<double>{1, 3}, std::vector<double>{0, 6}), 1.5);
  EXPECT_DOUBLE_EQ(scale_to_total(std::vector<double>{0, 0}, std::vector<double>{0, 6}), 1);
  EXPECT_DOUBLE_EQ(scale_to_total({}, {}), 1);
}

}  // namespace
}  // namespace perennial::models
