// Click sessions with tastes, for tests and benchmarks: every session has a topic out of items / 40 and stays near it.
//
// Shapes   session s has 2 + Poisson (mean `clicks_each` - 2) clicks; 6 in 10 are on the topic's 40 items, 2 in 10 go back
//          to what was clicked before, the others anywhere; popularity falls off as a power within and between topics
// Units    one session a second
#pragma once

#include <cstddef>
#include <cstdint>

#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

// REQUIRES: items >= 40, clicks_each >= 2.
SessionRows simulate_sessions(std::size_t sessions, std::size_t items, double clicks_each,
                              std::uint64_t seed);

}  // namespace perennial::models
