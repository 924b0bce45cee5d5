#include "perennial/models/recommend/neighbours/history_decay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "perennial/models/model_testing.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

// One customer: item 0 on day 0, items 1 and 2 on day 10, item 3 (weight 4) on day 30.
Interactions history() {
  const std::vector<std::uint32_t> customer(4, 0);
  const std::vector<std::uint32_t> item{0, 1, 2, 3};
  const std::vector<double> weight{1, 1, 2, 4};
  const std::vector<Day> day{{0}, {10}, {10}, {30}};
  return Interactions::build({2, 4, customer, item, weight, day});
}

TEST(HistoryDecay, HalvesAWeightForEachHalfLifeBeforeTheLastDay) {
  EXPECT_THAT(FadedHistory({.half_life_days = 10}).weights(history(), 0),
              ElementsAre(FloatEq(0.125F), FloatEq(0.25F), FloatEq(0.5F), FloatEq(4)));
}

TEST(HistoryDecay, CountsDaysOfActivityNotItems) {
  EXPECT_THAT(FadedHistory({.per_day_back = 0.8}).weights(history(), 0),
              ElementsAre(FloatEq(0.64F), FloatEq(0.8F), FloatEq(1.6F), FloatEq(4)));
}

TEST(HistoryDecay, LeavesWeightsAloneByDefaultAndEmptyHistoriesEmpty) {
  const Interactions shop = history();
  EXPECT_EQ(FadedHistory({}).weights(shop, 0).data(), shop.weights_of(0).data());
  EXPECT_TRUE(FadedHistory({.per_day_back = 0.8}).weights(shop, 1).empty());
}

TEST(HistoryDecay, NeverReachesZero) {
  EXPECT_GT(FadedHistory({.half_life_days = 1e-3}).weights(history(), 0)[0], 0);
}

TEST(HistoryDecay, RefusesValuesOutsideTheirRange) {
  const auto message = [](const HistoryDecay& decay) {
    return message_of([&] { validate(decay, "test"); });
  };
  EXPECT_EQ(message({}), "accepted");
  EXPECT_EQ(message({.half_life_days = -1}),
            "test: half_life_days is -1, needs to be 0 (never) or more");
  EXPECT_EQ(message({.per_day_back = 0}),
            "test: per_day_back is 0, needs to be above 0, at most 1");
  EXPECT_EQ(message({.per_day_back = std::nan("")}),
            "test: per_day_back is nan, needs to be above 0, at most 1");
}

}  // namespace
}  // namespace perennial::models
