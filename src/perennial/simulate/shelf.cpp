#include "perennial/simulate/shelf.h"

#include <algorithm>
#include <cmath>

namespace perennial::simulate {
namespace {

double season(const Category& category, int day_of_year, double strength) {
  constexpr double kWidthDays = 30;
  int distance = std::abs(day_of_year - category.peak_day);
  distance = std::min(distance, 365 - std::min(distance, 365));
  const double x = distance / kWidthDays;
  return 1 + strength * (category.peak - 1) * std::exp(-x * x);
}

}  // namespace

Shelf::Shelf(const Options& options, const Catalogue& catalogue,
             const std::vector<std::vector<PriceSpell>>& prices,
             const std::vector<ItemStockPlan>& stock)
    : items_(catalogue.items().size()) {
  const std::size_t cells = items_ * static_cast<std::size_t>(options.days);
  appeal_.assign(cells, 0);
  price_minor_.assign(cells, 0);
  std::vector<double> seasons(catalogue.categories().size() *
                              static_cast<std::size_t>(options.days));
  for (int day = 0; day < options.days; ++day) {
    const Day date = options.start_day + day;
    const int day_of_year = date - to_day(CivilDate{to_civil(date).year, 1, 1});
    for (std::size_t c = 0; c < catalogue.categories().size(); ++c) {
      seasons[static_cast<std::size_t>(day) * catalogue.categories().size() + c] =
          season(catalogue.categories()[c], day_of_year, options.season_strength);
    }
  }
  double index_sum = 0;
  double weight_sum = 0;
  for (std::size_t i = 0; i < items_; ++i) {
    const Item& item = catalogue.items()[i];
    for (std::size_t spell = 0; spell < prices[i].size(); ++spell) {
      const std::int64_t minor = prices[i][spell].minor;
      const double index = static_cast<double>(minor) / static_cast<double>(item.reference_minor);
      const double response = std::pow(index, -item.elasticity);
      const int to = spell + 1 < prices[i].size() ? prices[i][spell + 1].from_day : options.days;
      for (int day = prices[i][spell].from_day; day < to; ++day) {
        price_minor_[place(i, day)] = minor;
        if (day < item.launch_day || day >= item.end_day) continue;
        const double appeal =
            response * seasons[static_cast<std::size_t>(day) * catalogue.categories().size() +
                               static_cast<std::size_t>(item.category)];
        appeal_[place(i, day)] = std::min(kMaxAppeal, static_cast<float>(appeal));
        const double spent = appeal * item.base_share * item.reference_price;
        index_sum += spent * index;
        weight_sum += spent;
      }
    }
    for (const DaySpan& span : stock[i].out_of_stock) {
      for (int day = span.from; day < span.to; ++day) appeal_[place(i, day)] = 0;
    }
  }
  if (weight_sum > 0) mean_price_index_ = index_sum / weight_sum;
}

}  // namespace perennial::simulate
