// Which purchase process fits this shop: all are fitted on the past, and the one that gave the holdout's purchases the
// highest probability wins.
//
// Judged by  the log-likelihood of every customer's number of holdout purchases given the calibration history: a proper
//            score, so that honest spread counts and not the mean only. MAE, RMSE and bias stand beside it, and the
//            status quo (everyone goes on at x / T) as the line to beat
// Churn      p_alive is shown to people and drives stages, so it must come from a process that does not call every
//            one-time buyer active: chosen_for_churn is the best of those
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

struct HoldoutQuestion {
  Purchases::Input calibration;               // horizon_periods is the length of the holdout
  std::span<const double> holdout_purchases;  // row i: of the same customer, within the holdout
};

struct ProcessScore {
  std::string id;                                              // "status_quo" for the baseline
  std::string title;                                           // for people
  std::optional<double> calibration_log_likelihood, aic, bic;  // none for the baseline
  std::optional<double> holdout_log_likelihood;
  double mean_absolute_error = 0;  // purchases per customer
  double root_mean_square_error = 0;
  double bias = 0;  // expected over actual total, minus 1; 0 when nothing was bought
  double expected_purchases = 0;
  double actual_purchases = 0;
  bool converged = true;
  std::string words;
};

// Customers with the same number of calibration purchases; the last row holds all from there on.
struct FrequencyRow {
  int frequency = 0;
  double customers = 0;
  double actual = 0;             // mean holdout purchases
  std::vector<double> expected;  // the same by each process, in the order of the scores
};

struct ProcessChoice {
  std::vector<ProcessScore>
      scores;  // the processes in the order of the registry, then the baseline
  std::vector<std::vector<double>>
      expected;                              // by row of scores: holdout purchases of each customer
  std::vector<Purchases::Output> predicted;  // by process: of the holdout, for each customer
  std::vector<PurchaseModel> models;         // as fitted to the calibration, in the order of scores
  std::vector<FrequencyRow> by_frequency;
  std::string chosen;
  std::string chosen_for_churn;
  std::string words;  // which and why, and whether it beat the status quo
};

ProcessChoice choose_process(const HoldoutQuestion& question, const LikelihoodOptions& options);

// Rows for 0 to 7 calibration purchases, the last one for 7 and more; `expected` by model, then by customer.
std::vector<FrequencyRow> by_frequency(const HoldoutQuestion& question,
                                       const std::vector<std::vector<double>>& expected);

// The baseline: everyone goes on at x / T. Purchases of each customer within the horizon; 0 for who is of age 0.
std::vector<double> status_quo(const Purchases::Input& input);

// One process's row and its expectations, for callers that have fitted already.
ProcessScore score_on_holdout(const PurchaseModel& model, const HoldoutQuestion& question);

}  // namespace perennial::models
