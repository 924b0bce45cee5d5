// What the shop says of an item over time: all of it when it goes on sale, then new prices, stock and withdrawal.
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/simulate/scenario.h"
#include "perennial/simulate/simulation.h"

namespace perennial::simulate {

// One row per day on which there is something new. `sold[d]`: units sold on day d.
void state_item(const Scenario& scenario, std::size_t index, const std::vector<std::int64_t>& sold,
                Statements& statements);

}  // namespace perennial::simulate
