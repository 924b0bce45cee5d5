#include "perennial/simulate/catalogue.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "perennial/base/text.h"
#include "perennial/simulate/shelf.h"
#include "perennial/simulate/taste.h"
#include "perennial/simulate/words.h"

namespace perennial::simulate {
namespace {

TEST(SimulateCatalogue, NamesEveryItemOnce) {
  for (const double chinese : {0.0, 1.0}) {
    const Catalogue catalogue({.chinese_share = chinese, .items = 2400});
    std::set<std::string> names;
    for (const Item& item : catalogue.items()) {
      EXPECT_TRUE(names.insert(item.category_path + item.name).second) << item.name;
      EXPECT_TRUE(is_valid_utf8(item.name));
      EXPECT_GT(item.reference_price, item.cost);
      EXPECT_GE(item.list_price, item.reference_price);
      EXPECT_GT(item.cost, 0);
      EXPECT_LT(item.launch_day, item.end_day);
    }
  }
}

TEST(SimulateCatalogue, SpeaksTheLanguageOfMostCustomers) {
  EXPECT_EQ(Catalogue({.chinese_share = 0.9}).items()[0].category_path, "家居/马克杯");
  EXPECT_EQ(Catalogue({.chinese_share = 0.1}).items()[0].category_path, "Home/Mugs");
}

TEST(SimulateCatalogue, SharesSumToOne) {
  const Catalogue catalogue({.items = 300});
  double shares = 0;
  for (const Item& item : catalogue.items()) shares += item.base_share;
  EXPECT_NEAR(shares, 1, 1e-9);
  for (const Category& category : catalogue.categories()) {
    double popularity = 0;
    for (std::size_t i = category.begin; i < category.end; ++i)
      popularity += catalogue.items()[i].popularity;
    EXPECT_NEAR(popularity, 1, 1e-9);
  }
}

TEST(SimulateCatalogue, DrawsByPopularity) {
  const Catalogue catalogue({.items = 480});
  const Category& category = catalogue.categories()[7];
  std::vector<int> drawn(catalogue.items().size(), 0);
  RandomStream random(9, 0);
  constexpr int kDraws = 50'000;
  for (int i = 0; i < kDraws; ++i) ++drawn[catalogue.draw_in_category(7, random)];
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const double p = i >= category.begin && i < category.end ? catalogue.items()[i].popularity : 0;
    EXPECT_NEAR(drawn[i], kDraws * p, 5 * std::sqrt(kDraws * p) + 1e-9) << i;
  }
}

TEST(SimulateCatalogue, ScalesPricesWithTheOrderValue) {
  const Catalogue small({.items = 480, .spend = {.mean = 35}});
  const Catalogue large({.currency = "JPY", .items = 480, .spend = {.mean = 5250}});
  double ratio = 0;
  for (std::size_t i = 0; i < 480; ++i) {
    ratio += large.items()[i].reference_price / small.items()[i].reference_price / 480;
    EXPECT_EQ(large.items()[i].reference_price, std::round(large.items()[i].reference_price));
  }
  EXPECT_NEAR(ratio, 150, 8);
}

TEST(Taste, ChoosesCategoriesByItsShares) {
  const Catalogue catalogue({.items = 240});
  RandomStream random(10, 0);
  const Taste taste(catalogue, random);
  double below = 0;
  for (std::size_t c = 0; c < Taste::kCategories; ++c) {
    const double share = taste.category_share(c);
    EXPECT_GT(share, 0);
    EXPECT_EQ(taste.draw_category(static_cast<float>(below + share / 2)), c);
    below += share;
  }
  EXPECT_NEAR(below, 1, 1e-5);
}

TEST(Words, FitTheTree) {
  ASSERT_EQ(category_words().size(), Taste::kCategories);
  for (std::size_t c = 0; c < category_words().size(); ++c)
    EXPECT_EQ(category_words()[c].department, static_cast<int>(c / 6));
  for (const auto names : {given_names_english(), given_names_chinese()}) {
    for (std::size_t i = 0; i < names.size(); ++i)
      EXPECT_EQ(names[i].gender, i < names.size() / 2 ? "f" : "m") << names[i].text;
  }
}

TEST(Shelf, ShowsWhatIsOnSaleAtThePriceOfTheDay) {
  const Options options{.items = 240};
  const Catalogue catalogue(options);
  const SeasonClock clock(options.start_day, options.days, 1);
  const auto prices = plan_prices(options, catalogue);
  const auto stock = plan_stock(options, catalogue, clock);
  const Shelf shelf(options, catalogue, prices, stock);
  for (std::size_t i = 0; i < catalogue.items().size(); ++i) {
    const Item& item = catalogue.items()[i];
    for (int day = 0; day < options.days; day += 5) {
      bool available = day >= item.launch_day && day < item.end_day;
      for (const DaySpan& span : stock[i].out_of_stock)
        available = available && !(day >= span.from && day < span.to);
      EXPECT_EQ(shelf.appeal(i, day) > 0, available);
      std::int64_t price = 0;
      for (const PriceSpell& spell : prices[i]) {
        if (spell.from_day <= day) price = spell.minor;
      }
      EXPECT_EQ(shelf.price_minor(i, day), price);
    }
  }
  EXPECT_GT(shelf.mean_price_index(), 0.93);
  EXPECT_LT(shelf.mean_price_index(), 1);
}

}  // namespace
}  // namespace perennial::simulate
