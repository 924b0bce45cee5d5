// What every recommender of the family keeps to, whatever its method.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/factors/bpr.h"
#include "perennial/models/recommend/factors/implicit_als.h"
#include "perennial/models/recommend/factors/logistic_factors.h"
#include "perennial/models/recommend/linear/ease.h"
#include "perennial/models/recommend/linear/slim.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/neighbours/user_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/simulated_interactions.h"
#include "perennial/models/recommend/words/content.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

template <typename M>
struct Variant {
  M model;
  std::string bytes;
};

// The settings of each model that take different paths.
template <typename M>
std::vector<typename M::Options> settings() {
  std::vector<typename M::Options> all(1);
  if constexpr (std::is_same_v<M, Popularity>) {
    all.push_back({.half_life_days = 30, .window_days = 200});
  } else if constexpr (std::is_same_v<M, Content>) {
    all.push_back({.neighbours = 7, .min_similarity = 0.2});
  } else if constexpr (std::is_same_v<M, Ease>) {
    all.push_back({.lambda = 10, .kept = 5, .decay = {.half_life_days = 30}});
  } else if constexpr (std::is_same_v<M, Slim>) {
    all.push_back({.l1 = 1, .weights = Slim::Weights::kAny, .decay = {.per_day_back = 0.8}});
  } else if constexpr (std::is_same_v<M, ImplicitAls>) {
    all[0].factors = 12;
    all.push_back({.factors = 33, .epochs = 2, .solver = AlsSolver::kBlocks, .block = 16});
  } else if constexpr (std::is_same_v<M, Bpr> || std::is_same_v<M, LogisticFactors>) {
    all[0].factors = 12;
    all[0].epochs = 5;
  } else {
    all.push_back({.similarity = {Similarity::kJaccard, 2}});
    all.push_back({.similarity = {Similarity::kLift, 5}});
    all.push_back(
        {.similarity = {.similarity = Similarity::kProduct, .weights = {Weighting::kBm25}}});
    all.push_back({.similarity = {Similarity::kPearson}, .feedback = Feedback::kExplicit});
  }
  return all;
}

// Items with two words each, of 20 and of 3.
SparseRows two_words_each(std::size_t items) {
  SparseRows rows{.begin = {0}, .ids = {}, .values = {}, .columns = 23};
  for (std::uint32_t i = 0; i < items; ++i) {
    rows.ids.insert(rows.ids.end(), {i % 20, 20 + i % 3});
    rows.values.insert(rows.values.end(), {0.8F, 0.6F});
    rows.begin.push_back(rows.ids.size());
  }
  return rows;
}

template <typename M>
M fitted(const TopItems::Input& input, const typename M::Options& options) {
  if constexpr (std::is_same_v<M, Content>) {
    const SparseRows words = two_words_each(input.interactions.items());
    auto described = options;
    described.sources = {{&words}};
    return M::fit(input, described);
  } else {
    return M::fit(input, options);
  }
}

// Models of vectors compute in float, and a fit passes rounding on from epoch to epoch.
template <typename M>
constexpr double kRounding = std::is_same_v<M, ImplicitAls> ? 1e-4 : 1e-6;

template <typename M>
class Recommender : public ::testing::Test {};
using Recommenders = ::testing::Types<ItemNeighbours, UserNeighbours, Popularity, Content, Ease,
                                      Slim, ImplicitAls, Bpr, LogisticFactors>;
TYPED_TEST_SUITE(Recommender, Recommenders);

TYPED_TEST(Recommender, GivesTheSameBytesAndListsForAnyNumberOfThreads) {
  const Interactions shop = Interactions::build(simulate_interactions(700, 60, 6, 1).log());
  for (const auto& options : settings<TypeParam>()) {
    const auto one = fitted<TypeParam>({.interactions = shop, .threads = {1}}, options);
    const auto lists = one.predict({.interactions = shop, .threads = {1}});
    EXPECT_GT(lists.items.size(), shop.customers());
    for (const int threads : {2, 8}) {
      const auto many = fitted<TypeParam>({.interactions = shop, .threads = {threads}}, options);
      EXPECT_EQ(framed(many), framed(one));
      EXPECT_EQ(many.predict({.interactions = shop, .threads = {threads}}), lists);
    }
  }
}

TYPED_TEST(Recommender, DoesNotDependOnTheOrderOfTheCustomers) {
  SimulatedInteractions log = simulate_interactions(150, 40, 6, 2);
  const Interactions shop = Interactions::build(log.log());
  for (std::uint32_t& customer : log.customer) customer = 149 - customer;
  const Interactions turned = Interactions::build(log.log());
  for (const auto& options : settings<TypeParam>()) {
    // Every neighbour counts, for which of two equal customers comes first is a matter of their numbers.
    auto all = options;
    if constexpr (std::is_same_v<TypeParam, UserNeighbours>) all.neighbours = 0;
    const auto lists = fitted<TypeParam>({shop}, all).predict({.interactions = shop, .n = 40});
    const auto other = fitted<TypeParam>({turned}, all).predict({.interactions = turned, .n = 40});
    for (std::size_t c = 0; c < 150; ++c) {
      ASSERT_EQ(lists.items_of(c).size(), other.items_of(149 - c).size());
      for (std::size_t k = 0; k < lists.items_of(c).size(); ++k) {
        EXPECT_NEAR(lists.scores_of(c)[k], other.scores_of(149 - c)[k], kRounding<TypeParam>);
      }
    }
  }
}

