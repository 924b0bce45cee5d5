// A shop with tastes: customers belong to groups that favour their own items; best sellers exist in every group. For
// tests and benchmarks.
//
// Shapes   customer c has 1 + geometric many records (mean `records_each`) and belongs to group c mod 20, to which the
//          items that are equal to it mod 20 belong; 7 in 10 records are of the group, popularity falls off as a power
// Order    the same for any number of threads
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "perennial/models/recommend/interactions.h"

namespace perennial::models {

struct SimulatedInteractions {
  std::size_t customers = 0;
  std::size_t items = 0;
  std::vector<std::uint32_t> customer;
  std::vector<std::uint32_t> item;
  std::vector<double> weight;  // whole, 1..3
  std::vector<Day> day;        // in one year

  InteractionLog log() const { return {customers, items, customer, item, weight, day}; }
};

// REQUIRES: items >= 20, records_each >= 1.
SimulatedInteractions simulate_interactions(std::size_t customers, std::size_t items,
                                            double records_each, std::uint64_t seed,
                                            Threads threads = {});

}  // namespace perennial::models
