// What the shop sells: items of 48 categories in 8 departments, with popularity and latent factors.
//
// Story    category c has a factor g_c near its department's; item j has a factor h_j near its brand's, small against
//          g_c. A customer with taste u chooses category c with weight weight_c exp(u . g_c), in it item j with
//          weight popularity_j min(1, exp(u . h_j - kItemMargin)); the second factor is drawn by rejection of the whole
//          choice. Popularity within a category is Zipf-Mandelbrot
// Units    prices in money of the shop's currency, scaled with its mean order value
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/simulate/batches.h"
#include "perennial/simulate/options.h"

namespace perennial::simulate {

using Factor = std::array<float, kFactors>;
float dot(const Factor& a, const Factor& b);

inline constexpr float kItemMargin = 0.6F;

struct Item {
  std::string id, name, description, category_path, brand, attributes, image_path, url;
  int category = 0;
  int colour = 0;  // of product_colours()
  double reference_price = 0, list_price = 0, cost = 0;
  std::int64_t reference_minor = 0;
  double elasticity = 0;          // units ~ price^-elasticity
  double replenishment_days = 0;  // 0: bought when wanted
  double repeat_unit = 0;         // chance of one unit more, again and again
  double popularity = 0;          // within the category; sums to 1
  double base_share = 0;          // of all choices, at reference prices with everything on sale
  int launch_day = 0;             // first day on sale, of the window
  int end_day = 0;                // first day no longer on sale
  Factor factor{};
};

struct Category {
  std::string path;
  double weight = 0;
  double returns = 0;
  int peak_day = 0;
  double peak = 1;
  std::size_t begin = 0, end = 0;  // its items
  Factor factor{};
};

class Catalogue {
 public:
  explicit Catalogue(const Options& options);

  const std::vector<Category>& categories() const { return categories_; }
  const std::vector<Item>& items() const { return items_; }
  std::size_t draw_in_category(std::size_t category, RandomStream& random) const;  // by popularity
  // Index into by_price(), the items from cheap to dear: the first whose reference price is above `minor`.
  std::size_t first_above(std::int64_t minor) const;
  const std::vector<std::uint32_t>& by_price() const { return by_price_; }

  // What choosing looks at, packed: items() is too wide to stay in the cache.
  struct Choice {
    Factor factor{};
    double reference_minor = 0;
  };
  const Choice& choice(std::size_t item) const { return choices_[item]; }

 private:
  void make_categories(const Options& options);
  void make_items(const Options& options);
  void make_aliases();
  void measure_base_shares(std::uint64_t seed);

  std::vector<Category> categories_;
  std::vector<Item> items_;
  std::vector<float> alias_threshold_;  // Walker's tables, one per category, on one vector
  std::vector<std::uint32_t> alias_;
  std::vector<std::uint32_t> by_price_;
  std::vector<Choice> choices_;
};

}  // namespace perennial::simulate
