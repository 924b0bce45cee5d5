#include "perennial/models/recommend/lists/blend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "perennial/base/files.h"
#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"

namespace perennial::models {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kItems = 40;

// Models that know a customer's wish more or less: each offers half the items, the wish with the given chance of a high
// score.
struct World {
  std::vector<TopItems::Output> sources;
  Interactions wanted;

  World(std::size_t customers, const std::vector<double>& skill, std::uint64_t seed) {
    RandomStream random(seed, 0);
    std::vector<std::uint32_t> customer, item;
    for (std::uint32_t u = 0; u < customers; ++u) {
      customer.push_back(u);
      item.push_back(static_cast<std::uint32_t>(random.below(kItems)));
    }
    for (const double chance : skill) {
      TopItems::Output lists;
      for (std::uint32_t u = 0; u < customers; ++u) {
        std::vector<ScoredItem> list;
        for (std::uint32_t i = 0; i < kItems; ++i) {
          if (random.bernoulli(.5)) continue;
          const bool knows = i == item[u] && random.bernoulli(chance);
          list.push_back({i, 0.4 * random.uniform() + (knows ? 1 : 0)});
        }
        std::ranges::sort(list, std::greater(), &ScoredItem::score);
        for (const ScoredItem& scored : list) {
          lists.items.push_back(scored.item);
          lists.scores.push_back(scored.score);
          lists.because.push_back(scored.item / 2);
        }
        lists.begin.push_back(lists.items.size());
      }
      sources.push_back(std::move(lists));
    }
    const std::vector<double> weight(customers, 1);
    const std::vector<Day> day(customers);
    wanted = Interactions::build({.customers = customers,
                                  .items = kItems,
                                  .customer = customer,
                                  .item = item,
                                  .weight = weight,
                                  .day = day});
  }
};

double hit_rate(const TopItems::Output& lists, const Interactions& wanted, std::size_t k) {
  double hits = 0;
  for (std::size_t u = 0; u < lists.size(); ++u) {
    const auto list = lists.items_of(u);
    hits += static_cast<double>(
        std::ranges::count(list.first(std::min(k, list.size())), wanted.items_of(u)[0]));
  }
  return hits / static_cast<double>(lists.size());
}

TEST(Blend, IsBetterThanItsBestModelOnCustomersItHasNotSeen) {
  const World learnt(600, {.6, .5, 0}, 1);
  const World fresh(600, {.6, .5, 0}, 2);
  const Blend blend = Blend::fit(learnt.sources, learnt.wanted, {.k = 3});
  const double mixed = hit_rate(blend.mix(fresh.sources, 3).lists, fresh.wanted, 3);
  for (const TopItems::Output& single : fresh.sources)
    EXPECT_GT(mixed, hit_rate(single, fresh.wanted, 3) + .05);
  EXPECT_LT(blend.weights()[2], blend.weights()[0]);
}

TEST(Blend, OfOneModelIsThatModel) {
  const World world(50, {.7}, 3);
  const Blend blend = Blend::fit(world.sources, world.wanted, {});
  EXPECT_THAT(blend.weights(), ElementsAre(1.0));
  const auto mixed = blend.mix(world.sources, kItems);
  EXPECT_EQ(mixed.lists.items, world.sources[0].items);
  EXPECT_EQ(mixed.lists.because, world.sources[0].because);
}

TEST(Blend, FitsAtLeastAsWellAsAnyModelAlone) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const World world(60, {.3, .3, .2}, seed);
    const Blend blend = Blend::fit(world.sources, world.wanted, {});
    for (std::size_t s = 0; s < 3; ++s) {
      const std::vector<TopItems::Output> one{world.sources[s]};
      EXPECT_GE(blend.fitted_ndcg(), Blend::fit(one, world.wanted, {}).fitted_ndcg());
    }
    EXPECT_NEAR(blend.weights()[0] + blend.weights()[1] + blend.weights()[2], 1, 1e-12);
  }
}

// The blend's definition, item by item.
std::map<std::uint32_t, double> slow_scores(const std::vector<TopItems::Output>& sources,
                                            const Blend& blend, std::size_t u) {
  std::map<std::uint32_t, double> scores;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const auto list = sources[s].scores_of(u);
    const double lowest = list.empty() ? 0 : std::min(0.0, list.back());
    for (std::size_t k = 0; k < list.size(); ++k) {
      const ScoreScale scale = score_scales(sources)[s];
      const double share = blend.share() == ListShare::kRank
                               ? 11 / (10 + static_cast<double>(k + 1))
                           : blend.share() == ListShare::kList
                               ? (list[k] - lowest) / (list[0] - lowest)
                               : (list[k] - scale.floor) / (scale.best - scale.floor);
      scores[sources[s].items_of(u)[k]] += blend.weights()[s] * share;
    }
  }
  return scores;
}

TEST(Blend, SaysWhatItsDefinitionSays) {
  const World world(80, {.6, .4, .1}, 4);
  const Blend blend = Blend::fit(world.sources, world.wanted, {});
  const auto mixed = blend.mix(world.sources, 7);
  for (std::size_t u = 0; u < 80; ++u) {
    const auto slow = slow_scores(world.sources, blend, u);
    for (std::size_t k = 0; k < mixed.lists.items_of(u).size(); ++k) {
      const std::uint32_t item = mixed.lists.items_of(u)[k];
      EXPECT_THAT(mixed.lists.scores_of(u)[k], DoubleNear(slow.at(item), 1e-6));
      if (k + 1 < 7) continue;
      for (const auto& [other, score] : slow) {
        if (score > mixed.lists.scores_of(u)[k] + 1e-6) {
          EXPECT_TRUE(std::ranges::count(mixed.lists.items_of(u), other) == 1);
        }
      }
    }
  }
}

