#include "perennial/models/recommend/pictures/picture_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "perennial/base/random.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/pictures/item_likeness.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

// Squares of one of three colours at random places; item i is of colour i mod 3.
ItemPictures coloured_squares(std::size_t items, std::uint64_t seed) {
  constexpr std::uint8_t kColours[3][3] = {{220, 30, 30}, {30, 200, 40}, {30, 40, 220}};
  RandomStream random(seed, 0);
  ItemPictures pictures;
  for (std::uint32_t i = 0; i < items; ++i) {
    pictures.item.push_back(i);
    std::vector<std::uint8_t> pixels(kPictureSize, 255);
    const std::size_t left = random.below(30), top = random.below(30), side = 20 + random.below(14);
    for (std::size_t y = top; y < top + side; ++y)
      for (std::size_t x = left; x < left + side; ++x)
        for (std::size_t c = 0; c < 3; ++c)
          pixels[(y * kPictureSide + x) * 3 + c] = kColours[i % 3][c];
    pictures.pixels.insert(pictures.pixels.end(), pixels.begin(), pixels.end());
  }
  return pictures;
}

std::vector<std::uint32_t> colours_of(std::size_t items) {
  std::vector<std::uint32_t> colours;
  for (std::uint32_t i = 0; i < items; ++i) colours.push_back(i % 3);
  return colours;
}

// Every customer buys four items of one colour.
Interactions bought_by_colour(std::size_t items, std::size_t customers) {
  RandomStream random(3, 0);
  std::vector<std::uint32_t> customer, item;
  for (std::uint32_t c = 0; c < customers; ++c)
    for (int k = 0; k < 4; ++k) {
      customer.push_back(c);
      item.push_back(static_cast<std::uint32_t>(c % 3 + 3 * random.below(items / 3)));
    }
  const std::vector<double> weight(item.size(), 1.0);
  const std::vector<Day> day(item.size(), Day{0});
  return Interactions::build({customers, items, customer, item, weight, day});
}

double share_of_own_colour(const ItemVectors& vectors) {
  double own = 0;
  for (std::uint32_t i = 0; i < vectors.items(); ++i)
    own += most_alike(vectors, i, 1)[0].item % 3 == i % 3 ? 1 : 0;
  return own / static_cast<double>(vectors.items());
}

class PictureEncoderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  }
  ItemPictures pictures_ = coloured_squares(60, 1);
  std::vector<std::uint32_t> colours_ = colours_of(60);
  PictureVectors::Input input_{.items = 60, .pictures = pictures_, .category = colours_};
  PictureEncoder::Options quick_{.dimensions = 8, .epochs = 1};
};

using PictureEncoderTestSlow = PictureEncoderTest;

TEST_F(PictureEncoderTestSlow, LearnsToTellCategoriesApartOnPicturesItHasNotSeen) {
  const auto encoder = PictureEncoder::fit(input_, {.dimensions = 16, .epochs = 6});
  const ItemPictures others = coloured_squares(30, 2);
  EXPECT_GT(share_of_own_colour(encoder.predict({.items = 30, .pictures = others})), 0.8);
}

TEST_F(PictureEncoderTestSlow, LearnsFromWhatIsBoughtTogetherAlone) {
  const Interactions bought = bought_by_colour(60, 300);
  input_.category = {};
  input_.bought = &bought;
  const auto encoder = PictureEncoder::fit(input_, {.dimensions = 16, .epochs = 8});
  const ItemPictures others = coloured_squares(30, 2);
  EXPECT_GT(share_of_own_colour(encoder.predict({.items = 30, .pictures = others})), 0.8);
}

TEST_F(PictureEncoderTest, LearnsTheSameAgainAndAnswersTheSameForAnyNumberOfThreads) {
  const Interactions bought = bought_by_colour(60, 100);
  input_.bought = &bought;
  const auto encoder = PictureEncoder::fit(input_, quick_);
  const ItemPictures many = coloured_squares(150, 2);
  const ItemVectors one = encoder.predict({.items = 150, .pictures = many, .threads = {1}});
  input_.threads = {8};
  EXPECT_EQ(framed(PictureEncoder::fit(input_, quick_)), framed(encoder));
  for (const int threads : {2, 8})
    EXPECT_EQ(encoder.predict({.items = 150, .pictures = many, .threads = {threads}}), one);
}

