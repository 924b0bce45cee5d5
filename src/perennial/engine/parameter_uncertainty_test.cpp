#include "perennial/engine/parameter_uncertainty.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "perennial/models/value/lifetime_value.h"
#include "perennial/models/value/simulated.h"

namespace perennial::engine {
namespace {

ParameterUncertainty of_shop(std::size_t customers, std::vector<double>& closed_high) {
  const auto progress = make_quiet_progress();
  const Context context{.now = *parse_time("2024-12-31"), .threads = {2}, .progress = *progress};
  const std::vector<double> age(customers, 60.0);
  const models::SimulatedPurchases data = models::MbgNbd({1.1, 5, 0.8, 3.5}).simulate(age, 0, 3);
  std::vector<double> mean(customers);
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream stream(4, i);
    const double x = data.repeat_purchases[i];
    if (x > 0) mean[i] = stream.gamma(6 * x, stream.gamma(4, 15)) / x;
  }
  const models::Purchases::Input input = data.input();
  models::Spend::Input money;
  money.orders = data.repeat_purchases;
  money.mean_spend = mean;
  const models::PurchaseModel process = models::MbgNbd::fit(input, {});
  const models::GammaGamma spend = models::GammaGamma::fit(money, {});
  closed_high = models::lifetime_value(process, spend, input, mean, {}).high;
  return parameter_uncertainty(process, spend, input, mean, 0.1, context);
}

TEST(ParameterUncertainty, ShrinksWithTheShop) {
  std::vector<double> closed;
  const ParameterUncertainty tiny = of_shop(40, closed);
  const ParameterUncertainty small = of_shop(400, closed);
  const ParameterUncertainty large = of_shop(8000, closed);
  EXPECT_GT(tiny.orders, small.orders);
  EXPECT_GT(small.orders, 2 * large.orders);
  EXPECT_GT(large.orders, 0);
  EXPECT_LT(large.value, 0.1);
  EXPECT_TRUE(large.low.empty());
}

TEST(ParameterUncertainty, WidensTheIntervalsOfASmallShop) {
  std::vector<double> closed;
  const ParameterUncertainty small = of_shop(60, closed);
  ASSERT_EQ(small.high.size(), 60U);
  double wider = 0;
  double all = 0;
  for (std::size_t i = 0; i < closed.size(); ++i) {
    EXPECT_LE(small.low[i], small.high[i]);
    all += closed[i];
    wider += small.high[i];
  }
  EXPECT_GT(wider, all);
  EXPECT_LT(wider, 3 * all);
}

}  // namespace
}  // namespace perennial::engine
