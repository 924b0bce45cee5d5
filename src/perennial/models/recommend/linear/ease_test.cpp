#include "perennial/models/recommend/linear/ease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;
using Dense = std::vector<std::vector<double>>;

// The slow obvious version: one ridge regression for each item on all the others, by elimination.
std::vector<double> ridge(const Dense& gram, std::size_t target, double lambda) {
  const std::size_t n = gram.size();
  Dense a = gram;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i][i] += lambda;
    x[i] = gram[i][target];
  }
  for (std::size_t i = 0; i < n; ++i) {
    a[i][target] = a[target][i] = i == target ? 1 : 0;
  }
  x[target] = 0;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double scale = a[i][k] / a[k][k];
      for (std::size_t j = 0; j < n; ++j) a[i][j] -= scale * a[k][j];
      x[i] -= scale * x[k];
    }
  }
  for (std::size_t i = 0; i < n; ++i) x[i] /= a[i][i];
  return x;
}

Dense gram_of(const Interactions& shop) {
  Dense gram(shop.items(), std::vector<double>(shop.items(), 0.0));
  for (std::size_t c = 0; c < shop.customers(); ++c) {
    for (const std::uint32_t i : shop.items_of(c)) {
      for (const std::uint32_t j : shop.items_of(c)) ++gram[i][j];
    }
  }
  return gram;
}

Dense weights_of(const Ease& model, std::size_t items) {
  Dense out(items, std::vector<double>(items, 0.0));
  for (std::size_t j = 0; j < items; ++j) {
    const auto ids = model.weights().row_ids(j);
    for (std::size_t k = 0; k < ids.size(); ++k) {
      out[j][ids[k]] = static_cast<double>(model.weights().row_values(j)[k]);
    }
  }
  return out;
}

TEST(Ease, WeighsLikeARidgeRegressionOfEachItemOnTheOthers) {
  const Interactions shop = Interactions::build(simulate_interactions(120, 40, 6, 7).log());
  const Dense gram = gram_of(shop);
  for (const double lambda : {1.0, 100.0}) {
    const Dense found = weights_of(Ease::fit({shop}, {.lambda = lambda, .kept = 0}), shop.items());
    for (std::size_t target = 0; target < shop.items(); ++target) {
      const std::vector<double> expected = ridge(gram, target, lambda);
      for (std::size_t i = 0; i < shop.items(); ++i) {
        ASSERT_NEAR(found[i][target], expected[i], 1e-5) << i << " for " << target;
      }
    }
  }
}

TEST(Ease, OffersTheSumOfWeightsAboveZeroAndItsLargestTermAsTheReason) {
  const Interactions shop = Interactions::build(simulate_interactions(80, 30, 5, 8).log());
  const Ease model = Ease::fit({shop}, {.lambda = 5, .kept = 0});
  const Dense weights = weights_of(model, shop.items());
  const auto lists = model.predict({.interactions = shop, .n = shop.items()});
  for (std::size_t c = 0; c < shop.customers(); ++c) {
    const auto history = shop.items_of(c);
    std::size_t offered = 0;
    for (std::uint32_t item = 0; item < shop.items(); ++item) {
      if (std::binary_search(history.begin(), history.end(), item)) continue;
      double score = 0;
      double largest = 0;
      for (std::size_t h = 0; h < history.size(); ++h) {
        const double term = static_cast<double>(shop.weights_of(c)[h]) * weights[history[h]][item];
        score += term;
        largest = std::max(largest, term);
      }
      const auto items = lists.items_of(c);
      const auto place =
          static_cast<std::size_t>(std::find(items.begin(), items.end(), item) - items.begin());
      ASSERT_EQ(place < items.size(), score > 0) << score;
      if (score <= 0) continue;
      ++offered;
      EXPECT_DOUBLE_EQ(lists.scores_of(c)[place], score);
      const std::uint32_t reason = lists.because_of(c)[place];
      const auto h = static_cast<std::size_t>(std::find(history.begin(), history.end(), reason) -
                                              history.begin());
      ASSERT_LT(h, history.size());
      EXPECT_EQ(static_cast<double>(shop.weights_of(c)[h]) * weights[reason][item], largest);
    }
    EXPECT_EQ(lists.items_of(c).size(), offered);
  }
}

