#include "perennial/models/recommend/words/text_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/words/word_breaker.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

const Texts kTitles = {"Red ceramic tea pot", "Blue ceramic tea cup 500 ml",
                       "Green tea, loose",    "陶瓷茶杯 500毫升",
                       "复古蓝色茶杯",        "绿茶 散装",
                       "Steel tea strainer",  ""};
const Texts kCategories = {"Kitchen", "Kitchen", "Food", "厨房", "厨房", "食品", "Kitchen", "Food"};

TextVectors fitted(const Texts& titles, TextVectors::Options options = {.min_items = 1}) {
  return TextVectors::fit({.texts = {.titles = titles}}, options);
}
SparseRows rows_of(const TextVectors& model, const Texts& titles) {
  return model.predict({.texts = {.titles = titles}});
}
std::map<std::string, double> named(const TextVectors& model, const SparseRows& rows,
                                    std::size_t row) {
  std::map<std::string, double> words;
  for (std::size_t k = 0; k < rows.view().row_size(row); ++k) {
    words[model.words()[rows.view().row_ids(row)[k]]] =
        static_cast<double>(rows.view().row_values(row)[k]);
  }
  return words;
}

// The slow obvious version: the definitions in the header.
std::vector<std::map<std::string, double>> slow_rows(const ItemTexts& texts,
                                                     const TextVectors::Options& options) {
  std::vector<std::map<std::string, double>> tf(texts.items());
  std::map<std::string, double> df;
  double n = 0;
  for (std::size_t i = 0; i < tf.size(); ++i) {
    for (std::size_t f = 0; f < kTextFields; ++f) {
      if (fields_of(texts)[f].empty() || weights_of(options.fields)[f] == 0) continue;
      for (const std::string& word : WordBreaker().words(fields_of(texts)[f][i])) {
        tf[i][word] += weights_of(options.fields)[f];
      }
    }
    for (const auto& entry : tf[i]) ++df[entry.first];
    n += tf[i].empty() ? 0 : 1;
  }
  double total = 0;
  for (auto& item : tf) {
    std::erase_if(item, [&](const auto& entry) {
      return df.at(entry.first) < static_cast<double>(options.min_items);
    });
    for (const auto& [word, count] : item) total += count;
  }
  for (auto& item : tf) {
    double length = 0;
    for (const auto& [word, count] : item) length += count;
    double squares = 0;
    for (auto& [word, count] : item) {
      const double d = df.at(word);
      if (options.weighting == WordWeighting::kTfIdf) {
        count = (1 + std::log((1 + n) / (1 + d))) * std::log(1 + count);
      } else {
        const double norm = 1 - options.b + options.b * length / (total / n);
        count = std::log(1 + (n - d + 0.5) / (d + 0.5)) * count * (options.k1 + 1) /
                (count + options.k1 * norm);
      }
      squares += count * count;
    }
    for (auto& [word, count] : item) count /= std::sqrt(squares);
  }
  return tf;
}

