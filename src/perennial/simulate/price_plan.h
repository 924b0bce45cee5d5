// Prices over time: each item's price is drawn anew every few weeks, without regard to demand, so that the response to
// price can be read off the facts.
//
// Story    a spell lasts 2 to 8 weeks; its price is the reference price times an index from a fixed ladder (half of the
//          spells at 1, the rest 0.8 to 1.1), rounded to the minor unit
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/simulate/catalogue.h"

namespace perennial::simulate {

struct PriceSpell {
  int from_day = 0;  // of the window; lasts to the next spell
  std::int64_t minor = 0;
};

// One list per item; the first spell starts on day 0.
std::vector<std::vector<PriceSpell>> plan_prices(const Options& options,
                                                 const Catalogue& catalogue);

}  // namespace perennial::simulate
