// The holdout: the last part of the history, kept back to judge the models by.
#pragma once

#include <filesystem>
#include <optional>

#include "perennial/base/time.h"
#include "perennial/engine/challengers.h"
#include "perennial/engine/context.h"
#include "perennial/journey/build.h"
#include "perennial/journey/summaries.h"

namespace perennial::engine {

// The first day of the holdout. By default the last quarter of the history, in whole weeks, at most a year; nothing when
// the history is shorter than eight weeks. `wished_days` overrides the length; nothing when it is not shorter than the
// history.
std::optional<Day> holdout_start(Day first, Day last, std::optional<int> wished_days);

// journey::latest_fact_day. Throws kNotEnoughData, with the way out, when there is none.
Day latest_fact_day(store::Connection& connection, const std::filesystem::path& shop);

// Of a customer who can be told from others; nothing when there is none.
std::optional<Day> first_purchase_day(store::Connection& connection);

// kInvalidArgument when `end` is later: days of which nothing is known would count as days without purchases.
void require_observed(Day end, Day latest);

// How journeys of this shop are built, but for the day.
journey::BuildOptions journey_options(store::Connection& connection);

// The customers as they were known on the day before the split, with what recommenders train on kept beside them. Builds
// the journey as of that day, so that it must be built again for a later one.
WindowView learn_calibration(store::Connection& connection, journey::BuildOptions options,
                             Day split, Context& context);

// The same, with the models that learned the window before the split, as long as the holdout from `split` to `end`; none
// where nobody had bought before that window.
struct Lookback {
  WindowView calibration;
  Challengers challengers;
};
Lookback look_back(store::Connection& connection, journey::BuildOptions options, Day split, Day end,
                   Context& context);

}  // namespace perennial::engine
