// What stands on the shelf on each day: price and appeal of every item.
//
// Story    appeal = season of the category * (price / reference price)^-elasticity, cut at kMaxAppeal; zero when the item
//          is not on sale or out of stock. An item drawn by taste and popularity is kept with chance appeal / kMaxAppeal
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/simulate/price_plan.h"
#include "perennial/simulate/stock_plan.h"

namespace perennial::simulate {

class Shelf {
 public:
  static constexpr float kMaxAppeal = 3.0F;

  Shelf(const Options& options, const Catalogue& catalogue,
        const std::vector<std::vector<PriceSpell>>& prices,
        const std::vector<ItemStockPlan>& stock);

  float appeal(std::size_t item, int day) const { return appeal_[place(item, day)]; }
  std::int64_t price_minor(std::size_t item, int day) const {
    return price_minor_[place(item, day)];
  }
  // Mean of price / reference price over what is chosen.
  double mean_price_index() const { return mean_price_index_; }

 private:
  std::size_t place(std::size_t item, int day) const {
    return static_cast<std::size_t>(day) * items_ + item;
  }
  std::size_t items_;
  std::vector<float> appeal_;  // day by day
  std::vector<std::int64_t> price_minor_;
  double mean_price_index_ = 1;
};

}  // namespace perennial::simulate