// NDCG of lists by its definition; one item is wanted of each.
double slow_ndcg(const TopItems::Output& lists, const Interactions& wanted) {
  double sum = 0;
  for (std::size_t u = 0; u < lists.size(); ++u) {
    const auto list = lists.items_of(u);
    for (std::size_t place = 0; place < list.size(); ++place) {
      if (list[place] == wanted.items_of(u)[0])
        sum += 1 / std::log2(static_cast<double>(place) + 2);
    }
  }
  return sum / static_cast<double>(lists.size());
}

TEST(Blend, IsFittedByTheNdcgOfItsLists) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const World world(40, {.5, .4, .2}, seed);
    for (const std::size_t k : {std::size_t{1}, std::size_t{4}, kItems}) {
      const Blend blend = Blend::fit(world.sources, world.wanted, {.k = k});
      EXPECT_THAT(blend.fitted_ndcg(),
                  DoubleNear(slow_ndcg(blend.mix(world.sources, k).lists, world.wanted), 1e-12));
    }
  }
}

TEST(Blend, DoesNotDependOnThreadsAndSurvivesSaving) {
  const World world(700, {.6, .4}, 5);
  const Blend one = Blend::fit(world.sources, world.wanted, {.threads = {1}});
  const Blend many = Blend::fit(world.sources, world.wanted, {.threads = {8}});
  EXPECT_EQ(framed(one), framed(many));
  const Blend again = loaded<Blend>(framed(one));
  EXPECT_EQ(again.mix(world.sources, 5, {8}).lists, one.mix(world.sources, 5, {1}).lists);
  EXPECT_EQ(framed(again), framed(one));
}

TEST(Blend, TakesScoresOfAnySign) {
  World world(30, {.6, .4}, 6);
  for (double& score : world.sources[1].scores) score -= 5;
  const auto mixed = Blend::fit(world.sources, world.wanted, {}).mix(world.sources, 10);
  for (const double score : mixed.lists.scores) {
    EXPECT_GT(score, 0);
    EXPECT_LT(score, 2);
  }
}

TEST(Blend, RefusesWhatDoesNotFitByName) {
  const World world(10, {.6}, 7);
  const World fewer(9, {.6}, 7);
  const std::vector<TopItems::Output> unlike{world.sources[0], fewer.sources[0]};
  EXPECT_THAT(message_of([&] { Blend::fit({}, world.wanted, {}); }), HasSubstr("0 sources"));
  EXPECT_THAT(message_of([&] { Blend::fit(unlike, world.wanted, {}); }),
              HasSubstr("9 lists, another 10"));
  EXPECT_THAT(message_of([&] { Blend::fit(world.sources, fewer.wanted, {}); }),
              HasSubstr("wanted has 9 customers, needs 10"));
  const Interactions nothing = Interactions::build({.customers = 10, .items = kItems});
  EXPECT_THAT(message_of([&] { Blend::fit(world.sources, nothing, {}); }),
              HasSubstr("nobody came to want what was offered"));
}

TEST(Blend, RefusesBrokenBytes) {
  const World world(20, {.6}, 8);
  const std::string bytes = framed(Blend::fit(world.sources, world.wanted, {}));
  for (std::size_t size = 0; size < bytes.size(); size += 3)
    EXPECT_THROW(loaded<Blend>(bytes.substr(0, size)), Error);
  ByteWriter nonsense;
  nonsense.array(std::vector<double>{2});
  nonsense.scalar(0.0);
  nonsense.scalar(1.0);
  nonsense.scalar<std::uint8_t>(0);
  nonsense.scalar(0.5);
  EXPECT_THROW(loaded<Blend>(frame(Blend::kId, nonsense)), Error);
}

TEST(Blend, HasADocumentationPage) {
  EXPECT_FALSE(read_file(PERENNIAL_SOURCE_DIR "/docs/models/recommend.blend.md").empty());
}

// The slow way: every item by the sum of its ranks' shares.
TEST(MixedByRank, OrdersItemsByTheSumOfTheirRanks) {
  const World world(30, {.6, .3}, 11);
  const MixedLists mixed = mixed_by_rank(world.sources, 7, {2});
  for (std::size_t u = 0; u < 30; ++u) {
    std::vector<ScoredItem> slow;
    for (std::uint32_t item = 0; item < kItems; ++item) {
      double sum = 0;
      for (const TopItems::Output& source : world.sources) {
        const auto items = source.items_of(u);
        const auto at = std::ranges::find(items, item) - items.begin();
        if (at < std::ssize(items)) sum += 11.0 / (11 + static_cast<double>(at)) / 2;
      }
      if (sum > 0) slow.push_back({item, sum});
    }
    std::ranges::stable_sort(slow, std::greater(), &ScoredItem::score);
    for (std::size_t k = 0; k < 7; ++k) {
      EXPECT_NEAR(mixed.lists.scores_of(u)[k], slow[k].score, 1e-6);
    }
  }
}

}  // namespace
}  // namespace perennial::models
