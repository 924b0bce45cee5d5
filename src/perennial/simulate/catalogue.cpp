#include "perennial/simulate/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/money.h"
#include "perennial/simulate/streams.h"
#include "perennial/simulate/taste.h"
#include "perennial/simulate/words.h"

namespace perennial::simulate {
namespace {

constexpr double kDepartmentSpread = 0.8;  // standard deviation of u . g for a customer's taste u
constexpr double kCategorySpread = 0.8;
constexpr double kBrandSpread = 0.3;
constexpr double kItemSpread = 0.25;
constexpr double kZipfExponent = 1.0;
constexpr double kZipfOffset = 2.0;
constexpr double kWordPriceMean =
    35;  // the mean order value that the prices in words.cpp stand for
constexpr std::size_t kBrandsPerDepartment = 6;

Factor draw_factor(RandomStream& random, double spread, const Factor& center) {
  Factor factor = center;
  const double scale = spread / std::sqrt(static_cast<double>(kFactors));
  for (float& x : factor) x += static_cast<float>(scale * random.normal());
  return factor;
}

std::string_view pick(const Bilingual& text, bool chinese) {
  return chinese ? text.chinese : text.english;
}

// Prices end in .49 or .99 where the currency has cents.
std::int64_t shelf_price(double price, Currency currency) {
  const double per_major = static_cast<double>(currency.minor_per_major());
  if (currency.digits() == 2) {
    return std::max<std::int64_t>(49, static_cast<std::int64_t>(std::round(price * 2) * 50) - 1);
  }
  return std::max<std::int64_t>(1, std::llround(price * per_major));
}

// Product names of one category: style, colour and noun run through all combinations before a number is added.
void name_item(Item& item, const CategoryWords& words, std::size_t number, std::size_t offset,
               bool chinese) {
  const auto styles = product_styles();
  const auto colours = product_colours();
  const std::size_t combinations = styles.size() * colours.size() * words.nouns.size();
  const std::size_t mixed = (offset + number * 239) % combinations;  // 239 is prime: a permutation
  const Bilingual& noun = words.nouns[mixed % words.nouns.size()];
  item.colour = static_cast<int>(mixed / words.nouns.size() % colours.size());
  const Bilingual& colour = colours[static_cast<std::size_t>(item.colour)];
  const Bilingual& style = styles[mixed / words.nouns.size() / colours.size()];
  std::string english = fmt::format("{} {} {}", style.english, colour.english, noun.english);
  std::string native = fmt::format("{}{}{}", style.chinese, colour.chinese, noun.chinese);
  if (number >= combinations) {
    english += fmt::format(" No. {}", number / combinations + 1);
    native += fmt::format(" {}号", number / combinations + 1);
  }
  item.name = chinese ? native : english;
  item.description =
      chinese ? fmt::format("{}，{}出品，{}系列，送礼自用皆宜。", native, item.brand, style.chinese)
              : fmt::format("{} by {}, from our {} range. A gift, or a treat for yourself.",
                            english, item.brand, style.english);
  item.attributes = fmt::format(R"({{"name_en":"{}","name_zh":"{}","colour":"{}"}})", english,
                                native, colour.english);
}

}  // namespace

float dot(const Factor& a, const Factor& b) {
  float sum = 0;
  for (std::size_t i = 0; i < kFactors; ++i) sum += a[i] * b[i];
  return sum;
}

Catalogue::Catalogue(const Options& options) {
  make_categories(options);
  make_items(options);
  make_aliases();
  measure_base_shares(options.seed);
}

void Catalogue::make_categories(const Options& options) {
  const bool chinese = options.chinese_share > 0.5;
  std::vector<Factor> department_factors;
  for (std::size_t d = 0; d < departments().size(); ++d) {
    RandomStream random(options.seed, kCategoryStream + 1000 + d);
    department_factors.push_back(draw_factor(random, kDepartmentSpread, {}));
  }
  const auto words = category_words();
  const auto total = static_cast<std::size_t>(options.item_count());
  for (std::size_t c = 0; c < words.size(); ++c) {
    RandomStream random(options.seed, kCategoryStream + c);
    const auto department = static_cast<std::size_t>(words[c].department);
    Category category;
    category.path = fmt::format("{}/{}", pick(departments()[department].name, chinese),
                                pick(words[c].name, chinese));
    category.weight = words[c].weight;
    category.returns = words[c].returns;
    category.peak_day = words[c].peak_day;
    category.peak = words[c].peak;
    category.begin = total * c / words.size();
    category.end = total * (c + 1) / words.size();
    category.factor = draw_factor(random, kCategorySpread, department_factors[department]);
    categories_.push_back(std::move(category));
  }
}

void Catalogue::make_items(const Options& options) {
  const bool chinese = options.chinese_share > 0.5;
  const Currency currency(options.currency);
  const double scale = options.mean_order_value() / kWordPriceMean;
  const auto words = category_words();
  std::vector<Factor> brand_factors;
  for (std::size_t b = 0; b < brand_names().size(); ++b) {
    RandomStream random(options.seed, kBrandStream + b);
    brand_factors.push_back(draw_factor(random, kBrandSpread, {}));
  }
  items_.resize(static_cast<std::size_t>(options.item_count()));
  for (std::size_t c = 0; c < categories_.size(); ++c) {
    const std::size_t begin = categories_[c].begin;
    const std::size_t count = categories_[c].end - begin;
    double mass = 0;
    for (std::size_t n = 0; n < count; ++n) {
      RandomStream random(options.seed, kItemStream + begin + n);
      Item& item = items_[begin + n];
      item.id = fmt::format("P{:05}", begin + n + 1);
      item.category = static_cast<int>(c);
      item.category_path = categories_[c].path;
      const std::size_t brand =
          (static_cast<std::size_t>(words[c].department) * 3 + random.below(kBrandsPerDepartment)) %
          brand_names().size();
      item.brand = pick(brand_names()[brand], chinese);
      name_item(item, words[c], n, c * 17, chinese);
      item.image_path = options.pictures ? fmt::format("pictures/{}.png", item.id)
                                         : fmt::format("images/{}.jpg", item.id);
      item.url = fmt::format("https://shop.example/p/{}", item.id);

      const double price = words[c].price * scale * std::exp(0.45 * random.normal());
      item.reference_minor = shelf_price(price, currency);
      item.reference_price = Money{item.reference_minor, currency}.major();
      const std::array<double, 4> mark_up = {1, 1, 1.1, 1.2};
      item.list_price =
          round_to_money(item.reference_price * mark_up[random.below(4)], currency).major();
      item.cost =
          round_to_money(item.reference_price * (0.35 + 0.3 * random.uniform()), currency).major();
      item.elasticity = 0.8 + 2.2 * random.beta(2, 2.5);
      item.replenishment_days = words[c].replenishment_days * std::exp(0.25 * random.normal());
      item.repeat_unit = words[c].repeat_unit;
      item.popularity = std::exp(0.3 * random.normal()) /
                        std::pow(static_cast<double>(n) + 1 + kZipfOffset, kZipfExponent);
      mass += item.popularity;
      item.launch_day = 0;
      item.end_day = options.days;
      if (n >= 2 && random.bernoulli(0.12))
        item.launch_day = static_cast<int>(random.below(static_cast<std::uint64_t>(options.days)));
      else if (n >= 2 && random.bernoulli(0.04))
        item.end_day = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(options.days)));
      item.factor = draw_factor(random, kItemSpread, brand_factors[brand]);
    }
    for (std::size_t n = 0; n < count; ++n) items_[begin + n].popularity /= mass;
  }
  for (const Item& item : items_)
    choices_.push_back({item.factor, static_cast<double>(item.reference_minor)});
  by_price_.resize(items_.size());
  std::iota(by_price_.begin(), by_price_.end(), 0U);
  std::stable_sort(by_price_.begin(), by_price_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return items_[a].reference_minor < items_[b].reference_minor;
  });
}

