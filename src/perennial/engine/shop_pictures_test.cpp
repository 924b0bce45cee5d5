#include "perennial/engine/shop_pictures.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "perennial/base/files.h"
#include "perennial/engine/evaluate_recommend.h"
#include "perennial/engine/shop_looks.h"
#include "perennial/engine/small_shop_testing.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/pictures/picture_decoder.h"
#include "perennial/simulate/png.h"

namespace perennial::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ShopPicturesTest : public SmallShop {
 protected:
  void SetUp() override {
    if (!models::networks_available() || !models::picture_decoder_available())
      GTEST_SKIP() << "this build reads no pictures";
  }

  // A picture of one colour, 1 to 3, with something of its own.
  static std::string picture(std::size_t colour, std::size_t number) {
    constexpr std::size_t kSide = 24;
    std::vector<std::uint8_t> pixels(kSide * kSide * 3, 30);
    for (std::size_t k = 0; k < pixels.size(); ++k)
      if (k % 3 == colour % 3) pixels[k] = static_cast<std::uint8_t>(180 + (k * number) % 60);
    return simulate::encode_png(pixels, kSide, kSide);
  }

  void put(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::create_directories(path.parent_path());
    write_file(path, bytes);
  }

  std::optional<ShopPictures> read(std::vector<std::string> known = {}) {
    store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
    store::Connection connection = opened.connect();
    return read_shop_pictures(
        connection, {.shop = shop(), .as_of = *parse_day("2024-12-31"), .known = known}, context_);
  }

  // Fifty items of two kinds with pictures, forty of them bought by those who like the kind.
  void shop_with_looks() {
    std::string items = "event_id,item_id,time,name,category_path,image_path\n";
    for (std::size_t i = 0; i < 50; ++i) {
      items += fmt::format("e{0},i{0:02},2024-01-01,thing,All,pictures/{0}.png\n", i);
      put(folder_ / "pictures" / fmt::format("{}.png", i), picture(i % 2, i));
    }
    import_csv("items.csv", items);
    RandomStream random(4, 0);
    const Day start = *parse_day("2024-01-01");
    for (int c = 0; c < 120; ++c)
      for (int k = 0; k < 8; ++k)
        order(fmt::format("c{:03}", c), start + static_cast<int>(random.below(360)),
              fmt::format("i{:02}", c % 2 + 2 * static_cast<int>(random.below(20))), 5);
    import_orders();
  }
};
using ShopPicturesTestSlow = ShopPicturesTest;

TEST_F(ShopPicturesTest, AreLookedForInTheShopAndBesideTheImportedFile) {
  put(folder_ / "pictures/a.png", picture(1, 1));
  put(folder_ / "pictures/b.png", picture(2, 1));
  put(shop() / "pictures/b.png", picture(3, 1));
  import_csv("items.csv", fmt::format("event_id,item_id,time,image_path\n"
                                      "1,a,2024-01-01,pictures/a.png\n"
                                      "2,b,2024-01-01,pictures/b.png\n"
                                      "3,c,2024-01-01,{}\n"
                                      "4,d,2024-01-01,\n",
                                      (folder_ / "pictures/a.png").string()));
  const auto found = read();
  ASSERT_TRUE(found);
  EXPECT_THAT(found->items, ElementsAre("a", "b", "c"));
  EXPECT_THAT(found->notes, IsEmpty());
  const auto red = [&](std::size_t k) {
    return found->pixels[k * models::kPictureSize + 3 * 32 * models::kPictureSide + 3 * 32];
  };
  EXPECT_GT(red(1), 150);  // the shop's own picture of colour 3
  EXPECT_LT(red(0), 60);
  const auto own = numbered(*found, std::vector<std::string>{"b", "c", "x"});
  EXPECT_THAT(own->item, ElementsAre(0, 1));
  EXPECT_THAT(read({"a", "c"})->items, ElementsAre("b"));
  EXPECT_FALSE(read({"a", "b", "c"}));
}

