// The value models' part of the main job: judge the processes on the holdout, fit the winner on everything, score every
// buyer.
//
// Judged      on what everyone who had bought before the holdout did in it (value_forecasts.h)
// Window      as long as the holdout. Of a horizon beyond it a learnt model says the window and the process the rest: a window
//             is a season, the horizon is not
// Unit        weeks: days divided by seven, never months stepped as weeks
// Next order  the last order plus the usual gap (models/value/rhythm.h): it can be overdue
// Intervals   80 %, of what a customer will bring; in a shop with fewer than a thousand who came back with the uncertainty
//             of the parameters in them (parameter_uncertainty.h)
// Totals      normal 80 % intervals: the customers' own randomness, what is open about the parameters, and the error that
//             whoever says it made on the holdout's total, the process's beyond the window. Without a holdout only the
//             first two
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/model_versions.h"
#include "perennial/engine/value_forecasts.h"
#include "perennial/journey/summaries.h"
#include "perennial/models/value/choose.h"
#include "perennial/models/value/gamma_gamma.h"
#include "perennial/report/data.h"

namespace perennial::engine {

// What the purchase models ask of the summaries, with the horizon in days.
models::Purchases::Input purchase_histories(const journey::CustomerSummaries& customers,
                                            int horizon_days, Threads threads);

// Expected over actual total on the holdout, minus 1.
struct Biases {
  double purchases = 0, activity = 0, spend = 0;
};

struct JudgedValue {
  models::ProcessChoice choice;
  std::vector<JudgedForecast> models;  // in the order of value_forecasts()
  Winners winners;
  std::string blend_partner;  // id of the process in blends
  report::Accuracy accuracy;
  Biases winners_bias, process_bias;
};

// Nothing when nobody had bought before the holdout, or the models cannot learn from what there is; `why` then says so.
std::optional<JudgedValue> judge_value(const journey::CustomerSummaries& calibration,
                                       const journey::Holdout& holdout,
                                       const Challengers& challengers, Context& context,
                                       std::string& why);

report::Tracking track_repeat_purchases(store::Connection& connection,
                                        const journey::CustomerSummaries& calibration,
                                        const models::ProcessChoice& choice, Day end,
                                        Threads threads);

struct ValueOptions {
  std::string process = std::string(models::kDefaultPurchaseProcess);
  std::string churn_process = std::string(models::kDefaultPurchaseProcess);
  std::string blend_partner = std::string(models::kDefaultPurchaseProcess);
  // Who says how often, how much, and who is back within the window: the id of a process, of a learnt model or of a blend;
  // of the former two also kStatusQuo. Empty: the process.
  std::string purchases_by, spend_by, activity_by;
  int window_days = 91;
  int horizon_days = 365;
  double annual_discount = 0.1;
  Biases winners_bias, process_bias;
};

struct ScoredValue {
  models::PurchaseModel process;
  models::PurchaseModel churn;
  std::vector<models::WindowModel> learnt;
  std::string purchases_by, spend_by, activity_by;  // who answered
  std::optional<models::GammaGamma> spend;  // nothing when no purchase has a positive amount
  report::Estimate active, orders;          // within the horizon
  report::Estimate back;                    // customers who buy within the window
  std::optional<report::Estimate> value;
  std::vector<std::string> warnings;  // what the fits say of themselves, where it matters

  std::vector<ModelFile> files() const;
  nlohmann::json parameters() const;
};

// Fits on the journey as derived now, as of `as_of`, and writes derived.scores and derived.features (empty without buyers).
// `past`: see value_window.h.
// Nothing when there are no buyers or the models cannot learn from them; `why` then says so.
std::optional<ScoredValue> score_customers(store::Connection& connection, Day as_of,
                                           const WindowView* past, const ValueOptions& options,
                                           Context& context, std::string& why);

// The activity (models/value/rhythm.h) of every buyer at every stage date into derived.activity; 1 for everyone when there
// is no model.
void write_activity(store::Connection& connection, Day as_of, const models::PurchaseModel* churn,
                    Context& context);

}  // namespace perennial::engine
