#include "perennial/models/value/beta_discrete_weibull.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/models/value/purchases_testing.h"

namespace perennial::models {
namespace {

using Json = nlohmann::json;

BetaDiscreteWeibull::Params any_params() {
  return {magnitude(*rc::gen::inRange(-1000, 1500)), magnitude(*rc::gen::inRange(-1000, 1500)),
          magnitude(*rc::gen::inRange(-300, 300))};
}

// Rows of what became of a cohort: `there[t]` customers after t renewals.
struct Cohort {
  std::vector<double> renewals, ended, weights;

  explicit Cohort(const std::vector<double>& there) {
    for (std::size_t t = 0; t + 1 < there.size(); ++t) add(t, 1, there[t] - there[t + 1]);
    add(there.size() - 1, 0, there.back());
  }
  void add(std::size_t t, double has_ended, double customers) {
    renewals.push_back(static_cast<double>(t));
    ended.push_back(has_ended);
    weights.push_back(customers);
  }
  Contracts::Input input() const {
    Contracts::Input input;
    input.renewals = renewals;
    input.ended = ended;
    input.weights = weights;
    return input;
  }
};

TEST(BetaDiscreteWeibull, SurvivalFallsFromOneAndRetentionIsItsRatio) {
  EXPECT_TRUE(rc::check("any parameters", [] {
    const BetaDiscreteWeibull model(any_params());
    RC_ASSERT(model.survival(0) == 1);
    double sum = 0;
    for (int t = 0; t < 30; ++t) {
      RC_ASSERT(model.survival(t + 1) < model.survival(t));
      RC_ASSERT(model.survival(t + 1) > 0);
      expect_relative(model.retention(t), model.survival(t + 1) / model.survival(t), 1e-9);
      sum += model.survival(t + 1);
      expect_relative(model.expected_renewals(0, t + 1), sum, 1e-10);
    }
  }));
}

TEST(BetaDiscreteWeibull, OfShapeOneIsABetaMixtureOfGeometricLifetimes) {
  EXPECT_TRUE(rc::check("with the textbook's products", [] {
    auto p = any_params();
    p.shape = 1;
    const BetaDiscreteWeibull model(p);
    double survival = 1;
    double last = 0;
    for (int t = 1; t <= 40; ++t) {
      const double retention = (p.beta + t - 1) / (p.alpha + p.beta + t - 1);
      survival *= retention;
      expect_relative(model.survival(t), survival, 1e-11);
      RC_ASSERT(retention > last);
      last = retention;
    }
  }));
}

TEST(BetaDiscreteWeibull, DiscountedRenewalsAreTheSumOfAllToCome) {
  EXPECT_TRUE(rc::check("at 10 % a period", [] {
    const BetaDiscreteWeibull model(any_params());
    const double t = *rc::gen::inRange(0, 20);
    double sum = 0;
    for (int k = 1; k <= 500; ++k)
      sum += model.survival(t + k) / model.survival(t) * std::pow(1.1, -k);
    expect_relative(model.discounted_residual_renewals(t, 0.1), sum, 1e-9);
  }));
}

TEST(BetaDiscreteWeibull, DerivativesAreThoseOfTheLikelihood) {
  EXPECT_TRUE(rc::check("by differences", [] {
    std::vector<double> renewals, ended;
    for (int i = 0; i < 5; ++i) {
      renewals.push_back(*rc::gen::inRange(0, 25));
      ended.push_back(*rc::gen::inRange(0, 2));
    }
    Contracts::Input input;
    input.renewals = renewals;
    input.ended = ended;
    const auto p = any_params();
    // So that the chance to end is not a difference of equal numbers.
    RC_PRE(BetaDiscreteWeibull(p).retention(25) < 0.999);
    const auto evaluate = [&](const std::vector<double>& at) {
      return beta_discrete_weibull_evaluation(at, input);
    };
    const std::vector<double> at{std::log(p.alpha), std::log(p.beta), std::log(p.shape)};
    expect_relative(-evaluate(at).value, BetaDiscreteWeibull(p).log_likelihood(input), 1e-9);
    expect_right_derivatives(evaluate, at);
    expect_right_derivatives(evaluate, {at[0], at[1]});  // the sBG
  }));
}

TEST(BetaDiscreteWeibull, KeepsItsDigitsForTenThousandRenewals) {
  // The chance to end after so many renewals, by mpmath with 60 digits.
  struct Far {
    BetaDiscreteWeibull::Params params;
    double renewals, ends;
  };
  for (const Far& c :
       {Far{{0.5, 1, 3}, 3650, 0.000410818209723854}, Far{{0.5, 1, 3}, 9999, 0.000149996249937385},
        Far{{0.5, 1, 2.5}, 3650, 0.000342360229912611},
        Far{{0.0001, 3, 1}, 200, 4.92610594773106e-7},
        Far{{40, 3, 1}, 9999, 0.00398327026488747}}) {
    EXPECT_NEAR((1 - BetaDiscreteWeibull(c.params).retention(c.renewals)) / c.ends, 1, 1e-9)
        << c.renewals;
  }
}

TEST(BetaDiscreteWeibull, SimulatesNeitherFewerThanNoRenewalsNorMoreThanTheMost) {
  for (const double t : BetaDiscreteWeibull({0.05, 1, 1}).simulate(2000, 3)) {
    EXPECT_GE(t, 0);
    EXPECT_LE(t, 10'000);
  }
}

TEST(BetaDiscreteWeibull, FindsTheParametersOfSimulatedContracts) {
  const BetaDiscreteWeibull truth({0.7, 3, 1.4});
  constexpr double kYears = 8;
  std::vector<double> renewals = truth.simulate(40'000, 5);
  std::vector<double> ended;
  for (double& t : renewals) {
    ended.push_back(t < kYears ? 1 : 0);
    t = std::fmin(t, kYears);
  }
  Contracts::Input input;
  input.renewals = renewals;
  input.ended = ended;
  const FitReport report = BetaDiscreteWeibull::fit(input, {}).report();
  EXPECT_TRUE(report.converged);
  const std::vector<double> expected{0.7, 3, 1.4};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LT(std::fabs(report.estimates[i] - expected[i]), 3 * report.standard_errors[i])
        << report.names[i];
}

TEST(BetaDiscreteWeibull, AnswersTheSameAfterBeingStored) {
  const Cohort cohort({1000, 631, 468, 382, 326, 289, 262, 241});
  const BetaDiscreteWeibull model = BetaDiscreteWeibull::fit(cohort.input(), {});
  ByteWriter writer;
  model.save(writer);
  ByteReader reader(writer.bytes());
  const BetaDiscreteWeibull back = BetaDiscreteWeibull::load(reader);
  const Contracts::Output ours = model.predict(cohort.input());
  EXPECT_EQ(back.predict(cohort.input()).expected_renewals, ours.expected_renewals);
  EXPECT_EQ(back.report().words, model.report().words);
  // Who has ended is gone; who is there may stay.
  EXPECT_EQ(ours.p_renews[0], 0);
  EXPECT_EQ(ours.expected_renewals[0], 0);
  EXPECT_DOUBLE_EQ(ours.p_renews.back(), model.retention(7));
  EXPECT_DOUBLE_EQ(ours.p_stays.back(), model.survival(19) / model.survival(7));
}

TEST(BetaDiscreteWeibull, RefusesWhatCannotBe) {
  const auto refusal = [](double renewals, double ended) -> std::string {
    Contracts::Input input;
    input.renewals = {&renewals, 1};
    input.ended = {&ended, 1};
    try {
      BetaDiscreteWeibull::fit(input, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal(-1, 0), "row 1: renewals is -1, needs a whole number from 0 to 10000");
  EXPECT_EQ(refusal(2.5, 0), "row 1: renewals is 2.5, needs a whole number from 0 to 10000");
  EXPECT_EQ(refusal(2, 0.5), "row 1: ended is 0.5, needs 0 or 1");
  EXPECT_NE(refusal(0, 1).find("needs customers who renewed"), std::string::npos);
  EXPECT_NE(refusal(3, 0).find("customers who ended"), std::string::npos);
  EXPECT_THROW(BetaDiscreteWeibull({1, 1, 0}), Error);
}

TEST(BetaDiscreteWeibull, PublishedRetentionCurves) {
  std::ifstream file(PERENNIAL_SOURCE_DIR
                     "/tests/golden/value.beta_discrete_weibull/retention.json");
  const Json published = Json::parse(file);
  for (const Json& c : published.at("cases")) {
    const Cohort cohort(c.at("there").get<std::vector<double>>());
    const bool free_shape = c.at("estimates").size() == 3;
    const BetaDiscreteWeibull model =
        BetaDiscreteWeibull::fit(cohort.input(), {.free_shape = free_shape});
    EXPECT_NEAR(model.report().log_likelihood, c.at("log_likelihood").get<double>(), 1e-6);
    for (std::size_t i = 0; i < c.at("estimates").size(); ++i)
      EXPECT_NEAR(model.report().estimates[i], c.at("estimates")[i].get<double>(),
                  c.at("tolerance").get<double>());
    if (!c.contains("survival_8_to_12")) continue;
    for (std::size_t k = 0; k < 5; ++k)
      EXPECT_NEAR(model.survival(8.0 + static_cast<double>(k)),
                  c.at("survival_8_to_12")[k].get<double>(), 6e-5);
  }
}

}  // namespace
}  // namespace perennial::models
