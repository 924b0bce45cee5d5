// When items are out of stock and when deliveries come, and, once it is known what was sold, how much stood on the shelf.
//
// Story    each item is kept by a reorder-point rule (demand Poisson around the expected, lead time gamma) that is run on
//          expected demand before any customer is simulated. It gives the days out of stock, on which nobody can buy, so
//          that customers stay independent of each other. Afterwards the quantities delivered are set so that stock is
//          what was really sold until the next delivery plus a buffer: never negative, and zero exactly out of stock
// Limits   returned goods are written off, not put back
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/simulate/catalogue.h"
#include "perennial/simulate/season_clock.h"

namespace perennial::simulate {

struct DaySpan {
  int from = 0, to = 0;  // [from, to), days of the window
};

struct ItemStockPlan {
  std::vector<DaySpan> out_of_stock;
  std::vector<int> deliveries;  // days, rising; the launch day first; none while out of stock
  double buffer = 0;            // units kept when a delivery comes
};

std::vector<ItemStockPlan> plan_stock(const Options& options, const Catalogue& catalogue,
                                      const SeasonClock& clock);

struct StockLevel {
  int day = 0;  // at its start, delivery included
  std::int64_t units = 0;
  std::int64_t delivered = 0;  // on this day
};
// Levels on delivery days, on every fourteenth day and when stock runs out. `sold[d]`: units sold on day d.
std::vector<StockLevel> stock_levels(const ItemStockPlan& plan, int launch_day, int end_day,
                                     const std::vector<std::int64_t>& sold);

// Expected orders per day of the window: buyers come at an even rate and buy again by the purchase law.
std::vector<double> expected_orders(const Options& options, const SeasonClock& clock);

}  // namespace perennial::simulate
