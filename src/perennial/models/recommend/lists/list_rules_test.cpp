#include "perennial/models/recommend/lists/list_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>

#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Day kAsOf{1000};
const double kUnknown = std::nan("");

// Candidate lists given by hand.
TopItems::Output lists_of(const std::vector<std::vector<ScoredItem>>& lists) {
  TopItems::Output out;
  for (const auto& list : lists) {
    for (const ScoredItem& scored : list) {
      out.items.push_back(scored.item);
      out.scores.push_back(scored.score);
      out.because.push_back(kNoItem);
    }
    out.begin.push_back(out.items.size());
  }
  return out;
}

// Nobody has anything, and the five items 0 .. 4 score 5 .. 1.
struct Shop {
  Interactions histories = Interactions::build({.customers = 1, .items = 6});
  ItemFacts facts;
  ListRules rules;
  TopItems::Output candidates = lists_of({{{0, 5}, {1, 4}, {2, 3}, {3, 2}, {4, 1}}});

  RuledLists made(std::size_t n = 3, const NeighbourLists* similar = nullptr) const {
    const auto excluded = excluded_items(facts, rules, 6);
    return make_lists(candidates, {.histories = histories,
                                   .facts = facts,
                                   .rules = rules,
                                   .excluded = excluded,
                                   .similar = similar,
                                   .as_of = kAsOf,
                                   .n = n});
  }
};

TEST(ListRules, WithoutRulesKeepTheBestCandidatesInTheirOrder) {
  const RuledLists made = Shop().made();
  EXPECT_THAT(made.lists.items, ElementsAre(0, 1, 2));
  EXPECT_THAT(made.lists.scores, ElementsAre(5, 4, 3));
  EXPECT_THAT(made.propensity, ElementsAre(1, 1, 1));
}

