#include "perennial/evaluate/probability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::evaluate {
namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;
using Outcomes = std::vector<std::uint8_t>;

const BootstrapOptions kFew{.replicates = 20};

std::optional<double> value(const std::vector<Metric>& metrics, std::string_view name) {
  const std::optional<Estimate> found = find_metric(metrics, name);
  return found ? std::optional(found->value) : std::nullopt;
}

TEST(Probability, MetricsAreWhatAHandComputes) {
  const ProbabilityReport report =
      evaluate_probability(Values{0.9, 0.6, 0.6, 0.2}, Outcomes{1, 0, 1, 0}, kFew);
  EXPECT_EQ(report.customers, 4U);
  EXPECT_EQ(report.happened, 2U);
  EXPECT_DOUBLE_EQ(*value(report.metrics, "auc"), 3.5 / 4);
  EXPECT_DOUBLE_EQ(*value(report.metrics, "pr_auc"), 0.5 * 1 + 0.5 * 2 / 3);
  EXPECT_DOUBLE_EQ(*value(report.metrics, "brier"), (0.01 + 0.36 + 0.16 + 0.04) / 4);
  EXPECT_DOUBLE_EQ(*value(report.metrics, "log_loss"),
                   -(std::log(0.9) + std::log(0.4) + std::log(0.6) + std::log(0.8)) / 4);
  EXPECT_DOUBLE_EQ(*value(report.metrics, "calibration_error"), (0.1 + 0.2 + 0.2) / 4);
  ASSERT_EQ(report.reliability.size(), 3U);
  EXPECT_EQ(report.reliability[1].customers, 2U);
  EXPECT_DOUBLE_EQ(report.reliability[1].low, 0.6);
  EXPECT_DOUBLE_EQ(report.reliability[1].mean_probability, 0.6);
  EXPECT_DOUBLE_EQ(report.reliability[1].share, 0.5);
}

TEST(Probability, AgreesWithPairsCountedOneByOne) {
  EXPECT_TRUE(rc::check("oracle", [] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 25);
    Values p;
    Outcomes y;
    for (std::size_t i = 0; i < n; ++i) {
      p.push_back(*rc::gen::inRange(0, 6) / 5.0);
      y.push_back(*rc::gen::inRange<std::uint8_t>(0, 2));
    }
    double won = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        if (y[i] == 0 || y[j] != 0) continue;
        ++pairs;
        won += p[i] > p[j] ? 1 : (p[i] == p[j] ? 0.5 : 0);
      }
    }
    double precision = 0;
    double yes = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (y[i] == 0) continue;
      ++yes;
      double taken = 0;
      double right = 0;
      for (std::size_t j = 0; j < n; ++j) {
        if (p[j] < p[i]) continue;
        ++taken;
        if (y[j] != 0) ++right;
      }
      precision += right / taken;
    }
    const ProbabilityReport report = evaluate_probability(p, y, {.replicates = 1});
    const auto auc = value(report.metrics, "auc");
    const auto pr_auc = value(report.metrics, "pr_auc");
    RC_ASSERT(auc.has_value() == (pairs > 0));
    RC_ASSERT(pr_auc.has_value() == (yes > 0));
    if (auc) RC_ASSERT(std::abs(*auc - won / pairs) < 1e-12);
    if (pr_auc) RC_ASSERT(std::abs(*pr_auc - precision / yes) < 1e-12);
    std::size_t in_bins = 0;
    for (const ReliabilityBin& bin : report.reliability) {
      RC_ASSERT(bin.low <= bin.mean_probability + 1e-12);
      RC_ASSERT(bin.mean_probability <= bin.high + 1e-12);
      in_bins += bin.customers;
    }
    RC_ASSERT(in_bins == n);
  }));
}

TEST(Probability, CertaintyThatWasWrongCostsMuchButNotInfinity) {
  const auto report = evaluate_probability(Values{1, 0}, Outcomes{0, 0}, kFew);
  EXPECT_NEAR(*value(report.metrics, "log_loss"), -std::log(1e-15) / 2, 1e-9);
  EXPECT_FALSE(value(report.metrics, "auc"));
  EXPECT_FALSE(value(report.metrics, "pr_auc"));
}

TEST(Probability, TrueProbabilitiesAreCalibrated) {
  RandomStream stream(1, 0);
  Values p(20'000);
  Outcomes y(20'000);
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] = stream.uniform();
    y[i] = stream.bernoulli(p[i]) ? 1 : 0;
  }
  const auto report = evaluate_probability(p, y, {.replicates = 5});
  EXPECT_LT(*value(report.metrics, "calibration_error"), 0.015);
  EXPECT_NEAR(*value(report.metrics, "brier"), 1.0 / 6, 0.005);  // mean p (1 - p)
  EXPECT_NEAR(*value(report.metrics, "auc"), 5.0 / 6, 0.01);
  EXPECT_EQ(report.reliability.size(), 10U);
}

TEST(Probability, AnyScoreHasAnAucUnderItsOrderOnly) {
  const Outcomes y{1, 0, 1, 0, 0};
  const auto auc = evaluate_auc(Values{-5, -90, -7, -30, -6}, y, kFew);
  EXPECT_DOUBLE_EQ(auc->value, 5.0 / 6);
  EXPECT_DOUBLE_EQ(evaluate_auc(Values{50, 9, 40, 20, 45}, y, kFew)->value, 5.0 / 6);
  EXPECT_FALSE(evaluate_auc(Values{1, 2}, Outcomes{1, 1}, kFew));
}

TEST(Probability, ComparisonIsPaired) {
  const Values a{0.9, 0.6, 0.6, 0.2, 0.8, 0.1};
  const Outcomes y{1, 0, 1, 0, 1, 0};
  for (const Metric& metric : compare_probabilities(a, a, y)) {
    EXPECT_EQ(*metric.estimate, (Estimate{0, 0, 0})) << metric.name;
  }
  const auto difference = compare_probabilities(a, Values(6, 0.5), y);
  EXPECT_LT(find_metric(difference, "brier")->value, 0);
  EXPECT_DOUBLE_EQ(find_metric(difference, "auc")->value, 8.5 / 9 - 0.5);
}

TEST(Probability, IsTheSameForAnyNumberOfThreads) {
  RandomStream stream(1, 0);
  Values p(300);
  Outcomes y(300);
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] = stream.uniform();
    y[i] = stream.bernoulli(0.4) ? 1 : 0;
  }
  const auto report = [&](int threads) {
    std::vector<std::optional<Estimate>> out;
    for (const Metric& metric :
         evaluate_probability(p, y, {.replicates = 50, .threads = {threads}}).metrics) {
      out.push_back(metric.estimate);
    }
    return out;
  };
  const auto one = report(1);
  for (const int threads : {2, 8}) EXPECT_EQ(report(threads), one);
}

TEST(Probability, RefusesBadInputByName) {
  const auto message = [](const Values& p, const Outcomes& y) {
    try {
      evaluate_probability(p, y, kFew);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(message({}, {}), HasSubstr("no customers to judge"));
  EXPECT_THAT(message({0.5}, {}), HasSubstr("1 probabilities and 0 outcomes"));
  EXPECT_THAT(message({0.5, 1.5}, {1, 1}), HasSubstr("customer 1: 1.5 is no probability"));
  EXPECT_THAT(message({-0.1}, {1}), HasSubstr("customer 0: -0.1 is no probability"));
  EXPECT_THAT(message({std::nan("")}, {1}), HasSubstr("customer 0: nan needs to be finite"));
}

}  // namespace
}  // namespace perennial::evaluate
