#include "perennial/models/recommend/neighbours/item_neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Customers and the items they bought once each.
Interactions baskets(std::size_t items, const std::vector<std::vector<std::uint32_t>>& baskets) {
  SimulatedInteractions log{.customers = baskets.size(), .items = items};
  for (std::size_t c = 0; c < baskets.size(); ++c) {
    for (const std::uint32_t item : baskets[c]) {
      log.customer.push_back(static_cast<std::uint32_t>(c));
      log.item.push_back(item);
      log.weight.push_back(1);
      log.day.push_back({0});
    }
  }
  return Interactions::build(log.log());
}

TEST(ItemNeighbours, OfferWhatOthersBoughtTogetherWithTheReason) {
  // 0 and 1 go together, 2 and 3 go together; customer 4 has 0 only, customer 5 has 0 and 2.
  const Interactions shop = baskets(4, {{0, 1}, {0, 1}, {2, 3}, {2, 3}, {0}, {0, 2}});
  const auto model = ItemNeighbours::fit({shop}, {});
  const auto lists = model.predict({shop});
  EXPECT_THAT(lists.items_of(4), ElementsAre(1, 2));
  EXPECT_THAT(lists.because_of(4), ElementsAre(0, 0));
  EXPECT_THAT(lists.items_of(5), ElementsAre(3, 1));
  EXPECT_THAT(lists.because_of(5), ElementsAre(2, 0));
  EXPECT_NEAR(lists.scores_of(5)[0], 2 / std::sqrt(3.0 * 2.0), 1e-7);
}

TEST(ItemNeighbours, BreakEqualScoresByLowerItem) {
  const Interactions shop = baskets(5, {{4, 0, 3, 1}, {4}});
  const auto lists = ItemNeighbours::fit({shop}, {}).predict({.interactions = shop, .n = 2});
  EXPECT_THAT(lists.items_of(1), ElementsAre(0, 1));
}

TEST(ItemNeighbours, FilterBeforeChoosingTheBestAndReturnFewerWhenThereAreFewer) {
  const Interactions shop = baskets(5, {{0, 1, 2, 3}, {0, 1, 2}, {0, 1}, {0}});
  const auto model = ItemNeighbours::fit({shop}, {});
  const auto offered = [&](std::vector<std::uint8_t> blocked, SeenItems seen) {
    const auto lists =
        model.predict({.interactions = shop, .blocked = blocked, .seen = seen, .n = 2});
    const auto items = lists.items_of(3);
    return std::vector(items.begin(), items.end());
  };
  EXPECT_THAT(offered({}, SeenItems::kMask), ElementsAre(1, 2));
  EXPECT_THAT(offered({0, 1, 0, 0, 0}, SeenItems::kMask), ElementsAre(2, 3));
  EXPECT_THAT(offered({0, 1, 1, 0, 0}, SeenItems::kMask), ElementsAre(3));
  EXPECT_THAT(offered({0, 1, 1, 1, 1}, SeenItems::kMask), IsEmpty());
  EXPECT_THAT(offered({}, SeenItems::kKeep), ElementsAre(0, 1));
  EXPECT_THAT(offered({1, 0, 0, 0, 0}, SeenItems::kKeep), ElementsAre(1, 2));
}

TEST(ItemNeighbours, NameTheItemItselfAsTheReasonToBuyItAgain) {
  const Interactions shop = baskets(3, {{0, 1}, {0, 1}, {0}});
  const auto lists =
      ItemNeighbours::fit({shop}, {}).predict({.interactions = shop, .seen = SeenItems::kKeep});
  EXPECT_THAT(lists.items_of(2), ElementsAre(0, 1));
  EXPECT_THAT(lists.because_of(2), ElementsAre(0, 0));
}

TEST(ItemNeighbours, AgreeWithTheSlowVersion) {
  SimulatedInteractions log = simulate_interactions(40, 25, 6, 7);
  for (std::size_t r = 0; r < log.weight.size(); ++r) {
    log.weight[r] += 0.01 * static_cast<double>(r);  // no ties
  }
  const Interactions shop = Interactions::build(log.log());
  for (const Feedback feedback : {Feedback::kImplicit, Feedback::kExplicit}) {
    const bool rated = feedback == Feedback::kExplicit;
    const auto model = ItemNeighbours::fit(
        {shop}, {.similarity = {rated ? Similarity::kPearson : Similarity::kCosine},
                 .feedback = feedback,
                 .neighbours = 6,
                 .used = 2});
    std::vector<double> means(25, 0.0);
    const SparseRows columns = transpose(shop.view());
    for (std::size_t i = 0; i < 25; ++i) means[i] = mean_of(columns.view().row_values(i));

    const auto lists = model.predict({.interactions = shop, .seen = SeenItems::kKeep, .n = 25});
    for (std::size_t c = 0; c < 40; ++c) {
      std::map<std::uint32_t, double> expected;
      std::map<std::uint32_t, std::vector<std::pair<double, double>>> votes;
      for (std::size_t h = 0; h < shop.items_of(c).size(); ++h) {
        const std::uint32_t from = shop.items_of(c)[h];
        const double weight = static_cast<double>(shop.weights_of(c)[h]);
        if (!rated) expected[from] += weight;
        for (const ScoredItem& near : model.similar(from, 25)) {
          if (rated) {
            votes[near.item].emplace_back(-near.score, weight - means[from]);
          } else {
            expected[near.item] += weight * near.score;
          }
        }
      }
      for (auto& [item, list] : votes) {
        std::sort(list.begin(), list.end());
        list.resize(std::min<std::size_t>(2, list.size()));
        double sum = 0;
        double scale = 0;
        for (const auto& [negative, deviation] : list) {
          sum -= negative * deviation;
          scale -= negative;
        }
        expected[item] = means[item] + sum / scale;
      }
      ASSERT_EQ(lists.items_of(c).size(), expected.size());
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const std::uint32_t item = lists.items_of(c)[k];
        EXPECT_NEAR(lists.scores_of(c)[k], expected.at(item), 1e-9);
        if (k > 0) {
          EXPECT_GE(lists.scores_of(c)[k - 1], lists.scores_of(c)[k]);
        }
        if (rated) {
          const auto rating = model.rate(shop.items_of(c), shop.weights_of(c), item);
          EXPECT_DOUBLE_EQ(rating.value(), lists.scores_of(c)[k]);
        }
      }
    }
  }
}