TEST(TextVectors, AgreeWithTheSlowVersion) {
  const ItemTexts texts{.titles = kTitles, .categories = kCategories};
  for (const WordWeighting weighting : {WordWeighting::kBm25, WordWeighting::kTfIdf}) {
    for (const std::size_t min_items : {1U, 2U, 3U}) {
      const TextVectors::Options options{.weighting = weighting, .min_items = min_items};
      const auto model = TextVectors::fit({texts}, options);
      const SparseRows rows = model.predict({texts});
      const auto expected = slow_rows(texts, options);
      ASSERT_EQ(rows.view().rows(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto found = named(model, rows, i);
        ASSERT_EQ(found.size(), expected[i].size()) << i;
        for (const auto& [word, weight] : found) {
          EXPECT_NEAR(weight, expected[i].at(word), 1e-6) << word;
        }
      }
    }
  }
}

TEST(TextVectors, SayMoreOfRareWordsThanOfCommonOnes) {
  const auto model = fitted(kTitles);
  const auto words = named(model, rows_of(model, {"ceramic tea strainer"}), 0);
  EXPECT_GT(words.at("strainer"), words.at("ceramic"));
  EXPECT_GT(words.at("ceramic"), words.at("tea"));
}

TEST(TextVectors, KnowNoMoreWordsThanAllowedTheMostCommonOnes) {
  const Texts titles = {"tea cup", "tea cup", "tea pot", "tea jug", "mug"};
  EXPECT_THAT(fitted(titles, {.min_items = 1, .max_words = 3}).words(),
              ElementsAre("cup", "jug", "tea"));
  EXPECT_THAT(fitted(titles, {.min_items = 2}).words(), ElementsAre("cup", "tea"));
}

TEST(TextVectors, LeaveOutFieldsOfWeightZero) {
  const ItemTexts texts{.titles = kTitles, .categories = kCategories};
  const auto model = TextVectors::fit({texts}, {.fields = {.categories = 0}, .min_items = 1});
  EXPECT_EQ(framed(model), framed(TextVectors::fit({{.titles = kTitles}},
                                                   {.fields = {.categories = 0}, .min_items = 1})));
}

TEST(TextVectors, AreTheSameForAnyNumberOfThreadsAndAfterSaveAndLoad) {
  Texts titles;
  for (int i = 0; i < 1000; ++i) {
    titles.push_back(kTitles[static_cast<std::size_t>(i) % 8] + " no " + std::to_string(i % 97));
  }
  for (const WordWeighting weighting : {WordWeighting::kBm25, WordWeighting::kTfIdf}) {
    const TextVectors::Options options{.weighting = weighting};
    const auto one = TextVectors::fit({{.titles = titles}, {1}}, options);
    const SparseRows rows = one.predict({{.titles = titles}, {1}});
    for (const int threads : {2, 8}) {
      const auto many = TextVectors::fit({{.titles = titles}, {threads}}, options);
      EXPECT_EQ(framed(many), framed(one));
      EXPECT_EQ(many.predict({{.titles = titles}, {threads}}), rows);
    }
    const auto again = loaded<TextVectors>(framed(one));
    EXPECT_EQ(framed(again), framed(one));
    EXPECT_EQ(again.predict({{.titles = titles}}), rows);
  }
}

TEST(TextVectors, RefuseBytesThatAreCutOrDoNotFitTogether) {
  const auto model = fitted(kTitles);
  const std::string bytes = framed(model);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_THROW(loaded<TextVectors>(bytes.substr(0, size)), Error) << size;
  }
  ByteWriter writer;
  model.save(writer);
  std::string body = writer.bytes();
  body[0] = 7;  // no such weighting
  ByteReader reader(body);
  EXPECT_THAT(message_of([&] { TextVectors::load(reader); }), HasSubstr("do not fit together"));
}

TEST(TextVectors, RefuseWhatDoesNotFitByName) {
  const Texts few = {"tea"};
  EXPECT_THAT(message_of([&] { TextVectors::fit({{.titles = kTitles, .categories = few}}, {}); }),
              HasSubstr("fields differ in length (titles 8, descriptions 0, categories 1"));
  EXPECT_EQ(message_of([&] { fitted(few, {.k1 = -1}); }),
            "text vectors: k1 is -1, needs 0 to 1000");
  EXPECT_EQ(message_of([&] { fitted(few, {.b = 2}); }), "text vectors: b is 2, needs 0 to 1");
  EXPECT_EQ(message_of([&] { fitted(few, {.min_items = 0}); }),
            "text vectors: min_items is 0, needs at least 1");
  EXPECT_EQ(message_of([&] { fitted(few, {.max_words = 0}); }),
            "text vectors: max_words is 0, needs at least 1");
  EXPECT_THAT(message_of([&] { fitted(few, {.fields = {0, 0, 0, 0}}); }),
              HasSubstr("field weights need to be"));
  EXPECT_THAT(message_of([&] { fitted({}, {}); }), HasSubstr("no word is in 2 items or more"));
  EXPECT_THAT(message_of([&] { fitted({"", "..."}); }), HasSubstr("no word is in"));
}

// Laws, over titles of few words.

