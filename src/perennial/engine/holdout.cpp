#include "perennial/engine/holdout.h"

#include <algorithm>

namespace perennial::engine {

std::optional<Day> holdout_start(Day first, Day last, std::optional<int> wished_days) {
  constexpr int kShortestHistory = 8 * 7;
  constexpr int kLongestHoldout = 52 * 7;
  const int history = last - first + 1;
  if (wished_days)
    return *wished_days < history ? std::optional(last + (1 - *wished_days)) : std::nullopt;
  if (history < kShortestHistory) return std::nullopt;
  return last + (1 - std::min(kLongestHoldout, history / 4 / 7 * 7));
}

}  // namespace perennial::engine
