#include "perennial/models/recommend/words/word_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "perennial/models/model_testing.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

// Things to drink from and things to wear, in two ways of saying each; what is said of the two kinds differs.
Texts shop_titles() {
  Texts titles;
  for (int round = 0; round < 30; ++round) {
    for (const char* vessel : {"mug", "cups", "茶杯"}) {
      titles.push_back(std::string(round % 2 == 0 ? "ceramic " : "porcelain ") + vessel +
                       " for tea 500ml");
    }
    for (const char* garment : {"shirt", "blouse", "衬衫"}) {
      titles.push_back(std::string(round % 2 == 0 ? "cotton " : "linen ") + garment +
                       " slim sleeve");
    }
  }
  return titles;
}
WordVectors fitted(const Texts& titles) {
  return WordVectors::fit({{.titles = titles}}, {.skip_gram = {.width = 16, .passes = 200}});
}
const WordVectors& shop_model() {  // learning takes a third of a second
  static const WordVectors model = fitted(shop_titles());
  return model;
}
double cosine(const ItemVectors& vectors, std::size_t a, std::size_t b) {
  double product = 0;
  for (std::size_t d = 0; d < vectors.width; ++d) {
    product += static_cast<double>(vectors.row(a)[d]) * static_cast<double>(vectors.row(b)[d]);
  }
  return product;
}

TEST(WordVectors, FindTextsAlikeThatShareNoWordButTheCompany) {
  if (!has_skip_gram()) GTEST_SKIP() << "built without fastText";
  const auto vectors = shop_model().predict(
      {{.titles = Texts{"mug", "茶杯", "衬衫", "unheard of", "", "cotton mug"}}});
  EXPECT_GT(cosine(vectors, 0, 1), 0.5);
  EXPECT_LT(cosine(vectors, 0, 2), 0.3);
  EXPECT_EQ(cosine(vectors, 3, 3), 0);  // no word is known
  EXPECT_EQ(cosine(vectors, 4, 4), 0);
  EXPECT_NEAR(cosine(vectors, 5, 5), 1, 1e-6);
}

TEST(WordVectors, AreTheSameEachTimeForAnyNumberOfThreadsAndAfterSaveAndLoad) {
  if (!has_skip_gram()) GTEST_SKIP() << "built without fastText";
  const Texts titles = shop_titles();
  const WordVectors& model = shop_model();
  const std::string bytes = framed(model);
  EXPECT_EQ(framed(fitted(titles)), bytes);
  const ItemVectors vectors = model.predict({{.titles = titles}, {1}});
  for (const int threads : {2, 8}) {
    EXPECT_EQ(model.predict({{.titles = titles}, {threads}}), vectors);
  }
  const auto again = loaded<WordVectors>(bytes);
  EXPECT_EQ(framed(again), bytes);
  EXPECT_EQ(again.predict({{.titles = titles}}), vectors);
  for (std::size_t size = 0; size < bytes.size(); size += 101) {
    EXPECT_THROW(loaded<WordVectors>(bytes.substr(0, size)), Error) << size;
  }
}

TEST(WordVectors, RefuseOptionsOutOfRangeByName) {
  const Texts titles = {"tea", "tea"};
  const auto refusal = [&](SkipGramOptions options) {
    return message_of([&] { WordVectors::fit({{.titles = titles}}, {.skip_gram = options}); });
  };
  EXPECT_EQ(refusal({.width = 0}), "word vectors: width is 0, needs 1 to 1024");
  EXPECT_EQ(refusal({.passes = 1001}), "word vectors: passes is 1001, needs at most 1000");
  if (!has_skip_gram()) {
    EXPECT_THAT(refusal({}), HasSubstr("PERENNIAL_FASTTEXT"));
  }
}

}  // namespace
}  // namespace perennial::models