const std::vector<std::string> kWords = {"tea", "cup", "pot", "red", "茶杯", "500ml", "蓝色", "x"};

std::string any_title() {
  std::string title;
  for (const auto& word : *rc::gen::container<Texts>(rc::gen::elementOf(kWords)))
    title += word + " ";
  return title;
}
Texts any_titles() {
  Texts titles{"tea cup pot", "tea"};  // one word at least that two items have
  const auto n = *rc::gen::inRange(1, 12);
  for (int i = 0; i < n; ++i) titles.push_back(any_title());
  return titles;
}
TextVectors::Options any_options() {
  return {.weighting = *rc::gen::element(WordWeighting::kBm25, WordWeighting::kTfIdf),
          .min_items = *rc::gen::element<std::size_t>(1, 2)};
}
double largest_difference(const SparseRows& a, const SparseRows& b) {
  RC_ASSERT(a.ids == b.ids);
  double largest = 0;
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    largest = std::max(largest, static_cast<double>(std::abs(a.values[k] - b.values[k])));
  }
  return largest;
}

RC_GTEST_PROP(TextVectors, HaveUnitLengthOrAreEmpty, ()) {
  const Texts titles = any_titles();
  const auto model = fitted(titles, {.min_items = 1});
  const SparseRows rows = rows_of(model, titles);
  RC_ASSERT(rows.view().is_consistent());
  for (std::size_t i = 0; i < titles.size(); ++i) {
    double squares = 0;
    for (const auto& [word, weight] : named(model, rows, i)) squares += weight * weight;
    RC_ASSERT(rows.view().row_size(i) == 0 || std::abs(squares - 1) < 1e-6);
    RC_ASSERT((rows.view().row_size(i) == 0) == WordBreaker().words(titles[i]).empty());
  }
}

RC_GTEST_PROP(TextVectors, IgnoreWordsTheyDoNotKnow, ()) {
  const auto model = fitted(any_titles(), any_options());
  const std::string title = any_title();
  RC_ASSERT(rows_of(model, {title + " unheard of 新词"}) == rows_of(model, {title}));
}

RC_GTEST_PROP(TextVectors, DoNotDependOnTheOrderOfItems, ()) {
  const Texts titles = any_titles();
  Texts turned(titles.rbegin(), titles.rend());
  const auto options = any_options();
  const std::size_t n = titles.size();
  const auto model = fitted(titles, options);
  RC_ASSERT(framed(model) == framed(fitted(turned, options)));
  const SparseRows rows = rows_of(model, titles);
  const SparseRows other = rows_of(model, turned);
  for (std::size_t i = 0; i < n; ++i) {
    RC_ASSERT(named(model, rows, i) == named(model, other, n - 1 - i));
  }
}

RC_GTEST_PROP(TextVectors, EncodeANewItemAsOneThatWasThereAtTheFit, ()) {
  const Texts titles = any_titles();
  const auto model = fitted(titles);
  const auto place = *rc::gen::inRange<std::size_t>(0, titles.size());
  const SparseRows all = rows_of(model, titles);
  const SparseRows alone = rows_of(model, {titles[place]});
  RC_ASSERT(named(model, alone, 0) == named(model, all, place));
}

// A text said n times over: under BM25 every word tends to its idf, however often it was said to begin with.
RC_GTEST_PROP(TextVectors, SaturateUnderBm25WhenATextIsRepeated, ()) {
  const auto model = fitted(any_titles(), {.b = 0, .min_items = 1});
  const std::string title = any_title();
  const auto repeated = [&](int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += title;
    return rows_of(model, {text});
  };
  const SparseRows often = repeated(100);
  RC_ASSERT(largest_difference(often, repeated(200)) < 1e-2);
  double squares = 0;
  for (const std::uint32_t word : often.ids) squares += model.idf(word) * model.idf(word);
  for (std::size_t k = 0; k < often.ids.size(); ++k) {
    const double limit = model.idf(often.ids[k]) / std::sqrt(squares);
    RC_ASSERT(std::abs(static_cast<double>(often.values[k]) - limit) < 1e-2);
  }
}

}  // namespace
}  // namespace perennial::models
