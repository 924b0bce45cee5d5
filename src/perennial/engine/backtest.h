// Rolling-origin evaluation of the value models: at several cut-offs in the shop's past, each model sees what was known the
// day before and forecasts the stretch that followed.
//
// Stretches  of equal length, one after the other, the last one ending at the last day: no day is forecast twice
// Models     those of value_forecasts.h, the linear baseline, which learns on the stretch before the cut-off, and recency and
//            frequency alone, which only rank who buys at all
// Pooled     all customers of all cut-offs in one table. Its intervals draw customers of each cut-off by themselves, so they
//            are somewhat too narrow where the same customers were judged several times
// Known      of the future at each cut-off: the shop's main currency, and whether its days without a price are purchases;
//            both are decided on all facts
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/value_forecasts.h"
#include "perennial/journey/build.h"
#include "perennial/models/value/regularity.h"
#include "perennial/report/data.h"
#include "perennial/store/database.h"

namespace perennial::engine {

struct BacktestOptions {
  std::vector<Day> splits;  // first days of the stretches, ascending
  int holdout_days = 91;
  journey::BuildOptions build;  // how journeys are built, but for the day
};

struct BacktestOrigin {
  Day split;
  Day end;  // last day judged
  std::size_t customers = 0;
  double purchases = 0;  // that happened
  double spend = 0;
  std::vector<JudgedForecast> models;
  Winners winners;
  std::optional<report::Tracking> tracking;  // of the process chosen
};

struct BacktestResult {
  std::vector<BacktestOrigin> origins;
  std::vector<JudgedForecast> pooled;
  Winners winners;                               // over all
  std::optional<models::Regularity> regularity;  // of purchases up to the last day
  std::vector<std::string> notes;                // what could not be judged, and why
};

// Builds the journey at each cut-off; the shop's own derived tables must be out of the way (Shop::use_scratch_derived).
BacktestResult backtest(store::Connection& connection, const BacktestOptions& options,
                        Context& context);

report::Backtest to_report(const BacktestResult& result);

}  // namespace perennial::engine
