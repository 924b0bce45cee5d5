#include "perennial/models/recommend/factors/factor_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/factors/als_factorisation.h"
#include "perennial/models/recommend/factors/factor_ranking.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

FactorPair shop_factors() {
  const Interactions shop = Interactions::build(simulate_interactions(600, 600, 10, 1).log());
  return factorise(shop, {.factors = 32, .epochs = 3});
}

double recall(const FactorIndex& index, const FactorPair& pair, std::size_t effort,
              std::span<const std::uint8_t> blocked) {
  const FactorRanking ranking(pair.items);
  std::size_t found = 0;
  for (std::size_t c = 0; c < 200; ++c) {
    const auto exact = ranking.best(pair.customers.span_of(c), 20, blocked);
    const auto quick = index.best(pair.customers.span_of(c), 20, effort, blocked);
    for (const ScoredItem& item : exact) {
      found += std::any_of(quick.begin(), quick.end(),
                           [&](const ScoredItem& other) { return other.item == item.item; });
    }
  }
  return static_cast<double>(found) / (200 * 20);
}

TEST(FactorIndex, FindsNearlyAllOfTheExactListAndMoreWithMoreEffort) {
  const FactorPair pair = shop_factors();
  const FactorIndex index(pair.items, {.build_effort = 60});
  EXPECT_GT(recall(index, pair, 100, {}), 0.98);
  EXPECT_GE(recall(index, pair, 400, {}), recall(index, pair, 20, {}));
}

TEST(FactorIndex, WalksThroughBlockedItemsAndNeverReturnsThem) {
  const FactorPair pair = shop_factors();
  const FactorIndex index(pair.items, {.build_effort = 60});
  std::vector<std::uint8_t> blocked(pair.items.rows());
  for (std::size_t i = 0; i < blocked.size(); i += 2) blocked[i] = 1;
  for (const ScoredItem& item : index.best(pair.customers.span_of(0), 50, 100, blocked))
    EXPECT_EQ(blocked[item.item], 0);
  EXPECT_GT(recall(index, pair, 100, blocked), 0.98);
}

TEST(FactorIndex, OrdersByProductAndIsTheSameEachTime) {
  const FactorPair pair = shop_factors();
  const FactorIndex index(pair.items, {.build_effort = 50});
  const FactorIndex again(pair.items, {.build_effort = 50});
  for (std::size_t c = 0; c < 50; ++c) {
    const auto list = index.best(pair.customers.span_of(c), 10);
    EXPECT_EQ(list, again.best(pair.customers.span_of(c), 10));
    EXPECT_TRUE(std::is_sorted(list.begin(), list.end(),
                               [](const auto& a, const auto& b) { return a.score > b.score; }));
  }
}

TEST(FactorIndex, HoldsNoItemOneItemAndEqualItems) {
  const std::vector<float> vector(16, 1.0F);
  EXPECT_TRUE(FactorIndex(Factors(0, 16), {}).best(vector, 3).empty());
  EXPECT_EQ(FactorIndex(Factors(1, 16), {}).best(vector, 3).size(), 1U);
  EXPECT_EQ(FactorIndex(Factors(100, 16), {}).best(vector, 3).size(), 3U);
}

TEST(FactorIndex, RefusesOptionsOutOfRangeByName) {
  EXPECT_THAT(message_of([] { FactorIndex(Factors(1, 16), {.links = 1}); }),
              HasSubstr("links is 1, must lie in 2..1000"));
  EXPECT_THAT(message_of([] { FactorIndex(Factors(1, 16), {.build_effort = 3}); }),
              HasSubstr("build_effort is 3, needs at least links (16)"));
}

}  // namespace
}  // namespace perennial::models
