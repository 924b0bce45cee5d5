#include "perennial/models/recommend/pictures/item_looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/pictures/item_likeness.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

// Plain pictures, item i of colour i mod 3 and a little noise.
ItemPictures coloured(std::size_t items) {
  ItemPictures pictures;
  RandomStream random(1, 0);
  for (std::uint32_t i = 0; i < items; ++i) {
    pictures.item.push_back(i);
    for (std::size_t k = 0; k < kPictureSize; ++k)
      pictures.pixels.push_back(
          static_cast<std::uint8_t>((k % 3 == i % 3 ? 200 : 30) + random.below(40)));
  }
  return pictures;
}

// Customers buy four of the first 48 items, of one colour; nobody bought the others.
Interactions bought_by_colour() {
  RandomStream random(3, 0);
  std::vector<std::uint32_t> customer, item;
  for (std::uint32_t c = 0; c < 60; ++c)
    for (int k = 0; k < 4; ++k) {
      customer.push_back(c);
      item.push_back(static_cast<std::uint32_t>(c % 3 + 3 * random.below(16)));
    }
  return Interactions::build(
      {60, 60, customer, item, std::vector(item.size(), 1.0), std::vector(item.size(), Day{0})});
}

class ItemLooksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  }
  ItemLooks fitted(int epochs, int threads = 2) const {
    return ItemLooks::fit({.interactions = bought_, .threads = {threads}},
                          {.pictures = &pictures_, .encoder = {.dimensions = 8, .epochs = epochs}});
  }
  Interactions bought_ = bought_by_colour();
  ItemPictures pictures_ = coloured(60);
};
using ItemLooksTestSlow = ItemLooksTest;

TEST_F(ItemLooksTestSlow, OfferItemsThatNobodyBoughtToThoseWhoBoughtWhatLooksAlike) {
  const ItemLooks looks = fitted(6);
  std::vector<std::uint8_t> known(60, 1);
  std::fill(known.begin() + 48, known.end(), 0);
  const auto lists = looks.predict({.interactions = bought_, .blocked = known, .n = 4});
  double own = 0;
  for (std::uint32_t c = 0; c < 60; ++c)
    for (const std::uint32_t item : lists.items_of(c)) {
      EXPECT_GE(item, 48U);
      own += item % 3 == c % 3 ? 1 : 0;
    }
  EXPECT_GT(own / 240, 0.8);
  EXPECT_EQ(looks.similar(50, 1, known)[0].item % 3, 50U % 3);
}

TEST_F(ItemLooksTest, LearnNothingFromPicturesOfItemsThatNobodyBought) {
  const ItemLooks before = fitted(1);
  for (std::size_t k = 48 * kPictureSize; k < pictures_.pixels.size(); ++k)
    pictures_.pixels[k] ^= 255;
  const ItemLooks after = fitted(1);
  ByteWriter one, other;
  before.encoder().save(one);
  after.encoder().save(other);
  EXPECT_EQ(frame("encoder", one), frame("encoder", other));
  EXPECT_NE(before.vectors(), after.vectors());
}

TEST_F(ItemLooksTest, AreTheSameAfterSaveAndLoadAndForAnyNumberOfThreads) {
  const ItemLooks looks = fitted(1, 1);
  EXPECT_EQ(framed(fitted(1, 8)), framed(looks));
  const std::string bytes = framed(looks);
  ByteReader reader(unframe(ItemLooks::kId, bytes));
  const ItemLooks loaded = ItemLooks::load(reader);
  EXPECT_EQ(framed(loaded), bytes);
  EXPECT_EQ(loaded.predict({bought_}), looks.predict({bought_}));
}

TEST_F(ItemLooksTest, RefuseVectorsThatAreNone) {
  const ItemLooks looks = fitted(1);
  ByteWriter writer;
  looks.encoder().save(writer);
  std::vector<float> values = looks.vectors().values;
  values.back() = 7;
  writer.array(values);
  const std::string bytes = frame(ItemLooks::kId, writer);
  ByteReader reader(unframe(ItemLooks::kId, bytes));
  EXPECT_THROW(ItemLooks::load(reader), Error);
}

TEST(ItemLooks, NeedPictures) {
  const Interactions bought = bought_by_colour();
  try {
    ItemLooks::fit({bought}, {});
    FAIL() << "learnt from nothing";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no pictures to learn from"));
  }
}

}  // namespace
}  // namespace perennial::models