// Walker's alias method, as set up by Vose (1991).
void Catalogue::make_aliases() {
  alias_threshold_.assign(items_.size(), 1);
  alias_.resize(items_.size());
  for (const Category& category : categories_) {
    const std::size_t count = category.end - category.begin;
    std::vector<double> load(count);
    std::vector<std::size_t> small;
    std::vector<std::size_t> large;
    for (std::size_t n = 0; n < count; ++n) {
      load[n] = items_[category.begin + n].popularity * static_cast<double>(count);
      (load[n] < 1 ? small : large).push_back(n);
      alias_[category.begin + n] = static_cast<std::uint32_t>(category.begin + n);
    }
    while (!small.empty() && !large.empty()) {
      const std::size_t s = small.back();
      const std::size_t l = large.back();
      small.pop_back();
      alias_threshold_[category.begin + s] = static_cast<float>(load[s]);
      alias_[category.begin + s] = static_cast<std::uint32_t>(category.begin + l);
      load[l] -= 1 - load[s];
      if (load[l] < 1) {
        large.pop_back();
        small.push_back(l);
      }
    }
  }
}

std::size_t Catalogue::draw_in_category(std::size_t category, RandomStream& random) const {
  const Category& c = categories_[category];
  // One draw of 32 bits: the high part of the product is the slot, the low part its coin.
  const std::uint64_t product = static_cast<std::uint64_t>(random()) * (c.end - c.begin);
  const std::size_t place = c.begin + (product >> 32);
  const float coin = static_cast<float>(product & 0xFFFFFFFFU) * 0x1p-32F;
  return coin < alias_threshold_[place] ? place : alias_[place];
}

std::size_t Catalogue::first_above(std::int64_t minor) const {
  const auto place = std::upper_bound(
      by_price_.begin(), by_price_.end(), minor,
      [this](std::int64_t price, std::uint32_t i) { return price < items_[i].reference_minor; });
  return static_cast<std::size_t>(place - by_price_.begin());
}

// Averages the choice weights over a fixed sample of tastes.
void Catalogue::measure_base_shares(std::uint64_t seed) {
  constexpr int kSample = 400;
  RandomStream random(seed, kTasteSampleStream);
  std::vector<double> weights(items_.size());
  for (int n = 0; n < kSample; ++n) {
    const Taste taste(*this, random);
    double total = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      weights[i] = taste.category_share(static_cast<std::size_t>(items_[i].category)) *
                   items_[i].popularity * static_cast<double>(taste.liking(items_[i].factor));
      total += weights[i];
    }
    for (std::size_t i = 0; i < items_.size(); ++i)
      items_[i].base_share += weights[i] / total / kSample;
  }
}

}  // namespace perennial::simulate
