// Rolling-origin evaluation of the value models: at several cut-offs in the shop's past, each model sees what was known the
// day before and forecasts the stretch that followed.
//
// Stretches  of equal length, one after the other, the last one ending at the last day: no day is forecast twice
// Models     every purchase process, its spend through Gamma-Gamma where the shop has amounts; beside them the status quo
//            (everyone goes on at x / T, at the mean spend so far), the linear baseline, which learns on the stretch before
//            the cut-off, and recency and frequency alone, which only rank who buys at all
// Pooled     all customers of all cut-offs in one table. Its intervals draw customers of each cut-off by themselves, so they
//            are somewhat too narrow where the same customers were judged several times
// Chosen     as the main job chooses: the process that gave the purchases the highest probability (one that did not
//            converge only when nothing else is left), unless the status quo has the smaller mean absolute and root mean
//            square error
// Known      of the future at each cut-off: the shop's main currency, and whether its days without a price are purchases;
//            both are decided on all facts
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/evaluate/forecast.h"
#include "perennial/evaluate/probability.h"
#include "perennial/journey/build.h"
#include "perennial/report/data.h"
#include "perennial/store/database.h"

namespace perennial::engine {

struct BacktestOptions {
  std::vector<Day> splits;  // first days of the stretches, ascending
  int holdout_days = 91;
  journey::BuildOptions build;  // how journeys are built, but for the day
};

// One model at one cut-off, or over all. What does not apply is empty.
struct JudgedForecast {
  std::string id;
  std::string title;
  bool is_baseline = false;
  std::optional<double> holdout_log_likelihood;
  bool converged = true;
  double expected_purchases = 0;            // of all customers together
  std::vector<evaluate::Metric> purchases;  // per customer
  std::vector<evaluate::Metric> against;    // the same less those of the status quo, paired
  // Of P(buys at all), and "p_alive_auc", how P(alive) ranks who buys at all; only "auc" where there is but a ranking.
  std::vector<evaluate::Metric> active;
  std::vector<evaluate::Metric> spend;    // per customer, net
  std::vector<evaluate::Decile> deciles;  // of purchases
  std::vector<evaluate::ReliabilityBin> reliability;
};

struct BacktestOrigin {
  Day split;
  Day end;  // last day judged
  std::size_t customers = 0;
  double purchases = 0;  // that happened
  double spend = 0;
  std::vector<JudgedForecast> models;
  std::string chosen;                        // id
  std::optional<report::Tracking> tracking;  // of the process chosen
};

struct BacktestResult {
  std::vector<BacktestOrigin> origins;
  std::vector<JudgedForecast> pooled;
  std::string best;                // id: chosen over all
  std::vector<std::string> notes;  // what could not be judged, and why
};

// Builds the journey at each cut-off; the shop's own derived tables must be out of the way (Shop::use_scratch_derived).
BacktestResult backtest(store::Connection& connection, const BacktestOptions& options,
                        Context& context);

report::Backtest to_report(const BacktestResult& result);

}  // namespace perennial::engine
