#include "perennial/models/value/regularity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

double k_of(double spread) {
  return spread > 0 ? std::max(0.0, (1 - 4 * spread) / (8 * spread))
                    : std::numeric_limits<double>::infinity();
}

}  // namespace

Regularity regularity(std::span<const double> gap, std::span<const double> next_gap) {
  const std::size_t n = gap.size();
  if (next_gap.size() != n)
    fail(ErrorKind::kBadInput, "next_gap has {} rows, gap has {}", next_gap.size(), n);
  if (n < 2)
    fail(ErrorKind::kNotEnoughData,
         "regularity needs two customers with three purchase days or more, there {} {}",
         n == 1 ? "is" : "are", n);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(gap[i] > 0 && next_gap[i] > 0) || !std::isfinite(gap[i] + next_gap[i]))
      fail(ErrorKind::kBadInput, "row {}: gaps of {} and {}, need numbers above 0", i + 1, gap[i],
           next_gap[i]);
    const double off = gap[i] / (gap[i] + next_gap[i]) - 0.5;
    sum += off * off;
    squares += off * off * off * off;
  }
  const auto count = static_cast<double>(n);
  const double spread = sum / count;
  const double variance = std::max(0.0, squares / count - spread * spread) / (count - 1);
  const double margin = 1.96 * std::sqrt(variance);
  return {.k = k_of(spread),
          .low = k_of(std::min(0.25, spread + margin)),
          .high = k_of(spread - margin),
          .customers = n};
}

}  // namespace perennial::models
