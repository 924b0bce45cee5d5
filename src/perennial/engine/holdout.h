// The holdout of a run: the last part of the history, kept back to judge the models by.
#pragma once

#include <optional>

#include "perennial/base/time.h"

namespace perennial::engine {

// The first day of the holdout. By default the last quarter of the history, in whole weeks, at most a year; nothing when
// the history is shorter than eight weeks. `wished_days` overrides the length; nothing when it is not shorter than the
// history.
std::optional<Day> holdout_start(Day first, Day last, std::optional<int> wished_days);

}  // namespace perennial::engine