TEST(ListRules, ExcludeWhatIsUnavailableOrOutOfBoundsAndWhatIsUnknownToABound) {
  const ItemFacts facts{.unavailable = {1, 0, 0, 0},
                        .category = {0, 0, 1, kNoGroup},
                        .price = {5, 5, 20, kUnknown},
                        .margin = {.5, .1, .5, .5}};
  EXPECT_THAT(excluded_items(facts, {}, 4), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(excluded_items(facts, {.least_price = 10}, 4), ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(excluded_items(facts, {.most_price = 10}, 4), ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(excluded_items(facts, {.least_margin = .2}, 4), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(excluded_items(facts, {.only_categories = {1}}, 4), ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(excluded_items(facts, {.no_categories = {1}}, 4), ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(excluded_items({}, {.least_margin = 0}, 2), ElementsAre(1, 1));
}

TEST(ListRules, LetAGoodThatIsBoughtAgainComeBackWhenItIsDue) {
  const ItemFacts facts{.repeat_days = {30, 30, kUnknown}};
  const std::vector<std::uint32_t> items{0, 1, 2};
  const std::vector<Day> days{kAsOf + -24, kAsOf + -23, kAsOf + -500};
  EXPECT_THAT(kept_back(items, days, facts, {}, kAsOf), ElementsAre(1, 2));
  EXPECT_THAT(kept_back(items, days, {}, {}, kAsOf), ElementsAre(0, 1, 2));
}

TEST(ListRules, CapABrandAndCountPinnedItemsTowardIt) {
  Shop shop;
  shop.facts.brand = {7, 7, 7, 8, kNoGroup, kNoGroup};
  shop.rules.most_per_brand = 1;
  EXPECT_THAT(shop.made().lists.items, ElementsAre(0, 3, 4));
  shop.rules.pinned = {{.item = 2, .place = 2}, {.item = 1, .place = 1}};
  const RuledLists made = shop.made();
  EXPECT_THAT(made.lists.items, ElementsAre(1, 3, 4));
  EXPECT_EQ(made.placed[0], Placed::kPinned);
}

TEST(ListRules, PinAnItemThatNoModelOffered) {
  Shop shop;
  shop.rules.pinned = {{.item = 5, .place = 2}};
  const RuledLists made = shop.made();
  EXPECT_THAT(made.lists.items, ElementsAre(0, 5, 1));
  EXPECT_THAT(made.lists.scores, ElementsAre(5, 0, 4));
}

TEST(ListRules, PromoteByAFactorOfTheScore) {
  Shop shop;
  shop.rules.promoted = {{.item = 3, .factor = 2.25}};
  const RuledLists made = shop.made();
  EXPECT_THAT(made.lists.items, ElementsAre(0, 3, 1));
  EXPECT_EQ(made.placed[1], Placed::kPromoted);
}

TEST(ListRules, PreferWhatIsUnlikeTheListSoFar) {
  Shop shop;
  // 0 and 1 are nearly the same.
  const NeighbourLists similar{
      .begin = {0, 1, 2, 2, 2, 2, 2}, .rows = {1, 0}, .similarities = {.9, .9}};
  shop.rules.relevance = .5;
  EXPECT_THAT(shop.made(3, &similar).lists.items, ElementsAre(0, 2, 3));
  shop.rules.relevance = 1;
  EXPECT_THAT(shop.made(3, &similar).lists.items, ElementsAre(0, 1, 2));
}

TEST(ListRules, DrawTheLastPlacesWithTheProbabilityTheyName) {
  Shop shop;
  shop.rules.exploration_slots = 1;
  const auto excluded = excluded_items(shop.facts, shop.rules, 6);
  std::map<std::uint32_t, int> drawn;
  constexpr int kDraws = 4000;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const RuledLists made = make_lists(shop.candidates, {.histories = shop.histories,
                                                         .facts = shop.facts,
                                                         .rules = shop.rules,
                                                         .excluded = excluded,
                                                         .as_of = kAsOf,
                                                         .n = 3,
                                                         .seed = seed});
    ASSERT_THAT(made.propensity, ElementsAre(1, 1, .25));  // items 2 .. 5
    EXPECT_EQ(made.placed[2], Placed::kExplored);
    ++drawn[made.lists.items[2]];
  }
  ASSERT_EQ(drawn.size(), 4U);
  for (const auto& [item, times] : drawn) EXPECT_NEAR(times, kDraws / 4, 150) << item;
}

TEST(ListRules, RefuseWhatDoesNotFitByName) {
  Shop shop;
  shop.rules.relevance = 1.5;
  EXPECT_THAT(message_of([&] { shop.made(); }), HasSubstr("relevance is 1.5, needs to be in 0..1"));
  shop = {};
  shop.rules.pinned = {{.item = 9, .place = 1}};
  EXPECT_THAT(message_of([&] { shop.made(); }), HasSubstr("item 9 is pinned to place 1"));
  shop = {};
  shop.rules.promoted = {{.item = 1, .factor = 0}};
  EXPECT_THAT(message_of([&] { shop.made(); }), HasSubstr("item 1 is promoted by 0"));
  shop = {};
  shop.facts.price = {1};
  EXPECT_THAT(message_of([&] { shop.made(); }), HasSubstr("price has 1 entries, needs 6 or none"));
  shop = {};
  shop.rules.least_price = 3;
  shop.rules.most_price = 2;
  EXPECT_THAT(message_of([&] { shop.made(); }), HasSubstr("least_price is 3, above most_price, 2"));
}

// Items 4 and 5 are to be explored, 4 with twice the chance of 5; item 3 too, but no list may hold it.
TEST(ListRules, DrawWhatIsToBeExploredInProportionToItsPlaceAndSayHowLikelyThatWas) {
  Shop shop;
  shop.rules.exploration_slots = 1;
  shop.facts.unavailable = {0, 0, 0, 1, 0, 0};
  const auto excluded = excluded_items(shop.facts, shop.rules, 6);
  const TopItems::Output to_explore = lists_of({{{3, 9}, {4, 3}, {5, 2}}});
  constexpr std::uint64_t kDraws = 3000;
  double share_of_4 = 0;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const RuledLists made = make_lists(shop.candidates, {.histories = shop.histories,
                                                         .facts = shop.facts,
                                                         .rules = shop.rules,
                                                         .excluded = excluded,
                                                         .to_explore = &to_explore,
                                                         .as_of = kAsOf,
                                                         .n = 3,
                                                         .seed = seed});
    EXPECT_THAT(made.lists.items, ElementsAre(0, 1, testing::AnyOf(4U, 5U)));
    const bool is_4 = made.lists.items[2] == 4;
    share_of_4 += is_4 ? 1.0 / kDraws : 0;
    EXPECT_DOUBLE_EQ(made.propensity[2], is_4 ? 0.6 : 0.4);  // 1 / 2 and 1 / 3
    EXPECT_EQ(made.placed[2], Placed::kExplored);
  }
  EXPECT_NEAR(share_of_4, 0.6, 0.03);
}

TEST(ListRules, DrawAnyItemForACustomerWithNothingToExplore) {
  Shop shop;
  shop.rules.exploration_slots = 1;
  const auto excluded = excluded_items(shop.facts, shop.rules, 6);
  const TopItems::Output nothing = lists_of({{}});
  const RuledLists made = make_lists(shop.candidates, {.histories = shop.histories,
                                                       .facts = shop.facts,
                                                       .rules = shop.rules,
                                                       .excluded = excluded,
                                                       .to_explore = &nothing,
                                                       .as_of = kAsOf,
                                                       .n = 3});
  EXPECT_EQ(made.lists.items.size(), 3U);
  EXPECT_DOUBLE_EQ(made.propensity[2], 0.25);
}

TEST(ListRules, GiveThePlacesThatHaveNothingToExploreToTheRanking) {
  Shop shop;
  shop.rules.exploration_slots = 2;
  const auto excluded = excluded_items(shop.facts, shop.rules, 6);
  const std::vector<std::uint8_t> explorable = {0, 0, 0, 0, 1, 0};
  const RuledLists made = make_lists(shop.candidates, {.histories = shop.histories,
                                                       .facts = shop.facts,
                                                       .rules = shop.rules,
                                                       .excluded = excluded,
                                                       .explorable = explorable,
                                                       .as_of = kAsOf,
                                                       .n = 3});
  EXPECT_THAT(made.lists.items, ElementsAre(0, 4, 1));
  EXPECT_THAT(made.placed, ElementsAre(Placed::kRanked, Placed::kExplored, Placed::kRanked));
  EXPECT_THAT(made.propensity, ElementsAre(1, 1, 1));
}

// A shop and rules of any kind.
struct AnyShop {
  static constexpr std::size_t kItems = 25;
  static constexpr std::size_t kCustomers = 12;
  Interactions histories;
  ItemFacts facts;
  ListRules rules;
  std::vector<std::uint8_t> excluded, explorable;
  NeighbourLists similar;
  TopItems::Output candidates;
  std::size_t n = 0;

  explicit AnyShop(std::uint64_t seed) {
    RandomStream random(seed, 0);
    SimulatedInteractions log = simulate_interactions(kCustomers, kItems, 4, seed);
    for (Day& day : log.day) day = kAsOf + -static_cast<std::int32_t>(random.below(60));
    histories = Interactions::build(log.log());
    draw_facts(random);
    draw_rules(random);
    excluded = excluded_items(facts, rules, kItems);
    for (std::size_t i = 0; i < kItems; ++i) {
      explorable.push_back(random.bernoulli(.5) ? 1 : 0);
      for (std::uint32_t other = 0; other < kItems; ++other) {
        if (!random.bernoulli(.2)) continue;
        similar.rows.push_back(other);
        similar.similarities.push_back(random.uniform());
      }
      similar.begin.push_back(similar.rows.size());
    }
    std::vector<std::vector<ScoredItem>> lists(kCustomers);
    for (auto& list : lists) {
      for (std::uint32_t item = 0; item < kItems; ++item)
        if (random.bernoulli(.7)) list.push_back({item, random.uniform() * 3});
      std::ranges::sort(list, std::greater(), &ScoredItem::score);
    }
    candidates = lists_of(lists);
    n = 1 + random.below(12);
  }

  RuledLists made(int threads) const {
    return make_lists(candidates, {.histories = histories,
                                   .facts = facts,
                                   .rules = rules,
                                   .excluded = excluded,
                                   .explorable = explorable,
                                   .similar = &similar,
                                   .as_of = kAsOf,
                                   .n = n,
                                   .threads = {threads}});
  }

 private:
  void draw_facts(RandomStream& random) {
    for (std::size_t i = 0; i < kItems; ++i) {
      facts.unavailable.push_back(random.bernoulli(.2) ? 1 : 0);
      facts.category.push_back(random.bernoulli(.1) ? kNoGroup
                                                    : static_cast<std::uint32_t>(random.below(4)));
      facts.brand.push_back(random.bernoulli(.2) ? kNoGroup
                                                 : static_cast<std::uint32_t>(random.below(3)));
      facts.price.push_back(random.bernoulli(.1) ? kUnknown : random.uniform() * 10);
      facts.margin.push_back(random.bernoulli(.1) ? kUnknown : random.uniform());
      facts.repeat_days.push_back(random.bernoulli(.6) ? kUnknown : random.uniform() * 40);
    }
  }
  void draw_rules(RandomStream& random) {
    if (random.bernoulli(.3)) rules.least_price = random.uniform() * 4;
    if (random.bernoulli(.3)) rules.most_price = 4 + random.uniform() * 6;
    if (random.bernoulli(.3)) rules.least_margin = random.uniform() / 2;
    if (random.bernoulli(.3)) rules.only_categories = {0, 1, 2};
    if (random.bernoulli(.3)) rules.no_categories = {1};
    if (random.bernoulli(.5)) rules.most_per_brand = 1 + random.below(3);
    if (random.bernoulli(.5)) rules.most_per_category = 1 + random.below(4);
    for (std::size_t k = random.below(4); k > 0; --k)
      rules.pinned.push_back(
          {static_cast<std::uint32_t>(random.below(kItems)), 1 + random.below(6)});
    for (std::size_t k = random.below(4); k > 0; --k)
      rules.promoted.push_back(
          {static_cast<std::uint32_t>(random.below(kItems)), random.uniform() * 5});
    if (random.bernoulli(.5)) rules.relevance = random.uniform();
    rules.exploration_slots = random.below(4);
    rules.due_share = random.uniform();
  }
};

// The rules once more, item by item, as one would say them.
bool may_show(const AnyShop& shop, std::uint32_t item) {
  const ItemFacts& f = shop.facts;
  const ListRules& r = shop.rules;
  const bool is_listed =
      r.only_categories.empty() || std::ranges::count(r.only_categories, f.category[item]) > 0;
  const bool is_barred = std::ranges::count(r.no_categories, f.category[item]) > 0;
  const bool price_fits = (!r.least_price || f.price[item] >= *r.least_price) &&
                          (!r.most_price || f.price[item] <= *r.most_price);
  return f.unavailable[item] == 0 && is_listed && !is_barred && price_fits &&
         (!r.least_margin || f.margin[item] >= *r.least_margin);
}

RC_GTEST_PROP(ListRules, NeverShowAnItemThatARuleExcludes, ()) {
  const AnyShop shop(*rc::gen::arbitrary<std::uint32_t>());
  const RuledLists made = shop.made(2);
  for (std::size_t c = 0; c < AnyShop::kCustomers; ++c) {
    const auto list = made.lists.items_of(c);
    RC_ASSERT(list.size() <= shop.n);
    std::map<std::uint32_t, std::size_t> brands, categories, times;
    const auto history = shop.histories.items_of(c);
    for (const std::uint32_t item : list) {
      RC_ASSERT(may_show(shop, item));
      RC_ASSERT(++times[item] == 1U);
      ++brands[shop.facts.brand[item]];
      ++categories[shop.facts.category[item]];
      const auto had = std::ranges::find(history, item);
      if (had == history.end()) continue;
      const Day last =
          shop.histories.last_days_of(c)[static_cast<std::size_t>(had - history.begin())];
      RC_ASSERT(kAsOf - last >= shop.rules.due_share * shop.facts.repeat_days[item]);
    }
    for (const auto& [brand, count] : brands)
      RC_ASSERT(brand == kNoGroup || shop.rules.most_per_brand == 0 ||
                count <= shop.rules.most_per_brand);
    for (const auto& [category, count] : categories)
      RC_ASSERT(category == kNoGroup || shop.rules.most_per_category == 0 ||
                count <= shop.rules.most_per_category);
  }
}

RC_GTEST_PROP(ListRules, DoNotDependOnThreadsAndNameEveryPropensity, ()) {
  const AnyShop shop(*rc::gen::arbitrary<std::uint32_t>());
  const RuledLists one = shop.made(1);
  const RuledLists many = shop.made(8);
  RC_ASSERT(one.lists == many.lists);
  RC_ASSERT(one.propensity == many.propensity);
  RC_ASSERT(one.placed == many.placed);
  for (std::size_t k = 0; k < one.placed.size(); ++k) {
    RC_ASSERT(one.propensity[k] > 0 && one.propensity[k] <= 1);
    if (one.placed[k] != Placed::kExplored) RC_ASSERT(one.propensity[k] == 1.0);
  }
}

TEST(ListRules, OfNobodyAreNoLists) {
  Shop shop;
  shop.candidates = {};
  shop.histories = Interactions::build({.customers = 0, .items = 6});
  EXPECT_THAT(shop.made().lists.items, IsEmpty());
}

}  // namespace
}  // namespace perennial::models