TYPED_TEST(Recommender, AnswersAfterSaveAndLoadBitForBit) {
  const Interactions shop = Interactions::build(simulate_interactions(200, 60, 6, 3).log());
  for (const auto& options : settings<TypeParam>()) {
    const auto model = fitted<TypeParam>({shop}, options);
    const std::string bytes = framed(model);
    const auto again = loaded<TypeParam>(bytes);
    EXPECT_EQ(framed(again), bytes);
    EXPECT_EQ(again.predict({shop}), model.predict({shop}));
  }
}

TYPED_TEST(Recommender, RefusesCutAndFlippedBytes) {
  const Interactions shop = Interactions::build(simulate_interactions(10, 20, 3, 3).log());
  const std::string bytes = framed(fitted<TypeParam>({shop}, {}));
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_THROW(loaded<TypeParam>(bytes.substr(0, size)), Error) << size;
  }
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_THROW(loaded<TypeParam>(flipped), Error) << i;
  }
  ByteWriter nonsense;
  nonsense.text("not a model");
  EXPECT_THROW(loaded<TypeParam>(frame(TypeParam::kId, nonsense)), Error);
}

TYPED_TEST(Recommender, NeverReturnsBlockedOrSeenItemsAndNeverMoreThanN) {
  const Interactions shop = Interactions::build(simulate_interactions(200, 60, 6, 4).log());
  std::vector<std::uint8_t> blocked(60);
  for (std::size_t i = 0; i < 60; i += 3) blocked[i] = 1;
  for (const auto& options : settings<TypeParam>()) {
    const auto model = fitted<TypeParam>({shop}, options);
    for (const SeenItems seen : {SeenItems::kMask, SeenItems::kKeep}) {
      const auto lists =
          model.predict({.interactions = shop, .blocked = blocked, .seen = seen, .n = 7});
      for (std::size_t c = 0; c < 200; ++c) {
        EXPECT_LE(lists.items_of(c).size(), 7U);
        const auto history = shop.items_of(c);
        for (std::size_t k = 0; k < lists.items_of(c).size(); ++k) {
          const std::uint32_t item = lists.items_of(c)[k];
          EXPECT_EQ(blocked[item], 0);
          if (seen == SeenItems::kMask) {
            EXPECT_FALSE(std::binary_search(history.begin(), history.end(), item));
          }
          if (k == 0) continue;
          const double above = lists.scores_of(c)[k - 1];
          EXPECT_TRUE(above > lists.scores_of(c)[k] ||
                      (above == lists.scores_of(c)[k] && lists.items_of(c)[k - 1] < item));
        }
      }
    }
  }
}

TYPED_TEST(Recommender, AnswersTheCustomersAskedForInTheirOrder) {
  const Interactions shop = Interactions::build(simulate_interactions(50, 40, 6, 5).log());
  const auto model = fitted<TypeParam>({shop}, {});
  const auto all = model.predict({shop});
  const std::vector<std::uint32_t> asked{40, 3, 3};
  const auto some = model.predict({.interactions = shop, .customers = asked});
  ASSERT_EQ(some.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_THAT(some.items_of(i), ::testing::ElementsAreArray(all.items_of(asked[i])));
    EXPECT_THAT(some.scores_of(i), ::testing::ElementsAreArray(all.scores_of(asked[i])));
  }
  EXPECT_EQ(model.predict({.interactions = shop, .customers = std::span<const std::uint32_t>()}),
            TopItems::Output{});
}

TYPED_TEST(Recommender, RefusesRequestsThatDoNotFitByName) {
  const Interactions shop = Interactions::build(simulate_interactions(30, 20, 3, 6).log());
  const Interactions wider = Interactions::build(simulate_interactions(30, 40, 3, 6).log());
  const auto model = fitted<TypeParam>({shop}, {});
  const std::vector<std::uint32_t> beyond{30};
  const std::vector<std::uint8_t> blocked(3);
  EXPECT_THAT(message_of([&] { model.predict({wider}); }),
              HasSubstr("the histories number 40 items, the model was fitted on 20"));
  EXPECT_THAT(message_of([&] { model.predict({.interactions = shop, .customers = beyond}); }),
              HasSubstr("customer 30 was asked for, there are 30"));
  EXPECT_THAT(message_of([&] { model.predict({.interactions = shop, .blocked = blocked}); }),
              HasSubstr("blocked has 3 entries, needs 20 or none"));
  EXPECT_THAT(message_of([&] { model.predict({.interactions = shop, .n = 0}); }),
              HasSubstr("n is 0, needs at least 1"));
  EXPECT_THAT(message_of([&] { fitted<TypeParam>({Interactions()}, {}); }),
              HasSubstr("no interactions to learn from"));
}

TYPED_TEST(Recommender, HasADocumentationPage) {
  const std::string id(TypeParam::kId.substr(0, TypeParam::kId.find('/')));
  EXPECT_FALSE(read_file(PERENNIAL_SOURCE_DIR "/docs/models/" + id + ".md").empty());
}

}  // namespace
}  // namespace perennial::models