TEST_F(ShopPicturesTest, ThatAreOfNoUseAreLeftOutWithANote) {
  put(folder_ / "cut.png", picture(1, 1).substr(0, 60));
  put(folder_ / "empty.png", "");
  put(folder_ / "good.png", picture(1, 1));
  import_csv("items.csv",
             "event_id,item_id,time,image_path\n"
             "1,a,2024-01-01,cut.png\n2,b,2024-01-01,empty.png\n3,c,2024-01-01,nowhere.png\n"
             "4,d,2024-01-01,https://shop.example/d.png\n5,e,2024-01-01,good.png\n"
             "6,f,2024-01-01,pictures\n");
  const auto found = read();
  ASSERT_TRUE(found);
  EXPECT_THAT(found->items, ElementsAre("e"));
  EXPECT_THAT(found->notes,
              ElementsAre("Pictures that are not there, left out: 2; the first is nowhere.png of "
                          "item c.",
                          testing::AllOf(HasSubstr("cannot be read, left out: 2;"),
                                         HasSubstr("empty.png of item b: it is empty")),
                          HasSubstr("not fetched, left out: 1; the first is https://")));
}

TEST_F(ShopPicturesTest, AreThoseLastStatedByTheDay) {
  put(folder_ / "old.png", picture(1, 1));
  put(folder_ / "new.png", picture(2, 1));
  import_csv("items.csv",
             "event_id,item_id,time,image_path\n1,a,2024-01-01,old.png\n2,a,2024-06-01,new.png\n"
             "3,a,2025-06-01,later.png\n4,a,2024-07-01,\n5,b,2025-01-01,old.png\n");
  const auto found = read();
  EXPECT_THAT(found->items, ElementsAre("a", "b"));
  EXPECT_NE(std::vector(found->pixels.begin(), found->pixels.begin() + models::kPictureSize),
            std::vector(found->pixels.begin() + models::kPictureSize, found->pixels.end()));
}

TEST_F(ShopPicturesTestSlow, AreLearnedFromThoroughlyAndServeLaterRuns) {
  shop_with_looks();
  Run::Input input;
  EXPECT_THAT(run(input).notes, testing::Not(Contains(HasSubstr("icture"))));
  EXPECT_FALSE(kept_looks(shop() / "models"));
  input.thorough = true;
  run(input);
  const auto kept = kept_looks(shop() / "models");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->known().size(), 50U);
  // What nobody bought is like what looks like it.
  const auto alike = [&](std::string_view where) {
    return value<std::int64_t>(
        fmt::format("SELECT count(*) FROM derived.similar_items WHERE reason = 'similar_look' AND "
                    "item_id >= 'i40' AND {}",
                    where));
  };
  EXPECT_EQ(alike("true"), 100);
  EXPECT_GT(alike("CAST(substr(item_id, 2) AS INTEGER) % 2 = CAST(substr(similar_item_id, 2) AS "
                  "INTEGER) % 2"),
            80);
  const std::string looks = read_file(shop() / "models/looks/0001/looks.bin");

  // An item that came since is seen by the kept encoder.
  put(folder_ / "pictures/late.png", picture(1, 77));
  import_csv("more.csv",
             "event_id,item_id,time,name,image_path\nx,late,2024-12-01,thing,pictures/late.png\n");
  input.thorough = false;
  run(input);
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.similar_items WHERE item_id = 'late' "
                                "AND reason = 'similar_look'"),
            10);
  EXPECT_EQ(kept_looks(shop() / "models")->items.size(), 50U);
  EXPECT_EQ(read_file(shop() / "models/looks/0001/looks.bin"), looks);

  write_file(shop() / "models/looks/0001/looks.bin", looks.substr(0, looks.size() / 2));
  EXPECT_THAT(run(input).notes, Contains(HasSubstr("What was learnt from pictures is left out: ")));
}

TEST_F(ShopPicturesTestSlow, AreJudgedOnItemsWithoutHistory) {
  shop_with_looks();
  lines_.clear();
  for (int c = 0; c < 40; ++c)
    order(fmt::format("c{:03}", c), *parse_day("2024-12-20"),
          fmt::format("i{:02}", 40 + c % 2 + 2 * (c % 5)), 5);
  import_orders();
  const auto judged =
      EvaluateRecommend::run({.shop = shop(), .split = parse_day("2024-12-15"), .thorough = true},
                             context_)
          .judged;
  ASSERT_TRUE(judged.new_items);
  EXPECT_EQ(judged.new_items->customers, 40);
  EXPECT_EQ(judged.new_items->items, 10);
  std::vector<std::string> ways;
  for (const report::NewItemsRow& row : judged.new_items->rows) ways.push_back(row.id);
  EXPECT_THAT(ways, ElementsAre("chance", "category_popularity", "own_categories", "words",
                                "pictures", "words_and_pictures"));
  EXPECT_TRUE(std::ranges::any_of(judged.all,
                                  [](const JudgedRecommender& one) { return one.id == kLooksId; }));
}

}  // namespace
}  // namespace perennial::engine
