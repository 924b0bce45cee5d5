// One customer's taste: a latent factor, and from it the shares of categories and the liking of items.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "perennial/base/random.h"
#include "perennial/simulate/catalogue.h"

namespace perennial::simulate {

class Taste {
 public:
  static constexpr std::size_t kCategories = 48;

  Taste(const Catalogue& catalogue, RandomStream& random);  // factor: independent standard normal

  const Factor& factor() const { return factor_; }
  double category_share(std::size_t category) const {
    return static_cast<double>(below_[category + 1] - below_[category]);
  }
  // The category at which the cumulative shares pass u in (0, 1).
  std::size_t draw_category(float u) const {
    const auto place = std::upper_bound(below_.begin() + 1, below_.end() - 1, u);
    return static_cast<std::size_t>(place - below_.begin()) - 1;
  }
  // min(1, exp(u . h - margin)): the chance that an item drawn by popularity is kept.
  float liking(const Factor& item) const {
    return std::exp(std::min(0.0F, dot(factor_, item) - kItemMargin));
  }

 private:
  Factor factor_{};
  std::array<float, kCategories + 1> below_{};  // cumulative shares
};

}  // namespace perennial::simulate
