#include "perennial/models/recommend/words/content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/simulated_interactions.h"
#include "perennial/models/recommend/words/text_vectors.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Cups and kettles, tea and coffee, some in Chinese; nobody has bought item 3, 5 or 7 yet.
const std::vector<std::string> kTitles = {
    "Blue ceramic tea cup", "Steel water kettle", "Green tea, loose", "Red ceramic tea cup",
    "陶瓷茶杯 蓝色",        "陶瓷茶杯 红色",      "Coffee beans",     ""};

Interactions shop() {
  const std::vector<std::uint32_t> customer{0, 1, 2, 2};
  const std::vector<std::uint32_t> item{0, 4, 0, 1};
  const std::vector<double> weight{1, 1, 1, 5};
  const std::vector<Day> day(4);
  return Interactions::build({4, 8, customer, item, weight, day});
}
SparseRows words() {
  const ItemWords::Input input{.texts = {.titles = kTitles}};
  return TextVectors::fit(input, {}).predict(input);
}
// Unit vectors; every seventh item has none.
ItemVectors any_vectors(std::size_t items, std::size_t width, std::uint64_t seed) {
  ItemVectors vectors{.width = width, .values = std::vector<float>(items * width)};
  RandomStream random(seed, 0);
  for (std::size_t i = 0; i < items; ++i) {
    if (i % 7 == 6) continue;
    double squares = 0;
    std::vector<double> row(width);
    for (double& x : row) squares += std::pow(x = random.normal(), 2);
    for (std::size_t d = 0; d < width; ++d) {
      vectors.values[i * width + d] = static_cast<float>(row[d] / std::sqrt(squares));
    }
  }
  return vectors;
}
// Up to four of twelve words an item, not of unit length; some items have none.
SparseRows any_words(std::size_t items, std::uint64_t seed) {
  SparseRows rows{.begin = {0}, .ids = {}, .values = {}, .columns = 12};
  RandomStream random(seed, 1);
  for (std::size_t i = 0; i < items; ++i) {
    for (std::uint32_t word = 0; word < 12; ++word) {
      if (!random.bernoulli(0.2)) continue;
      rows.ids.push_back(word);
      rows.values.push_back(static_cast<float>(0.5 + random.uniform()));
    }
    rows.begin.push_back(rows.ids.size());
  }
  return rows;
}

std::vector<double> dense(const SparseRows& rows, std::size_t item) {
  std::vector<double> out(rows.columns);
  for (std::size_t k = 0; k < rows.view().row_size(item); ++k) {
    out[rows.view().row_ids(item)[k]] = static_cast<double>(rows.view().row_values(item)[k]);
  }
  return out;
}
std::vector<double> dense(const ItemVectors& vectors, std::size_t item) {
  return {vectors.row(item).begin(), vectors.row(item).end()};
}
double slow_cosine(const std::vector<double>& a, const std::vector<double>& b) {
  double product = 0;
  double squares_a = 0;
  double squares_b = 0;
  for (std::size_t d = 0; d < a.size(); ++d) {
    product += a[d] * b[d];
    squares_a += a[d] * a[d];
    squares_b += b[d] * b[d];
  }
  return squares_a > 0 && squares_b > 0 ? product / std::sqrt(squares_a * squares_b) : 0;
}

// Interactions are needed for their numbering only.
Interactions numbering(std::size_t items) {
  const std::vector<std::uint32_t> zero{0};
  const std::vector<double> one{1};
  const std::vector<Day> day(1);
  return Interactions::build({1, items, zero, zero, one, day});
}

TEST(Content, OffersWhatNobodyHasBoughtYetByItsWordsWithTheReason) {
  const Interactions interactions = shop();
  const SparseRows known = words();
  const auto model = Content::fit({interactions}, {.sources = {{&known}}});
  const auto lists = model.predict({interactions});
  EXPECT_THAT(lists.items_of(0), ElementsAre(3, 2));
  EXPECT_THAT(lists.because_of(0), ElementsAre(0, 0));
  EXPECT_THAT(lists.items_of(1), ElementsAre(5));
  EXPECT_THAT(lists.items_of(3), IsEmpty());  // no history
  EXPECT_EQ(model.similar(3, 1)[0].item, 0U);
  EXPECT_THAT(model.similar(7, 5), IsEmpty());  // no words
}

TEST(Content, AgreesWithTheSlowCosineForWordsVectorsAndBoth) {
  constexpr std::size_t kItems = 45;  // no multiple of a block
  const SparseRows known = any_words(kItems, 1);
  const ItemVectors pictures = any_vectors(kItems, 5, 2);
  const ItemVectors others = any_vectors(kItems, 9, 3);
  const std::vector<std::vector<ContentSource>> cases{{{&known}},
                                                      {{&pictures}},
                                                      {{&known, 2}, {&pictures, 1}},
                                                      {{&others, 3}, {&known}, {&pictures}}};
  for (const auto& sources : cases) {
    const auto model = Content::fit({numbering(kItems)}, {.sources = sources, .neighbours = 0});
    for (std::uint32_t i = 0; i < kItems; ++i) {
      std::vector<ScoredItem> expected;
      for (std::uint32_t j = 0; j < kItems; ++j) {
        double score = 0;
        double total = 0;
        for (const ContentSource& source : sources) {
          total += source.weight;
          std::visit(
              [&](const auto* rows) {
                score += source.weight * slow_cosine(dense(*rows, i), dense(*rows, j));
              },
              source.rows);
        }
        if (j != i && score / total > 2e-6) expected.push_back({j, score / total});
      }
      const auto found = model.similar(i, kItems);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t k = 0; k < found.size(); ++k) {
        const auto same = std::find_if(expected.begin(), expected.end(), [&](const ScoredItem& e) {
          return e.item == found[k].item;
        });
        ASSERT_NE(same, expected.end());
        EXPECT_NEAR(found[k].score, same->score, 1e-6);
        EXPECT_TRUE(k == 0 || found[k - 1].score >= found[k].score);
      }
    }
  }
}

