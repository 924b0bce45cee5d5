// The value models' part of the main job: judge the processes on the holdout, fit the winner on everything, score every
// buyer.
//
// Judged      on holdout purchases of everyone who had bought before it (models/value/choose.h); the status quo is used
//             when its mean absolute error and its root mean square error are both smaller than the winner's
// Unit        weeks: days divided by seven, never months stepped as weeks
// Next order  the last order plus the usual gap (models/value/rhythm.h): it can be overdue
// Intervals   80 %, of what a customer will bring; in a shop with fewer than a thousand who came back with the uncertainty
//             of the parameters in them (parameter_uncertainty.h)
// Totals      normal 80 % intervals: the customers' own randomness, what is open about the parameters, and the error that
//             the process made on the holdout's total. Without a holdout only the first two
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/model_versions.h"
#include "perennial/evaluate/forecast.h"
#include "perennial/evaluate/probability.h"
#include "perennial/journey/summaries.h"
#include "perennial/models/value/choose.h"
#include "perennial/models/value/gamma_gamma.h"
#include "perennial/report/data.h"

namespace perennial::engine {

inline constexpr std::string_view kStatusQuo = "baseline.status_quo";

// What the purchase models ask of the summaries, with the horizon in days.
models::Purchases::Input purchase_histories(const journey::CustomerSummaries& customers,
                                            int horizon_days, Threads threads);

struct JudgedValue {
  models::ProcessChoice choice;
  std::size_t chosen_row = 0;  // of choice.scores; the last one is the status quo
  std::vector<evaluate::ForecastReport> forecasts;  // of holdout purchases, by row of choice.scores
  std::vector<evaluate::ProbabilityReport> activities;  // of P(active in the holdout), by process
  report::Accuracy accuracy;
  double relative_bias = 0;  // expected over actual total, minus 1, of the row in use
  std::string chosen;        // id of the process in use, or kStatusQuo
};

// Nothing when nobody had bought before the holdout, or the models cannot learn from what there is; `why` then says so.
std::optional<JudgedValue> judge_value(const journey::CustomerSummaries& calibration,
                                       const journey::Holdout& holdout, Context& context,
                                       std::string& why);

report::Tracking track_repeat_purchases(store::Connection& connection,
                                        const journey::CustomerSummaries& calibration,
                                        const models::ProcessChoice& choice, Day end,
                                        Threads threads);

struct ValueOptions {
  std::string process = std::string(models::kDefaultPurchaseProcess);  // id, or kStatusQuo
  std::string churn_process = std::string(models::kDefaultPurchaseProcess);
  int horizon_days = 365;
  double annual_discount = 0.1;
  double relative_bias = 0;  // of the process on the holdout
};

struct ScoredValue {
  models::PurchaseModel process;
  models::PurchaseModel churn;
  std::optional<models::GammaGamma> spend;  // nothing when no purchase has a positive amount
  report::Estimate active, orders;
  std::optional<report::Estimate> value;
  std::vector<std::string> warnings;  // what the fits say of themselves, where it matters

  std::vector<ModelFile> files() const;
  nlohmann::json parameters() const;
};

// Fits on the journey as derived now, as of `as_of`, and writes derived.scores (empty without buyers).
// Nothing when there are no buyers or the models cannot learn from them; `why` then says so.
std::optional<ScoredValue> score_customers(store::Connection& connection, Day as_of,
                                           const ValueOptions& options, Context& context,
                                           std::string& why);

// The activity (models/value/rhythm.h) of every buyer at every stage date into derived.activity; 1 for everyone when there
// is no model.
void write_activity(store::Connection& connection, Day as_of, const models::PurchaseModel* churn,
                    Context& context);

}  // namespace perennial::engine
