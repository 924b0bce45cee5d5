// How well new items find the customers who will buy them, on a real and on a simulated shop: the figures of
// docs/models/recommend.content.md.
//
// Question of the new items alone, which does a customer buy from the cut on? Asked of customers who bought an old item
//          before it and a new one after it; nothing that happened to a new item is learnt from
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "perennial/evaluate/new_items.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/words/content.h"
#include "perennial/models/recommend/words/text_vectors.h"
#include "perennial/models/recommend/words/word_vectors.h"
#include "perennial/simulate/catalogue.h"
#include "perennial/simulate/simulation_testing.h"
#include "perennial/store/database_read.h"

namespace perennial::engine {
namespace {

using models::Interactions;
using models::TopItems;

const std::string kOnlineRetail = PERENNIAL_SHARED_DATA "/online_retail.parquet";
constexpr std::size_t kPlaces = 10;

struct Lines {
  std::vector<std::uint32_t> customer, item;
  std::vector<Day> day;

  void add(const Lines& from, std::size_t line) {
    customer.push_back(from.customer[line]);
    item.push_back(from.item[line]);
    day.push_back(from.day[line]);
  }
  // A customer has an item or not, however often it was bought.
  Interactions interactions(std::size_t customers, std::size_t items) const {
    Interactions all =
        Interactions::build({customers, items, customer, item, std::vector(item.size(), 1.0), day});
    Lines once;
    for (std::uint32_t c = 0; c < customers; ++c) {
      for (std::size_t k = 0; k < all.items_of(c).size(); ++k) {
        once.customer.push_back(c);
        once.item.push_back(all.items_of(c)[k]);
        once.day.push_back(all.last_days_of(c)[k]);
      }
    }
    return Interactions::build(
        {customers, items, once.customer, once.item, std::vector(once.item.size(), 1.0), once.day});
  }
};

struct Shop {
  std::vector<std::string> titles, descriptions, categories, attributes;  // per item
  Lines lines;
  std::size_t customers = 0;

  models::ItemWords::Input texts() const {
    return {.texts = {titles, descriptions, categories, attributes}};
  }
  std::size_t items() const { return titles.size(); }
};

class Question {
 public:
  Question(const Shop& shop, const std::vector<bool>& is_new, Day cut) : shop_(shop) {
    Lines train, known, later;
    for (std::size_t l = 0; l < shop.lines.item.size(); ++l) {
      if (shop.lines.day[l] >= cut) {
        later.add(shop.lines, l);
        continue;
      }
      known.add(shop.lines, l);
      if (!is_new[shop.lines.item[l]]) train.add(shop.lines, l);
    }
    train_ = train.interactions(shop.customers, shop.items());
    known_ = known.interactions(shop.customers, shop.items());
    std::vector<std::uint8_t> old;
    for (const bool item : is_new) old.push_back(item ? 0 : 1);
    asked_ = evaluate::about_new_items(train_, later.interactions(shop.customers, shop.items()),
                                       old, shop.customers);
  }

  // Share of customers with a purchase among the ten new items offered.
  double by(std::vector<models::ContentSource> sources) const {
    const auto model = models::Content::fit({train_}, {.sources = std::move(sources)});
    return hit_rate(model.predict(ask()));
  }
  // Were the new items not new: the best sellers among them before the cut.
  double by_popularity() const {
    return hit_rate(models::Popularity::fit({known_}, {}).predict(ask()));
  }
  // New items of the categories that the customer has most items of.
  double by_category() const {
    std::map<std::string, std::uint32_t> numbers;
    std::vector<std::uint32_t> category;
    for (const std::string& name : shop_.categories)
      category.push_back(
          numbers.try_emplace(name, static_cast<std::uint32_t>(numbers.size())).first->second);
    return hit_rate(evaluate::by_own_categories(asked_, category, kPlaces));
  }
  // Ten new items drawn at random.
  double by_chance() const {
    return evaluate::figures_by_chance(asked_, kPlaces, kQuick).hit_rate.value;
  }

 private:
  inline static const evaluate::BootstrapOptions kQuick{.replicates = 2};
  TopItems::Input ask() const {
    return {.interactions = asked_.histories, .blocked = asked_.blocked, .n = kPlaces};
  }
  double hit_rate(const TopItems::Output& lists) const {
    return evaluate::figures_of(lists, asked_, kPlaces, kQuick).hit_rate.value;
  }

