#include "perennial/models/recommend/lists/ranker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "perennial/base/files.h"
#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/lists/blend.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kItems = 60;
constexpr Day kAsOf{500};

// Customers keep to one of three categories; two models offer items of all of them, and know little of what will be wanted.
struct World {
  Interactions histories, wanted;
  ItemFacts facts;
  std::vector<double> buyers = std::vector<double>(kItems, 1.0);
  std::vector<TopItems::Output> sources;

  World(std::size_t customers, std::uint64_t seed) {
    RandomStream random(seed, 0);
    for (std::uint32_t i = 0; i < kItems; ++i) {
      facts.category.push_back(i % 3);
      facts.price.push_back(i == 0 ? std::nan("") : 1 + i);
    }
    std::vector<std::uint32_t> who, had, wish;
    for (std::uint32_t u = 0; u < customers; ++u) {
      const auto taste = static_cast<std::uint32_t>(random.below(3));
      for (int k = 0; k < 4; ++k) {
        who.push_back(u);
        had.push_back(taste + 3 * static_cast<std::uint32_t>(random.below(kItems / 3)));
      }
      wish.push_back(taste + 3 * static_cast<std::uint32_t>(random.below(kItems / 3)));
    }
    histories = built(customers, who, had);
    std::vector<std::uint32_t> everyone(customers);
    std::iota(everyone.begin(), everyone.end(), 0U);
    wanted = built(customers, everyone, wish);
    for (int s = 0; s < 2; ++s) sources.push_back(offered(customers, wish, random));
  }

  RankerInput input(Threads threads = {}) const {
    return {.sources = sources,
            .histories = histories,
            .facts = facts,
            .buyers = buyers,
            .as_of = kAsOf,
            .threads = threads};
  }

 private:
  static Interactions built(std::size_t customers, std::span<const std::uint32_t> customer,
                            std::span<const std::uint32_t> item) {
    const std::vector<double> weight(item.size(), 1.0);
    const std::vector<Day> day(item.size(), kAsOf + -10);
    return Interactions::build({.customers = customers,
                                .items = kItems,
                                .customer = customer,
                                .item = item,
                                .weight = weight,
                                .day = day});
  }
  static TopItems::Output offered(std::size_t customers, std::span<const std::uint32_t> wish,
                                  RandomStream& random) {
    TopItems::Output lists;
    for (std::size_t u = 0; u < customers; ++u) {
      std::vector<ScoredItem> list;
      for (std::uint32_t i = 0; i < kItems; ++i) {
        if (random.bernoulli(.3) || i == wish[u])
          list.push_back({i, random.uniform() + (i == wish[u] ? .2 : 0)});
      }
      std::ranges::sort(list, std::greater(), &ScoredItem::score);
      for (const ScoredItem& scored : list) {
        lists.items.push_back(scored.item);
        lists.scores.push_back(scored.score);
        lists.because.push_back(scored.item);
      }
      lists.begin.push_back(lists.items.size());
    }
    return lists;
  }
};

double hit_rate(const TopItems::Output& lists, const Interactions& wanted) {
  double hits = 0;
  for (std::size_t u = 0; u < lists.size(); ++u)
    hits += static_cast<double>(std::ranges::count(lists.items_of(u), wanted.items_of(u)[0]));
  return hits / static_cast<double>(lists.size());
}

constexpr Ranker::Options kQuick{.trees = {.most_rounds = 30, .patience = 10}};

class RankerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!boosted_trees_available()) GTEST_SKIP() << "this build has no XGBoost";
  }
};

TEST_F(RankerTest, FindsWhatNoModelSaysAndABlendCannotSee) {
  const World learnt(700, 1);
  const World fresh(400, 2);
  const Ranker ranker = Ranker::fit(learnt.input(), learnt.wanted, kQuick);
  const Blend blend = Blend::fit(learnt.sources, learnt.wanted, {});
  const double ranked = hit_rate(ranker.mix(fresh.input(), 2).lists, fresh.wanted);
  const double blended = hit_rate(blend.mix(fresh.sources, 2).lists, fresh.wanted);
  EXPECT_GT(ranked, blended + .1);
}

TEST_F(RankerTest, DoesNotDependOnThreadsAndSurvivesSaving) {
  const World world(300, 3);
  const Ranker one = Ranker::fit(world.input({1}), world.wanted, kQuick);
  const Ranker many = Ranker::fit(world.input({8}), world.wanted, kQuick);
  EXPECT_EQ(framed(one), framed(many));
  const Ranker again = loaded<Ranker>(framed(one));
  const auto lists = one.mix(world.input({1}), 5);
  const auto others = again.mix(world.input({8}), 5);
  EXPECT_EQ(lists.lists, others.lists);
  EXPECT_EQ(lists.source, others.source);
}

TEST_F(RankerTest, AnswersACustomerWithoutCandidatesOrHistory) {
  World world(300, 4);
  const Ranker ranker = Ranker::fit(world.input(), world.wanted, kQuick);
  world.histories = Interactions::build({.customers = 2, .items = kItems});
  world.sources = {
      TopItems::Output{.begin = {0, 0, 1}, .items = {5}, .scores = {1}, .because = {5}},
      TopItems::Output{.begin = {0, 0, 0}, .items = {}, .scores = {}, .because = {}}};
  const auto mixed = ranker.mix(world.input(), 5);
  EXPECT_TRUE(mixed.lists.items_of(0).empty());
  EXPECT_EQ(mixed.lists.items_of(1)[0], 5U);
}

TEST_F(RankerTest, RefusesWhatDoesNotFitByName) {
  const World few(100, 5);
  EXPECT_THAT(message_of([&] { Ranker::fit(few.input(), few.wanted, kQuick); }),
              HasSubstr("100 customers came to want what was offered, needs 200; use a blend"));
  World world(300, 6);
  world.buyers.pop_back();
  EXPECT_THAT(message_of([&] { Ranker::fit(world.input(), world.wanted, kQuick); }),
              HasSubstr("buyers of 59"));
  world = World(300, 6);
  world.facts.price.pop_back();
  EXPECT_THAT(message_of([&] { Ranker::fit(world.input(), world.wanted, kQuick); }),
              HasSubstr("price has 59 entries"));
  ByteWriter nonsense;
  nonsense.scalar<std::uint64_t>(0);
  EXPECT_THROW(loaded<Ranker>(frame(Ranker::kId, nonsense)), Error);
}

TEST_F(RankerTest, HasADocumentationPage) {
  EXPECT_FALSE(read_file(PERENNIAL_SOURCE_DIR "/docs/models/recommend.ranker.md").empty());
}

}  // namespace
}  // namespace perennial::models
