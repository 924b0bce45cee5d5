#include "perennial/models/value/linear_baseline.h"

#include <gtest/gtest.h>

#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/value/mbg_nbd.h"

namespace perennial::models {
namespace {

TEST(LinearBaseline, FindsALinearTruthThroughCollinearFeatures) {
  const std::vector<double> ages{10, 20, 30, 40, 52, 70, 80};
  const SimulatedPurchases data = MbgNbd({2, 5, 0.5, 3}).simulate(ages, 0, 3);
  std::vector<double> spend(ages.size());
  std::vector<double> outcome(ages.size());
  for (std::size_t i = 0; i < ages.size(); ++i) {
    spend[i] = 10 + static_cast<double>(i % 3);
    outcome[i] = 1 + 0.5 * data.repeat_purchases[i] + 0.01 * data.age[i] + 0.1 * spend[i];
  }
  const LinearBaseline model = LinearBaseline::fit(data.input(), spend, outcome);
  const std::vector<double> again = model.predict(data.input(), spend);
  for (std::size_t i = 0; i < ages.size(); ++i) EXPECT_NEAR(again[i], outcome[i], 1e-6);
}

TEST(LinearBaseline, ForecastsNothingBelowZeroAndTakesOneCustomer) {
  const std::vector<double> age{10};
  const SimulatedPurchases one = MbgNbd({2, 5, 0.5, 3}).simulate(age, 0, 3);
  const std::vector<double> spend{5};
  const std::vector<double> outcome{2};
  const LinearBaseline model = LinearBaseline::fit(one.input(), spend, outcome);
  EXPECT_NEAR(model.predict(one.input(), spend)[0], 2, 1e-9);
  const std::vector<double> huge{-1e9};
  EXPECT_EQ(model.predict(one.input(), huge)[0], 0);
  const std::vector<double> wrong{std::nan("")};
  EXPECT_THROW(LinearBaseline::fit(one.input(), spend, wrong), Error);
  EXPECT_THROW(LinearBaseline::fit(one.input(), {}, outcome), Error);
}

}  // namespace
}  // namespace perennial::models