  const Shop& shop_;
  Interactions train_, known_;
  evaluate::NewItemsQuestion asked_;
};

std::vector<bool> every_tenth(std::size_t items) {
  std::vector<bool> is_new(items);
  for (std::size_t i = 7; i < items; i += 10) is_new[i] = true;
  return is_new;
}
std::vector<bool> first_sold_from(const Shop& shop, Day cut) {
  std::vector<bool> is_new(shop.items(), true);
  for (std::size_t l = 0; l < shop.lines.item.size(); ++l) {
    if (shop.lines.day[l] < cut) is_new[shop.lines.item[l]] = false;
  }
  return is_new;
}

// Goods, without postage and the like; an item's title is the description that most of its lines give.
Shop read_online_retail() {
  store::Database database("", {});
  store::Connection connection = database.connect();
  connection.run(
      "CREATE TABLE lines AS SELECT StockCode AS code, Description AS title, CustomerID::VARCHAR "
      "AS customer, InvoiceDate::DATE AS day FROM read_parquet('" +
      kOnlineRetail +
      "', binary_as_string = true) WHERE CustomerID IS NOT NULL AND regexp_matches(StockCode, "
      "'^[0-9]{5}')");
  Shop shop;
  std::tie(shop.titles) = store::read_columns<std::string>(
      connection, "SELECT mode(title ORDER BY title) FROM lines GROUP BY code ORDER BY code");
  const auto [customer, item, day] = store::read_columns<std::int64_t, std::int64_t, Day>(
      connection,
      "SELECT dense_rank() OVER (ORDER BY customer) - 1, dense_rank() OVER (ORDER BY code) - 1, "
      "day FROM lines ORDER BY 1, 2, 3");
  shop.lines.customer.assign(customer.begin(), customer.end());
  shop.lines.item.assign(item.begin(), item.end());
  shop.lines.day = day;
  shop.customers = static_cast<std::size_t>(customer.back()) + 1;
  return shop;
}

Shop simulate_shop(double chinese_share) {
  const simulate::WholeShop whole({.customers = 40'000, .chinese_share = chinese_share});
  const auto& items = whole.scenario().catalogue.items();
  // The catalogue goes from best sellers to others in every category; ties by number would know that.
  const auto number = [&](std::size_t i) { return i * 7919 % items.size(); };
  Shop shop;
  for (auto* texts : {&shop.titles, &shop.descriptions, &shop.categories, &shop.attributes}) {
    texts->resize(items.size());
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    shop.titles[number(i)] = items[i].name;
    shop.descriptions[number(i)] = items[i].description;
    shop.categories[number(i)] = items[i].category_path;
    shop.attributes[number(i)] = items[i].brand;
  }
  std::map<std::string_view, std::uint32_t> customers;
  for (const simulate::Chunk& chunk : whole.chunks) {
    const auto& lines = chunk.order_lines;
    for (std::size_t l = 0; l < lines.size(); ++l) {
      if (lines.kind[l] != "sale" || lines.customer_id[l].data() == nullptr) continue;
      const auto next = static_cast<std::uint32_t>(customers.size());
      shop.lines.customer.push_back(customers.emplace(lines.customer_id[l], next).first->second);
      shop.lines.item.push_back(static_cast<std::uint32_t>(number(lines.item[l])));
      shop.lines.day.push_back(to_day(lines.time[l]));
    }
  }
  shop.customers = customers.size();
  return shop;
}

TEST(ColdItemsSlow, FindTheirBuyersByTheirWordsInOnlineRetail) {
  if (!std::filesystem::exists(kOnlineRetail)) GTEST_SKIP() << "no " << kOnlineRetail;
  const Shop shop = read_online_retail();
  const Day cut{15'218};  // 2011-09-01
  const auto words = models::TextVectors::fit(shop.texts(), {}).predict(shop.texts());
  {
    const Question tenth(shop, every_tenth(shop.items()), cut);
    EXPECT_NEAR(tenth.by_chance(), 0.1315, 0.005);
    EXPECT_NEAR(tenth.by_popularity(), 0.5105, 0.005);
    EXPECT_NEAR(tenth.by({{&words}}), 0.5411, 0.005);
    const auto curved =
        models::TextVectors::fit(shop.texts(), {.weighting = models::WordWeighting::kTfIdf});
    const auto tfidf = curved.predict(shop.texts());
    EXPECT_NEAR(tenth.by({{&tfidf}}), 0.5327, 0.005);
  }
  const Question fresh(shop, first_sold_from(shop, cut), cut);
  EXPECT_NEAR(fresh.by_chance(), 0.2061, 0.005);
  EXPECT_NEAR(fresh.by({{&words}}), 0.4730, 0.005);
}

TEST(ColdItemsSlow, LearntVectorsOfWordsFindFewerBuyersThanTheWords) {
  if (!std::filesystem::exists(kOnlineRetail)) GTEST_SKIP() << "no " << kOnlineRetail;
  if (!models::has_skip_gram()) GTEST_SKIP() << "built without fastText";
  const Shop shop = read_online_retail();
  const Day cut{15'218};
  const Question question(shop, every_tenth(shop.items()), cut);
  const auto vectors = models::WordVectors::fit(shop.texts(), {}).predict(shop.texts());
  const auto words = models::TextVectors::fit(shop.texts(), {}).predict(shop.texts());
  EXPECT_NEAR(question.by({{&vectors}}), 0.508, 0.02);
  EXPECT_NEAR(question.by({{&words, 2}, {&vectors}}), 0.528, 0.02);
}

// Tastes there are for categories and brands, so words can say no more than those.
TEST(ColdItemsSlow, FindTheirBuyersByTheirWordsInASimulatedShopAsWellAsByCategory) {
  for (const double chinese_share : {0.1, 0.9}) {
    const Shop shop = simulate_shop(chinese_share);
    const Question question(shop, every_tenth(shop.items()), Day{19'993});  // 270 days on
    const auto words = models::TextVectors::fit(shop.texts(), {}).predict(shop.texts());
    EXPECT_NEAR(question.by_chance(), 0.0392, 0.005);
    EXPECT_NEAR(question.by_category(), 0.1395, 0.005);
    EXPECT_NEAR(question.by_popularity(), 0.3372, 0.005);
    EXPECT_NEAR(question.by({{&words}}), 0.134, 0.006);
  }
}

}  // namespace
}  // namespace perennial::engine
