#include "perennial/models/recommend/popularity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "perennial/base/error.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;

// Item 0: three buyers long ago; item 1: two lately; item 2: one today; item 3: nobody.
Interactions shop() {
  const std::vector<std::uint32_t> customer{0, 1, 2, 0, 1, 0};
  const std::vector<std::uint32_t> item{0, 0, 0, 1, 1, 2};
  const std::vector<double> weight{1, 1, 1, 1, 1, 100};
  const std::vector<Day> day{{0}, {0}, {0}, {90}, {90}, {100}};
  return Interactions::build({4, 4, customer, item, weight, day});
}

TEST(Popularity, CountsBuyersNotPieces) {
  const Interactions interactions = shop();
  const auto model = Popularity::fit({interactions}, {});
  EXPECT_THAT(model.scores(), ElementsAre(3, 2, 1, 0));
  const auto lists = model.predict({interactions});
  EXPECT_THAT(lists.items_of(3), ElementsAre(0, 1, 2));
  EXPECT_THAT(lists.items_of(1), ElementsAre(2));
  EXPECT_TRUE(lists.items_of(0).empty());
  const auto kept = model.predict({.interactions = interactions, .seen = SeenItems::kKeep, .n = 2});
  EXPECT_THAT(kept.items_of(0), ElementsAre(0, 1));
}

TEST(Popularity, HalvesABuyerEveryHalfLife) {
  const Interactions interactions = shop();
  const auto model = Popularity::fit({interactions}, {.half_life_days = 10});
  EXPECT_THAT(model.scores(), ElementsAre(3 * std::exp2(-10), 1, 1, 0));
  EXPECT_THAT(model.predict({interactions}).items_of(3), ElementsAre(1, 2, 0));
}

TEST(Popularity, ForgetsBuyersOutsideTheWindow) {
  const Interactions interactions = shop();
  EXPECT_THAT(Popularity::fit({interactions}, {.window_days = 10}).scores(),
              ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(Popularity::fit({interactions}, {.window_days = 11}).scores(),
              ElementsAre(0, 2, 1, 0));
  EXPECT_THAT(Popularity::fit({interactions}, {.window_days = 11, .as_of = Day{95}}).scores(),
              ElementsAre(0, 2, 1, 0));
}

TEST(Popularity, NeverReturnsBlockedItems) {
  const Interactions interactions = shop();
  const std::vector<std::uint8_t> blocked{1, 0, 0, 0};
  const auto lists = Popularity::fit({interactions}, {})
                         .predict({.interactions = interactions, .blocked = blocked});
  EXPECT_THAT(lists.items_of(3), ElementsAre(1, 2));
}

TEST(Popularity, RefusesOptionsOutOfRangeByName) {
  const Interactions interactions = shop();
  const auto message = [&](const Popularity::Options& options) -> std::string {
    try {
      Popularity::fit({interactions}, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message({.half_life_days = 0}), "popularity: half_life_days is 0, needs to be above 0");
  EXPECT_EQ(message({.half_life_days = std::nan("")}),
            "popularity: half_life_days is nan, needs to be above 0");
  EXPECT_EQ(message({.window_days = 0}), "popularity: window_days is 0, needs at least 1");
}

}  // namespace
}  // namespace perennial::models