TEST(Content, IsTheSameForAnyNumberOfThreadsFromVectorsToo) {
  const Interactions interactions = Interactions::build(simulate_interactions(90, 70, 5, 1).log());
  const SparseRows known = any_words(70, 1);
  const ItemVectors pictures = any_vectors(70, 12, 2);
  const Content::Options options{.sources = {{&known}, {&pictures}}, .neighbours = 9};
  const auto one = Content::fit({.interactions = interactions, .threads = {1}}, options);
  for (const int threads : {2, 8}) {
    EXPECT_EQ(framed(Content::fit({.interactions = interactions, .threads = {threads}}, options)),
              framed(one));
  }
}

TEST(Content, KeepsTheMostAlikeOnlyAndNothingBelowTheLeastSimilarity) {
  const ItemVectors pictures = any_vectors(40, 6, 4);
  const auto full = Content::fit({numbering(40)}, {.sources = {{&pictures}}, .neighbours = 0});
  const auto few = Content::fit({numbering(40)}, {.sources = {{&pictures}}, .neighbours = 3});
  const auto near =
      Content::fit({numbering(40)}, {.sources = {{&pictures}}, .min_similarity = 0.5});
  for (std::uint32_t item = 0; item < 40; ++item) {
    EXPECT_EQ(few.similar(item, 40), full.similar(item, 3));
    for (const ScoredItem& other : near.similar(item, 40)) EXPECT_GE(other.score, 0.5);
  }
}

TEST(Content, LeavesBlockedItemsOutOfSimilarOnesBeforeTheBestAreChosen) {
  const SparseRows known = words();
  const auto model = Content::fit({shop()}, {.sources = {{&known}}});
  const std::vector<std::uint8_t> blocked{0, 0, 0, 1, 0, 0, 0, 0};
  EXPECT_EQ(model.similar(0, 1, blocked)[0].item, 2U);
  EXPECT_THAT(message_of([&] { model.similar(8, 1); }),
              HasSubstr("content: item 8 was asked for, there are 8"));
}

TEST(Content, RefusesWhatDoesNotDescribeTheItemsByName) {
  const Interactions interactions = shop();
  const auto refusal = [&](const Content::Options& options) {
    return message_of([&] { Content::fit({interactions}, options); });
  };
  const SparseRows known = words();
  const SparseRows few = any_words(3, 1);
  ItemVectors vectors = any_vectors(8, 4, 1);
  EXPECT_THAT(refusal({}), HasSubstr("content: nothing is known of the items; give sources"));
  EXPECT_THAT(refusal({.sources = {{&few}}}),
              HasSubstr("a source describes 3 items, the interactions number 8"));
  EXPECT_THAT(refusal({.sources = {{&known, 0}}}), HasSubstr("a source's weight is 0"));
  EXPECT_THAT(refusal({.sources = {{&known}}, .min_similarity = 0}),
              HasSubstr("min_similarity is 0, needs to be above 0, at most 1"));
  vectors.values[5] = std::nanf("");
  EXPECT_THAT(refusal({.sources = {{&vectors}}}),
              HasSubstr("the vector of item 1 has length nan, needs 1, or 0"));
  SparseRows negative = known;
  negative.values[0] = -1;
  EXPECT_THAT(refusal({.sources = {{&negative}}}), HasSubstr("values that are not above 0"));
}

RC_GTEST_PROP(Content, LikesAnItemAsMuchAsItIsLiked, ()) {
  const auto items = *rc::gen::inRange<std::size_t>(2, 40);
  const ItemVectors pictures = any_vectors(items, *rc::gen::inRange<std::size_t>(1, 9), 5);
  const SparseRows known = any_words(items, 6);
  const auto model =
      Content::fit({numbering(items)}, {.sources = {{&pictures}, {&known}}, .neighbours = 0});
  for (std::uint32_t i = 0; i < items; ++i) {
    for (const ScoredItem& other : model.similar(i, items)) {
      const auto back = model.similar(other.item, items);
      const auto found =
          std::find_if(back.begin(), back.end(), [&](const ScoredItem& b) { return b.item == i; });
      RC_ASSERT(other.score <= 1 + 1e-6);
      RC_ASSERT(found != back.end() || other.score < 2e-6);
      RC_ASSERT(found == back.end() || std::abs(found->score - other.score) < 1e-9);
    }
  }
}

}  // namespace
}  // namespace perennial::models
