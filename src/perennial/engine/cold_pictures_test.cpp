// What pictures are worth for items that nobody has bought yet: docs/models/recommend.picture_encoder.md has the table.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <unordered_map>

#include "perennial/evaluate/ranking.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/pictures/item_likeness.h"
#include "perennial/models/recommend/pictures/picture_decoder.h"
#include "perennial/models/recommend/pictures/picture_encoder.h"
#include "perennial/models/recommend/selection.h"
#include "perennial/simulate/item_picture.h"
#include "perennial/simulate/png.h"
#include "perennial/simulate/scenario.h"
#include "perennial/simulate/simulation.h"

namespace perennial::engine {
namespace {

using models::Interactions;
using models::ItemVectors;
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
  std::vector<std::uint32_t> category;
  models::ItemPictures pictures, warm_pictures;

  explicit ColdShop(std::uint64_t seed) {
    const simulate::Simulation simulation(
        {.customers = 30'000, .days = 365, .seed = seed, .items = 1200});
    const auto& items = simulation.scenario().catalogue.items();
    RandomStream random(seed, 1ULL << 50);
    for (const auto& item : items) {
      cold.push_back(random.bernoulli(0.2) ? 1 : 0);
      warm.push_back(1 - cold.back());
      category.push_back(static_cast<std::uint32_t>(item.category));
    }
    take_orders(simulation);
    take_pictures(simulation, seed);
  }

 private:
  void take_orders(const simulate::Simulation& simulation) {
    const auto& items = simulation.scenario().catalogue.items();
    std::unordered_map<std::string, std::uint32_t> item_numbers, customer_numbers;
    for (std::uint32_t i = 0; i < items.size(); ++i) item_numbers[items[i].id] = i;
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
    train = before.build(customer_numbers.size(), items.size());
    Log judged;
    for (std::size_t k = 0; k < after.item.size(); ++k)
      if (!train.items_of(after.customer[k]).empty())
        judged.add(after.customer[k], after.item[k], after.day[k]);
    test = judged.build(customer_numbers.size(), items.size());
  }

  // As files are read: drawn, encoded, decoded.
  void take_pictures(const simulate::Simulation& simulation, std::uint64_t seed) {
    const auto& items = simulation.scenario().catalogue.items();
    for (std::uint32_t i = 0; i < items.size(); ++i) {
      const std::string file =
          simulate::encode_png(simulate::draw_item_picture(items[i], i, seed),
                               simulate::kItemPictureSide, simulate::kItemPictureSide);
      const auto read =
          models::read_picture({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
      ASSERT_EQ(read.fault, "");
      const auto add = [&](models::ItemPictures& to) {
        to.item.push_back(i);
        to.pixels.insert(to.pixels.end(), read.pixels.begin(), read.pixels.end());
      };
      add(pictures);
      if (cold[i] == 0) add(warm_pictures);
    }
  }
};

// The same list for everybody: cold items by the train purchases of their category, for each of its items.
TopItems::Output by_category_popularity(const ColdShop& shop) {
  std::vector<double> bought(48), items(48);
  for (std::size_t c = 0; c < shop.train.customers(); ++c)
    for (const std::uint32_t item : shop.train.items_of(c)) ++bought[shop.category[item]];
  models::Selection best(10);
  for (std::size_t i = 0; i < shop.cold.size(); ++i) items[shop.category[i]] += shop.warm[i];
  for (std::uint32_t i = 0; i < shop.cold.size(); ++i)
    if (shop.cold[i] != 0) best.offer(i, bought[shop.category[i]] / (items[shop.category[i]] + 1));
  TopItems::Output lists;
  for (std::size_t c = 0; c < shop.train.customers(); ++c) {
    for (const auto& chosen : best.sorted()) {
      lists.items.push_back(chosen.id);
      lists.scores.push_back(chosen.score);
      lists.because.push_back(models::kNoItem);
    }
    lists.begin.push_back(lists.items.size());
  }
  return lists;
}

// Ten cold items drawn anew for each customer.
TopItems::Output by_chance(const ColdShop& shop) {
  TopItems::Output lists;
  for (std::size_t c = 0; c < shop.train.customers(); ++c) {
    RandomStream random(1, c);
    models::Selection best(10);
    for (std::uint32_t i = 0; i < shop.cold.size(); ++i)
      if (shop.cold[i] != 0) best.offer(i, random.uniform());
    for (const auto& chosen : best.sorted()) {
      lists.items.push_back(chosen.id);
      lists.scores.push_back(chosen.score);
      lists.because.push_back(models::kNoItem);
    }
    lists.begin.push_back(lists.items.size());
  }
  return lists;
}

ItemVectors of_categories(const ColdShop& shop) {
  ItemVectors vectors{.width = 48, .values = std::vector<float>(shop.category.size() * 48)};
  for (std::size_t i = 0; i < shop.category.size(); ++i)
    vectors.values[i * 48 + shop.category[i]] = 1;
  return vectors;
}

ItemVectors both(const ItemVectors& a, const ItemVectors& b) {
  ItemVectors joined{.width = a.width + b.width, .values = {}};
  for (std::size_t i = 0; i < a.items(); ++i)
    for (const ItemVectors* part : {&a, &b})
      for (const float x : part->row(i)) joined.values.push_back(x * 0.70710678F);
  return joined;
}

TEST(ColdPicturesSlow, AreFoundByTheirPicturesBetterThanByThePopularityOfTheirCategory) {
  if (!models::networks_available()) GTEST_SKIP() << "no module of neural networks";
  if (!models::picture_decoder_available()) GTEST_SKIP() << "no module of pictures";
  const ColdShop shop(7);
  const auto encoder = models::PictureEncoder::fit({.items = shop.cold.size(),
                                                    .pictures = shop.warm_pictures,
                                                    .category = shop.category,
                                                    .bought = &shop.train},
                                                   {});
  const ItemVectors seen = encoder.predict({.items = shop.cold.size(), .pictures = shop.pictures});
  const auto judge = [&](std::string_view name, const TopItems::Output& lists) {
    auto report = evaluate::evaluate_ranking(lists, shop.train, shop.test, 10);
    const evaluate::Estimate hit = report.metric("hit_rate");
    fmt::print("{:<24}{:.4f} [{:.4f}, {:.4f}] of {} customers\n", name, hit.value, hit.low,
               hit.high, report.customers);
    return report;
  };
  const auto offered = [&](const ItemVectors& vectors) {
    return offer_alike(vectors, {.interactions = shop.train, .blocked = shop.warm});
  };
  judge("chance", by_chance(shop));
  const auto popular = judge("category popularity", by_category_popularity(shop));
  judge("category", offered(of_categories(shop)));
  const auto picture = judge("picture", offered(seen));
  judge("picture and category", offered(both(seen, of_categories(shop))));
  const evaluate::BootstrapOptions sure{.level = 0.95};
  const evaluate::Estimate gain = evaluate::compare(picture, popular, "hit_rate", sure);
  fmt::print("picture over category popularity: {:+.4f} [{:+.4f}, {:+.4f}], 95 %\n", gain.value,
             gain.low, gain.high);
  EXPECT_GT(gain.low, 0);
}

}  // namespace
}  // namespace perennial::engine
