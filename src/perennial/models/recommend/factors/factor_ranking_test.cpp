#include "perennial/models/recommend/factors/factor_ranking.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "perennial/base/random.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

// Whole numbers, so that equal scores occur.
Factors small_numbers(std::size_t rows, std::size_t factors, std::uint64_t seed) {
  Factors result(rows, factors);
  RandomStream stream(seed, 0);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < factors; ++k)
      result.row(i)[k] = static_cast<float>(stream.below(7)) - 3;
  }
  return result;
}

std::vector<ScoredItem> slow_best(const Factors& items, const float* vector, std::size_t n,
                                  const std::vector<std::uint8_t>& hidden) {
  std::vector<ScoredItem> all;
  for (std::uint32_t i = 0; i < items.rows(); ++i) {
    float sum = 0;
    for (std::size_t k = 0; k < items.width; ++k) sum += vector[k] * items.row(i)[k];
    if (hidden[i] == 0) all.push_back({i, static_cast<double>(sum)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const ScoredItem& a, const ScoredItem& b) { return a.score > b.score; });
  all.resize(std::min(n, all.size()));
  return all;
}

RC_GTEST_PROP(FactorRanking, GivesTheListsOfTheSlowVersion, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 30);
  const auto items = *rc::gen::inRange<std::size_t>(20, 700);
  const auto factors = *rc::gen::inRange<std::size_t>(1, 40);
  const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1000);
  const Interactions shop = Interactions::build(simulate_interactions(30, items, 4, seed).log());
  const Factors vectors = small_numbers(30, factors, seed);
  const Factors of_items = small_numbers(items, factors, seed + 1);
  std::vector<std::uint8_t> blocked(items);
  for (std::size_t i = 0; i < items; i += 3) blocked[i] = 1;
  const TopItems::Input input{.interactions = shop, .blocked = blocked, .n = n};
  const auto lists =
      FactorRanking(of_items).best(input, [&](std::uint32_t customer, float* vector) {
        std::copy_n(vectors.row(customer), vectors.width, vector);
        return customer % 7 != 3;
      });
  RC_ASSERT(lists.size() == 30U);
  for (std::size_t c = 0; c < 30; ++c) {
    std::vector<std::uint8_t> hidden = blocked;
    for (const std::uint32_t item : shop.items_of(c)) hidden[item] = 1;
    auto expected = slow_best(of_items, vectors.row(c), n, hidden);
    if (c % 7 == 3) expected.clear();
    RC_ASSERT(lists.items_of(c).size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      RC_ASSERT(lists.items_of(c)[k] == expected[k].item);
      RC_ASSERT(lists.scores_of(c)[k] == expected[k].score);
    }
  }
}

TEST(FactorRanking, AnswersOneVectorAsItAnswersMany) {
  const Factors vectors = small_numbers(5, 20, 1);
  const Factors items = small_numbers(500, 20, 2);
  const FactorRanking ranking(items);
  std::vector<std::uint8_t> blocked(500);
  blocked[7] = 1;
  for (std::size_t c = 0; c < 5; ++c)
    EXPECT_EQ(ranking.best(vectors.span_of(c), 10, blocked),
              slow_best(items, vectors.row(c), 10, blocked));
  EXPECT_TRUE(ranking.best(vectors.span_of(0), 0).empty());
}

}  // namespace
}  // namespace perennial::models