TEST(Ease, KeepsTheLargestWeightsOfEachItem) {
  const Interactions shop = Interactions::build(simulate_interactions(120, 40, 6, 7).log());
  const Dense all = weights_of(Ease::fit({shop}, {.kept = 0}), shop.items());
  const Dense few = weights_of(Ease::fit({shop}, {.kept = 3}), shop.items());
  for (std::size_t target = 0; target < shop.items(); ++target) {
    std::vector<double> amounts;
    for (std::size_t i = 0; i < shop.items(); ++i) amounts.push_back(-std::abs(all[i][target]));
    std::sort(amounts.begin(), amounts.end());
    for (std::size_t i = 0; i < shop.items(); ++i) {
      EXPECT_EQ(few[i][target], -std::abs(all[i][target]) <= amounts[2] ? all[i][target] : 0);
    }
  }
}

TEST(Ease, ListsWhatAnItemSpeaksForWithoutBlockedOnes) {
  const Interactions shop = Interactions::build(simulate_interactions(120, 40, 6, 7).log());
  const Ease model = Ease::fit({shop}, {});
  const auto similar = model.similar(3, 5);
  ASSERT_EQ(similar.size(), 5U);
  for (std::size_t k = 1; k < 5; ++k) EXPECT_GE(similar[k - 1].score, similar[k].score);
  EXPECT_GT(similar[4].score, 0);
  std::vector<std::uint8_t> blocked(40);
  blocked[similar[0].item] = 1;
  EXPECT_EQ(model.similar(3, 4, blocked), std::vector(similar.begin() + 1, similar.end()));
  EXPECT_TRUE(model.similar(3, 0).empty());
  EXPECT_THROW(model.similar(40, 1), Error);
}

TEST(Ease, CountsOnlyItemsWithCustomersTowardsItsLimit) {
  SimulatedInteractions log = simulate_interactions(50, 40, 6, 7);
  log.items = 100'000;
  const Interactions shop = Interactions::build(log.log());
  EXPECT_EQ(Ease::fit({shop}, {.max_items = 40}).weights().rows(), 100'000U);
  EXPECT_THAT(message_of([&] { Ease::fit({shop}, {.max_items = 10}); }),
              HasSubstr("at most 10 are fitted (max_items)"));
}

TEST(Ease, RefusesSavedWeightsThatAreNoNumbersOrNotSquare) {
  const auto load = [](std::size_t columns, float value) {
    const std::vector<std::uint64_t> begin{0, 1, 1};
    const std::vector<std::uint32_t> ids{1};
    const std::vector<float> values{value};
    ByteWriter writer;
    save_decay({}, writer);
    save_rows({begin, ids, values, columns}, writer);
    ByteReader reader(writer.bytes());
    Ease::load(reader);
  };
  EXPECT_NO_THROW(load(2, 1));
  EXPECT_THROW(load(3, 1), Error);
  EXPECT_THROW(load(2, std::nanf("")), Error);
}

TEST(Ease, RefusesOptionsOutsideTheirRange) {
  const Interactions shop = Interactions::build(simulate_interactions(10, 20, 3, 7).log());
  EXPECT_EQ(message_of([&] { Ease::fit({shop}, {.lambda = 0}); }),
            "ease: lambda is 0, needs to be above 0");
  EXPECT_EQ(message_of([&] { Ease::fit({shop}, {.decay = {.per_day_back = 2}}); }),
            "ease: per_day_back is 2, needs to be above 0, at most 1");
}

}  // namespace
}  // namespace perennial::models
