#include "perennial/simulate/price_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "perennial/simulate/streams.h"

namespace perennial::simulate {

std::vector<std::vector<PriceSpell>> plan_prices(const Options& options,
                                                 const Catalogue& catalogue) {
  constexpr std::array<double, 10> kLadder = {1, 1, 1, 1, 1, 0.95, 0.9, 0.8, 1.05, 1.1};
  std::vector<std::vector<PriceSpell>> plan(catalogue.items().size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    RandomStream random(options.seed, kPriceStream + i);
    const auto reference = static_cast<double>(catalogue.items()[i].reference_minor);
    int day = 0;
    while (day < options.days) {
      const double index = 1 + options.price_spread * (kLadder[random.below(kLadder.size())] - 1);
      const std::int64_t minor = std::max<std::int64_t>(1, std::llround(reference * index));
      if (plan[i].empty() || plan[i].back().minor != minor) plan[i].push_back({day, minor});
      day += 14 + static_cast<int>(random.below(43));
    }
  }
  return plan;
}

}  // namespace perennial::simulate
