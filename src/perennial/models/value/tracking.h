// What a process expected of a whole cohort, to lay beside what happened.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

struct Tracking {
  std::vector<double>
      incremental;  // [k]: expected repeat purchases in period k + 1 (from k to k + 1)
  std::vector<double> cumulative;  // [k]: up to the end of period k + 1
};

// first_purchase[i]: periods from the cohort's start to customer i's first purchase, 0 or more.
// Cost: O(distinct (period end - first purchase)), so days at any number of customers are quick.
Tracking track(const PurchaseModel& model, std::span<const double> first_purchase,
               std::size_t periods, Threads threads = {});

// Expected number of customers with 0, 1, ..., most - 1, and most or more repeat purchases by the end of observation.
std::vector<double> expected_frequencies(const PurchaseModel& model, std::span<const double> age,
                                         std::size_t most, Threads threads = {});

}  // namespace perennial::models
