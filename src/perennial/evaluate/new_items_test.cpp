#include "perennial/evaluate/new_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perennial/base/error.h"
#include "perennial/models/recommend/lists/item_facts.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using ::testing::ElementsAre;

Interactions rows(std::size_t items, const std::vector<std::vector<std::uint32_t>>& of_customer) {
  std::vector<std::uint32_t> customer, item;
  for (std::uint32_t c = 0; c < of_customer.size(); ++c)
    for (const std::uint32_t i : of_customer[c]) {
      customer.push_back(c);
      item.push_back(i);
    }
  return Interactions::build({of_customer.size(), items, customer, item,
                              std::vector(item.size(), 1.0), std::vector(item.size(), Day{0})});
}

// Items 0 to 2 are known, 3 to 7 new, of which 7 is blocked.
class NewItems : public ::testing::Test {
 protected:
  Interactions train_ = rows(8, {{0, 1}, {0}, {2}, {}});
  Interactions test_ = rows(8, {{1, 3}, {4, 5, 7}, {0}, {6}});
  std::vector<std::uint8_t> blocked_ = {0, 0, 0, 0, 0, 0, 0, 1};
  NewItemsQuestion question_ = about_new_items(train_, test_, blocked_, 100);
};

TEST_F(NewItems, AreAskedForOfCustomersWithAHistoryWhoBoughtOne) {
  EXPECT_EQ(question_.new_items, 4U);
  EXPECT_EQ(question_.without_history, 1U);
  ASSERT_EQ(question_.histories.customers(), 2U);
  EXPECT_THAT(question_.histories.items_of(0), ElementsAre(0, 1));
  EXPECT_THAT(question_.wanted.items_of(0), ElementsAre(3));
  EXPECT_THAT(question_.wanted.items_of(1), ElementsAre(4, 5));
  EXPECT_THAT(question_.blocked, ElementsAre(1, 1, 1, 0, 0, 0, 0, 1));
}

TEST_F(NewItems, AreAskedForOfNoMoreCustomersThanWished) {
  EXPECT_EQ(about_new_items(train_, test_, {}, 1).histories.customers(), 1U);
}

// The slow way: every draw of k of n.
TEST_F(NewItems, AreHitByChanceAsOftenAsAllDrawsSay) {
  for (const std::size_t k : {1U, 2U, 3U, 4U, 9U}) {
    double hits = 0;
    for (std::size_t c = 0; c < 2; ++c) {
      double draws = 0, good = 0;
      for (unsigned drawn = 0; drawn < 16; ++drawn) {
        if (static_cast<std::size_t>(__builtin_popcount(drawn)) != std::min<std::size_t>(k, 4))
          continue;
        ++draws;
        bool hit = false;
        for (const std::uint32_t item : question_.wanted.items_of(c))
          hit = hit || (drawn >> (item - 3) & 1U) != 0;
        good += hit ? 1 : 0;
      }
      hits += good / draws / 2;
    }
    const NewItemsFigures found = figures_by_chance(question_, k, {});
    EXPECT_NEAR(found.hit_rate.value, hits, 1e-12) << k;
    EXPECT_NEAR(found.recall.value, std::min(1.0, static_cast<double>(k) / 4), 1e-12);
  }
}

TEST_F(NewItems, OfCategoriesThatSellComeFirst) {
  // Category 1: items 0 and 2 with 3 entries, 3 / 3; category 2: item 1 with one, 1 / 2; nothing is known of item 6.
  const std::vector<std::uint32_t> category = {1, 2, 1, 2, 1, 2, models::kNoGroup, 1};
  const auto popular = by_category_popularity(question_, train_, category, 10);
  EXPECT_THAT(popular.items_of(0), ElementsAre(4, 3, 5));
  EXPECT_THAT(popular.items_of(1), ElementsAre(4, 3, 5));
  const auto own = by_own_categories(question_, category, 10);
  EXPECT_THAT(own.items_of(0), ElementsAre(3, 4, 5));
  EXPECT_THAT(own.items_of(1), ElementsAre(4));
  const NewItemsFigures found = figures_of(own, question_, 1, {});
  EXPECT_EQ(found.hit_rate.value, 1);
  EXPECT_EQ(found.recall.value, 0.75);
}

TEST_F(NewItems, OfAnotherNumberingAreRefused) {
  EXPECT_THROW(about_new_items(train_, rows(7, {{}, {}, {}, {}}), {}, 9), Error);
  EXPECT_THROW(about_new_items(train_, test_, std::vector<std::uint8_t>(3), 9), Error);
  EXPECT_THROW(by_own_categories(question_, std::vector<std::uint32_t>(3), 9), Error);
}

}  // namespace
}  // namespace perennial::evaluate
