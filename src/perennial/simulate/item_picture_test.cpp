#include "perennial/simulate/item_picture.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <set>

#include "perennial/simulate/item_outline.h"
#include "perennial/simulate/png.h"
#include "perennial/simulate/words.h"

namespace perennial::simulate {
namespace {

using Pixels = std::vector<std::uint8_t>;

// Mean difference of a channel, 0 to 255.
double distance(const Pixels& a, const Pixels& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

TEST(SimulateItemPicture, IsTheSameForTheSameItemAndSeed) {
  const Catalogue catalogue({.items = 240});
  const Item& item = catalogue.items()[17];
  EXPECT_EQ(draw_item_picture(item, 17, 1).size(), kItemPictureSide * kItemPictureSide * 3);
  EXPECT_EQ(draw_item_picture(item, 17, 1), draw_item_picture(item, 17, 1));
  EXPECT_NE(draw_item_picture(item, 17, 1), draw_item_picture(item, 17, 2));
}

TEST(SimulateItemPicture, ShowsEveryLatentFactorBeyondItsNoise) {
  Item item{.category = 36, .colour = 3};
  item.factor.fill(0.1F);
  const Pixels plain = draw_item_picture(item, 5, 1);
  for (std::size_t f = 0; f < kFactors; ++f) {
    Item other = item;
    other.factor[f] = -0.2F;
    EXPECT_GT(distance(draw_item_picture(other, 5, 1), plain), 1.0) << f;
  }
}

TEST(SimulateItemPicture, GivesEveryCategoryItsOwnOutline) {
  ASSERT_NO_THROW(outline_of(category_words().size() - 1));
  std::set<Pixels> seen;
  for (std::size_t c = 0; c < category_words().size(); ++c) {
    Item item{.category = static_cast<int>(c)};
    EXPECT_TRUE(seen.insert(draw_item_picture(item, 3, 1)).second) << c;
  }
}

TEST(SimulatePng, HoldsThePixelsItWasGiven) {
  Pixels pixels(7 * 5 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  const std::string file = encode_png(pixels, 7, 5);
  EXPECT_EQ(file.substr(0, 8), "\x89PNG\r\n\x1A\n");
  EXPECT_EQ(file.substr(16, 8), std::string("\0\0\0\7\0\0\0\5", 8));
  const std::size_t data = file.find("IDAT") + 4;
  Pixels rows(5 * 22);
  uLongf size = rows.size();
  ASSERT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(&file[data]),
                       static_cast<uLong>(file.size() - data)),
            Z_OK);
  for (std::size_t y = 0; y < 5; ++y)
    for (std::size_t i = 0; i < 21; ++i) {
      const int above = y == 0 ? 0 : pixels[(y - 1) * 21 + i];
      EXPECT_EQ(static_cast<std::uint8_t>(rows[y * 22 + 1 + i] + above), pixels[y * 21 + i]);
    }
}

}  // namespace
}  // namespace perennial::simulate
