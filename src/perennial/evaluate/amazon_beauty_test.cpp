// Figures computed independently on Amazon Beauty 5-core, for the models that count.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/popularity.h"

namespace perennial::evaluate {
namespace {

using models::ItemNeighbours;
using models::Popularity;
using models::TopItems;

TEST(AmazonBeautySlow, GivesTheIndependentFigures) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const AmazonBeauty beauty = read_amazon_beauty();
  EXPECT_EQ(beauty.history.customers(), 22'363U);
  EXPECT_EQ(beauty.items, 12'101U);

  const TopItems::Input ask{.interactions = beauty.history, .n = beauty.items};
  const auto model = ItemNeighbours::fit({beauty.train}, {.neighbours = 100});
  const Accuracy near = accuracy_at_10(model.predict(ask), beauty.test);
  EXPECT_NEAR(near.hit_rate, 0.0555, 0.00005);
  EXPECT_NEAR(near.ndcg, 0.0318, 0.00005);

  const TopItems::Input ask_few{.interactions = beauty.history, .n = 200};
  const Accuracy popular =
      accuracy_at_10(Popularity::fit({beauty.train}, {}).predict(ask_few), beauty.test);
  EXPECT_NEAR(popular.hit_rate, 0.0120, 0.00005);
}

}  // namespace
}  // namespace perennial::evaluate
