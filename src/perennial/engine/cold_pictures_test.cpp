// What pictures are worth for items that nobody has bought yet: docs/models/recommend.picture_encoder.md has the table.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "perennial/engine/new_items.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/pictures/picture_decoder.h"
#include "perennial/simulate/item_picture.h"
#include "perennial/simulate/png.h"
#include "perennial/simulate/scenario.h"
#include "perennial/simulate/simulation.h"

namespace perennial::engine {
namespace {

using models::Interactions;
using models::TopItems;

struct Log {
  std::vector<std::uint32_t> customer, item;
  std::vector<double> weight;
  std::vector<Day> day;

  void add(std::uint32_t c, std::uint32_t i, Day d) {
    customer.push_back(c);
    item.push_back(i);
    weight.push_back(1);
    day.push_back(d);
  }
  Interactions build(std::size_t customers, std::size_t items) const {
    return Interactions::build({customers, items, customer, item, weight, day});
  }
};

// A fifth of the items lose their history. Train: the others, in the first three quarters of the year; test: the cold ones
// bought afterwards, by customers with a history in train.
struct ColdShop {
  Interactions train, test;
  std::vector<std::uint8_t> cold, warm;  // per item
  ShopItems items;

  explicit ColdShop(std::uint64_t seed) {
    const simulate::Simulation simulation(
        {.customers = 30'000, .days = 365, .seed = seed, .items = 1200});
    RandomStream random(seed, 1ULL << 50);
    std::set<std::string> categories;
    for (const auto& item : simulation.scenario().catalogue.items()) {
      cold.push_back(random.bernoulli(0.2) ? 1 : 0);
      warm.push_back(1 - cold.back());
      items.facts.category.push_back(static_cast<std::uint32_t>(item.category));
      items.names.push_back(item.name);
      items.category_of_item.push_back(item.category_path);
      items.brand_of_item.push_back(item.brand);
      categories.insert(item.category_path);
    }
    items.categories.assign(categories.begin(), categories.end());
    take_orders(simulation);
    take_pictures(simulation, seed);
  }

 private:
  void take_orders(const simulate::Simulation& simulation) {
    const auto& catalogue = simulation.scenario().catalogue.items();
    std::unordered_map<std::string, std::uint32_t> item_numbers, customer_numbers;
    for (std::uint32_t i = 0; i < catalogue.size(); ++i) item_numbers[catalogue[i].id] = i;
    Log before, after;
    const Day cut = simulation.options().start_day + 273;
    for (std::size_t c = 0; c < simulation.chunk_count(); ++c) {
      const simulate::Chunk chunk = simulation.chunk(c);
      const simulate::OrderLineBatch& lines = chunk.order_lines;
      for (std::size_t k = 0; k < lines.size(); ++k) {
        if (lines.kind[k] != "sale" || lines.customer_id[k].empty()) continue;
        const auto next = static_cast<std::uint32_t>(customer_numbers.size());
        const std::uint32_t customer =
            customer_numbers.try_emplace(std::string(lines.customer_id[k]), next).first->second;
        const std::uint32_t item = item_numbers.at(std::string(lines.item_id[k]));
        const Day day = to_day(lines.time[k]);
        if (day < cut && cold[item] == 0) before.add(customer, item, day);
        if (day >= cut && cold[item] != 0) after.add(customer, item, day);
      }
    }
    train = before.build(customer_numbers.size(), catalogue.size());
    Log judged;
    for (std::size_t k = 0; k < after.item.size(); ++k)
      if (!train.items_of(after.customer[k]).empty())
        judged.add(after.customer[k], after.item[k], after.day[k]);
    test = judged.build(customer_numbers.size(), catalogue.size());
  }

  // As files are read: drawn, encoded, decoded.
  void take_pictures(const simulate::Simulation& simulation, std::uint64_t seed) {
    const auto& catalogue = simulation.scenario().catalogue.items();
    models::ItemPictures pictures;
    for (std::uint32_t i = 0; i < catalogue.size(); ++i) {
      const std::string file =
          simulate::encode_png(simulate::draw_item_picture(catalogue[i], i, seed),
                               simulate::kItemPictureSide, simulate::kItemPictureSide);
      const auto read =
          models::read_picture({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
      ASSERT_EQ(read.fault, "");
      pictures.item.push_back(i);
      pictures.pixels.insert(pictures.pixels.end(), read.pixels.begin(), read.pixels.end());
    }
    items.pictures = std::make_shared<const models::ItemPictures>(std::move(pictures));
  }
};

// Seeds of simulated shops.
class ColdPicturesSlow : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ColdPicturesSlow, testing::Values(11, 7, 1));

TEST_P(ColdPicturesSlow, AreFoundByTheirPicturesBetterThanByThePopularityOfTheirCategory) {
  if (!models::networks_available()) GTEST_SKIP() << "no module of neural networks";
  if (!models::picture_decoder_available()) GTEST_SKIP() << "no module of pictures";
  const auto progress = make_quiet_progress();
  Context context{.now = {}, .threads = {2}, .progress = *progress};
  const ColdShop shop(GetParam());
  const auto question = evaluate::about_new_items(shop.train, shop.test, shop.warm, 30'000);
  const TopItems::Input learning{.interactions = shop.train, .threads = context.threads};
  const FittedRecommender words = recommender(kWordsId).fit(learning, shop.items, *progress);
  const FittedRecommender looks =
      recommender(models::ItemLooks::kId).fit(learning, shop.items, *progress);
  const report::NewItems table = judge_new_items(question, shop.train, shop.items,
                                                 {.words = &words, .looks = &looks}, 10, context);
  fmt::print("seed {}: {} new items, {} customers\n", GetParam(), table.items, table.customers);
  for (const report::NewItemsRow& row : table.rows)
    fmt::print("{:<24}hits {:.3f} ({:.3f} to {:.3f}), recall {:.3f}\n", row.id, row.hit_rate.value,
               row.hit_rate.interval->low, row.hit_rate.interval->high, row.recall.value);
  const auto judged = [&](const TopItems::Output& lists) {
    return evaluate::evaluate_ranking(lists, question.histories, question.wanted, 10);
  };
  const auto popular =
      judged(evaluate::by_category_popularity(question, shop.train, shop.items.facts.category, 10));
  const auto picture =
      judged(looks.predict({.interactions = question.histories, .blocked = question.blocked}));
  const evaluate::Estimate gain = evaluate::compare(picture, popular, "hit_rate", {.level = 0.95});
  fmt::print("picture over category popularity: {:+.3f} ({:+.3f} to {:+.3f})\n", gain.value,
             gain.low, gain.high);
  EXPECT_GT(gain.low, 0);
}

}  // namespace
}  // namespace perennial::engine