TEST(ItemNeighbours, ListSimilarItemsBestFirstWithoutBlockedOnes) {
  const Interactions shop = baskets(4, {{0, 1, 2}, {0, 1}, {0, 3}, {0, 3}, {3}});
  const auto model = ItemNeighbours::fit({shop}, {});
  const auto similar = model.similar(0, 10);
  ASSERT_EQ(similar.size(), 3U);
  EXPECT_EQ(similar[0].item, 1U);
  EXPECT_NEAR(similar[0].score, 2 / std::sqrt(4.0 * 2.0), 1e-7);
  EXPECT_EQ(similar[1].item, 3U);
  EXPECT_NEAR(similar[1].score, 2 / std::sqrt(4.0 * 3.0), 1e-7);
  EXPECT_EQ(model.similar(0, 1).size(), 1U);
  const std::vector<std::uint8_t> blocked{0, 1, 0, 0};
  EXPECT_EQ(model.similar(0, 10, blocked)[0].item, 3U);
  EXPECT_THROW(model.similar(4, 1), Error);
}

TEST(ItemNeighbours, KeepTheMostSimilarOnly) {
  const Interactions shop = Interactions::build(simulate_interactions(200, 40, 8, 2).log());
  const auto full = ItemNeighbours::fit({shop}, {.neighbours = 0});
  const auto few = ItemNeighbours::fit({shop}, {.neighbours = 3});
  for (std::uint32_t item = 0; item < 40; ++item) {
    EXPECT_EQ(few.similar(item, 40), full.similar(item, 3));
  }
}

TEST(ItemNeighbours, AreAssociationRulesByConfidence) {
  // 3 have item 0, of whom 2 have item 1 and 1 has item 2.
  const Interactions shop = baskets(3, {{0, 1}, {0, 1}, {0, 2}, {2}});
  const auto model = ItemNeighbours::fit({shop}, {.similarity = {Similarity::kConfidence}});
  const std::vector<ScoredItem> rules{{1, 2.0 / 3}, {2, 1.0 / 3}};
  EXPECT_EQ(model.similar(0, 10), rules);
  EXPECT_EQ(model.similar(1, 10), (std::vector<ScoredItem>{{0, 1.0}}));
}

TEST(ItemNeighbours, OfferAgainWhatWasBoughtByItsOwnLift) {
  const Interactions shop = baskets(3, {{0, 1}, {0, 1}, {0}, {2}});
  const auto lists = ItemNeighbours::fit({shop}, {.similarity = {Similarity::kLift}})
                         .predict({.interactions = shop, .seen = SeenItems::kKeep});
  EXPECT_THAT(lists.items_of(3), ElementsAre(2));
  EXPECT_EQ(lists.scores_of(3)[0], 4);
}

TEST(ItemNeighbours, FollowTheLatestPurchaseOfAFadedHistory) {
  // 0 goes with 1, 2 with 3; the last customer bought 0 long ago and 2 lately.
  const std::vector<std::uint32_t> customer{0, 0, 1, 1, 2, 2};
  const std::vector<std::uint32_t> item{0, 1, 2, 3, 0, 2};
  const std::vector<double> weight(6, 1.0);
  const std::vector<Day> day{{0}, {0}, {0}, {0}, {0}, {90}};
  const Interactions shop = Interactions::build({3, 4, customer, item, weight, day});
  const auto lists = [&](const HistoryDecay& decay) {
    return ItemNeighbours::fit({shop}, {.decay = decay}).predict({shop});
  };
  EXPECT_THAT(lists({}).items_of(2), ElementsAre(1, 3));
  const auto faded = lists({.half_life_days = 45});
  EXPECT_THAT(faded.items_of(2), ElementsAre(3, 1));
  EXPECT_NEAR(faded.scores_of(2)[1], faded.scores_of(2)[0] / 4, 1e-9);
  EXPECT_THAT(lists({.per_day_back = 0.8}).items_of(2), ElementsAre(3, 1));
  EXPECT_THROW(ItemNeighbours::fit(
                   {shop}, {.feedback = Feedback::kExplicit, .decay = {.per_day_back = 0.8}}),
               Error);
}

TEST(FilledUp, KeepsTheFirstListAndAddsWhatItLacks) {
  const Interactions shop = baskets(5, {{0, 1}, {0}, {2, 3, 4}, {2, 3}, {2}, {}});
  const auto first = ItemNeighbours::fit({shop}, {}).predict({shop});
  const auto popular = Popularity::fit({shop}, {}).predict({shop});
  const auto filled = filled_up(first, popular, 3);
  EXPECT_THAT(first.items_of(1), ElementsAre(1));
  EXPECT_THAT(filled.items_of(1), ElementsAre(1, 2, 3));
  EXPECT_THAT(filled.because_of(1), ElementsAre(0, kNoItem, kNoItem));
  EXPECT_THAT(first.items_of(5), IsEmpty());
  EXPECT_THAT(filled.items_of(5), ElementsAre(2, 0, 3));
  EXPECT_EQ(filled.size(), 6U);
}

}  // namespace
}  // namespace perennial::models