TEST_F(PictureEncoderTest, GivesUnitRowsAndNothingForItemsWithoutPicture) {
  const auto encoder = PictureEncoder::fit(input_, quick_);
  ItemPictures few = coloured_squares(2, 5);
  few.item = {1, 3};
  const ItemVectors vectors = encoder.predict({.items = 5, .pictures = few});
  ASSERT_EQ(vectors.items(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    double squares = 0;
    for (const float x : vectors.row(i)) squares += static_cast<double>(x) * x;
    EXPECT_NEAR(squares, i == 1 || i == 3 ? 1 : 0, 1e-5) << i;
  }
}

TEST_F(PictureEncoderTest, AnswersAfterSaveAndLoadBitForBit) {
  const auto encoder = PictureEncoder::fit(input_, quick_);
  const std::string bytes = framed(encoder);
  const auto again = loaded<PictureEncoder>(bytes);
  EXPECT_EQ(framed(again), bytes);
  EXPECT_EQ(again.predict(input_), encoder.predict(input_));
  for (const std::size_t size : {std::size_t{0}, std::size_t{9}, bytes.size() - 1})
    EXPECT_THROW(loaded<PictureEncoder>(bytes.substr(0, size)), Error);
  ByteWriter wrong;
  wrong.scalar<std::uint64_t>(8);
  wrong.scalar<std::uint64_t>(3);
  wrong.array(std::vector<float>(5));
  wrong.array(std::vector<float>(8));
  EXPECT_THAT(message_of([&] { loaded<PictureEncoder>(frame(PictureEncoder::kId, wrong)); }),
              HasSubstr("do not fit together"));
}

TEST_F(PictureEncoderTest, SaysWhyItCannotLearn) {
  const ItemPictures few = coloured_squares(39, 1);
  EXPECT_THAT(message_of([&] { PictureEncoder::fit({.items = 39, .pictures = few}, {}); }),
              HasSubstr("39 pictures that can be read, needs at least 40"));
  const std::vector<std::uint32_t> one(60, 5);
  input_.category = one;
  EXPECT_THAT(message_of([&] { PictureEncoder::fit(input_, {}); }),
              HasSubstr("all pictures show one category"));
}

TEST_F(PictureEncoderTest, RefusesWrongRequestsByName) {
  EXPECT_THAT(message_of([&] { PictureEncoder::fit(input_, {.dimensions = 1}); }),
              HasSubstr("dimensions is 1, needs 2 to 1024"));
  EXPECT_THAT(message_of([&] { PictureEncoder::fit(input_, {.learning_rate = 0}); }),
              HasSubstr("learning_rate is 0"));
  EXPECT_THAT(message_of([&] { PictureEncoder::fit({.items = 50, .pictures = pictures_}, {}); }),
              HasSubstr("picture 51 shows item 50, there are 50"));
  ItemPictures twice = pictures_;
  twice.item[1] = 0;
  EXPECT_THAT(message_of([&] { PictureEncoder::fit({.items = 60, .pictures = twice}, {}); }),
              HasSubstr("picture 2 shows item 0 after item 0"));
  const std::vector<std::uint32_t> short_list(3);
  input_.category = short_list;
  EXPECT_THAT(message_of([&] { PictureEncoder::fit(input_, {}); }),
              HasSubstr("category has 3 entries, needs 60 or none"));
}

TEST_F(PictureEncoderTest, CanBeStoppedBetweenEpochs) {
  const auto progress = make_quiet_progress();
  progress->stop();
  input_.progress = progress.get();
  EXPECT_THROW(PictureEncoder::fit(input_, quick_), Error);
}

TEST(PictureEncoder, HasADocsPage) {
  EXPECT_TRUE(
      std::filesystem::exists(PERENNIAL_SOURCE_DIR "/docs/models/recommend.picture_encoder.md"));
}

ItemVectors corners() {  // items 0 and 1 alike, 2 between, 3 unknown, 4 opposite
  return {.width = 2, .values = {1, 0, 1, 0, 0.6F, 0.8F, 0, 0, -1, 0}};
}

TEST(ItemLikeness, RanksByCosineAndLeavesOutTheUnknownAndTheBlocked) {
  EXPECT_EQ(most_alike(corners(), 0, 10),
            (std::vector<ScoredItem>{{1, 1}, {2, static_cast<double>(0.6F)}, {4, -1}}));
  EXPECT_EQ(most_alike(corners(), 0, 1, std::vector<std::uint8_t>{0, 1, 0, 0, 0})[0].item, 2U);
  EXPECT_TRUE(most_alike(corners(), 3, 10).empty());
  EXPECT_THAT(message_of([] { most_alike(corners(), 5, 1); }), HasSubstr("item 5 was asked for"));
}

TEST(ItemLikeness, OffersWhatIsLikeTheHistoryAndNamesTheItemThatIsMostAlike) {
  const std::vector<std::uint32_t> customer{0, 0, 1}, item{0, 4, 3};
  const std::vector<double> weight(3, 1.0);
  const std::vector<Day> day(3, Day{0});
  const Interactions shop = Interactions::build({2, 5, customer, item, weight, day});
  const std::vector<std::uint32_t> only{0};
  const std::vector<double> once(1, 1.0);
  const std::vector<Day> today(1, Day{0});
  const Interactions first = Interactions::build({1, 5, only, only, once, today});
  const auto lists = offer_alike(corners(), {.interactions = first});
  EXPECT_THAT(lists.items_of(0), ::testing::ElementsAre(1, 2, 4));
  EXPECT_THAT(lists.because_of(0), ::testing::ElementsAre(0, 0, 0));
  // Vectors that cancel out, and a history of which nothing is known, say nothing.
  EXPECT_EQ(offer_alike(corners(), {.interactions = shop}).items.size(), 0U);
}

}  // namespace
}  // namespace perennial::models
