// Histories drawn from a process with known parameters, and what the same customers did afterwards: for tests,
// benchmarks and checks of coverage.
#pragma once

#include <cmath>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/models/value/family.h"

namespace perennial::models {

struct SimulatedPurchases {
  std::vector<double> repeat_purchases, recency, age, log_gaps;
  std::vector<double> holdout_purchases;  // in the holdout that follows

  Purchases::Input input() const {
    Purchases::Input input;
    input.repeat_purchases = repeat_purchases;
    input.recency = recency;
    input.age = age;
    input.log_gaps = log_gaps;
    return input;
  }
};

// Customer i uses random stream i, so the result does not depend on the number of threads. draw(stream, sink) makes one
// customer: it calls sink(time) for every repeat purchase in time order, until sink says that it has seen enough.
template <typename Draw>
SimulatedPurchases simulate_each(std::span<const double> age, double holdout_periods,
                                 std::uint64_t seed, Threads threads, const Draw& draw) {
  const std::size_t n = age.size();
  SimulatedPurchases out{std::vector<double>(n), std::vector<double>(n),
                         std::vector<double>(age.begin(), age.end()), std::vector<double>(n),
                         std::vector<double>(n)};
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(n, kChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      RandomStream stream(seed, i);
      draw(stream, [&](double time) {
        if (time > age[i] + holdout_periods) return false;
        if (time > age[i]) {
          ++out.holdout_purchases[i];
        } else {
          ++out.repeat_purchases[i];
          out.log_gaps[i] += std::log(time - out.recency[i]);
          out.recency[i] = time;
        }
        return true;
      });
    }
  });
  return out;
}

}  // namespace perennial::models
