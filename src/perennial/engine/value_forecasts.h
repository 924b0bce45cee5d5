// What every value model says of the days after a cut-off, what came, and who wins.
//
// Models   every purchase process, its spend through Gamma-Gamma where the shop has amounts; each model that learned the
//          last window, and its blend with the likeliest process in equal parts; the status quo (everyone goes on at x / T,
//          at the mean spend so far)
// Winner   three questions, three winners. How often, and how much: the process that gave the holdout's purchases the
//          highest probability, unless another has the smaller mean absolute and the smaller root mean square error; the
//          status quo is asked first, then who learned, and each has to beat the one before. Who buys at all: the smallest
//          log loss
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/engine/challengers.h"
#include "perennial/engine/context.h"
#include "perennial/evaluate/forecast.h"
#include "perennial/evaluate/probability.h"
#include "perennial/journey/summaries.h"
#include "perennial/models/value/choose.h"

namespace perennial::engine {

inline constexpr std::string_view kStatusQuo = "baseline.status_quo";

// What one model says of every customer. What it does not say is empty.
struct ValueForecast {
  std::string id, title;
  bool is_baseline = false;
  std::optional<double> holdout_log_likelihood;
  bool converged = true;
  std::vector<double> purchases, spend;
  std::vector<double> active;  // P(buys at all), or a score that ranks
  std::vector<double> alive;   // P(alive)
  bool active_is_probability = false;
};

// Per order, by Gamma-Gamma; nothing where the shop has no amounts to learn from, and `why`.
std::vector<double> spend_per_order(const journey::CustomerSummaries& customers, Threads threads,
                                    std::string& why);

// a[i] * b[i]; nothing where there is no b.
std::vector<double> times(std::vector<double> a, std::span<const double> b);

// In the order above, the status quo last.
std::vector<ValueForecast> value_forecasts(const journey::CustomerSummaries& customers,
                                           const models::ProcessChoice& choice,
                                           const Challengers& challengers,
                                           std::span<const double> spend_per_order);

struct ValueOutcome {
  std::vector<double> purchases, spend;
  std::vector<std::uint8_t> active;  // bought at all
  bool has_amounts = true;           // else spend is not judged
};
ValueOutcome outcome_of(const journey::Holdout& holdout, bool has_amounts);

// One model against what came. What does not apply is empty.
struct JudgedForecast {
  std::string id;
  std::string title;
  bool is_baseline = false;
  std::optional<double> holdout_log_likelihood;
  bool converged = true;
  double expected_purchases = 0;            // of all customers together
  double expected_active = 0;               // likewise, who buy at all; where it is a probability
  std::vector<evaluate::Metric> purchases;  // per customer
  std::vector<evaluate::Metric> against;    // the same less those of the status quo, paired
  // Of P(buys at all), and "p_alive_auc", how P(alive) ranks who buys at all; only "auc" where there is but a ranking.
  std::vector<evaluate::Metric> active;
  std::vector<evaluate::Metric> spend;    // per customer, net
  std::vector<evaluate::Decile> deciles;  // of purchases
  std::vector<evaluate::ReliabilityBin> reliability;
};
// Of the forecasts' order. REQUIRES: the status quo is among them.
std::vector<JudgedForecast> judge_forecasts(std::span<const ValueForecast> forecasts,
                                            const ValueOutcome& outcome, const Context& context);

// A figure of a metric list; NaN where it is undefined or not there.
double figure(std::span<const evaluate::Metric> metrics, std::string_view name);
const JudgedForecast& judged_by_id(std::span<const JudgedForecast> all, std::string_view id);

struct Contender {
  std::string id;
  double mae = 0, rmse = 0;
};
// The first is the one to beat. REQUIRES: at least one
const Contender& winner(std::span<const Contender> contenders);

struct Winners {
  std::string process;    // the process to beat; empty when none came to an end
  std::string purchases;  // how often
  std::string activity;   // who buys at all
  std::string spend;      // how much; empty where there are no amounts
};
Winners winners_of(std::span<const JudgedForecast> all);

}  // namespace perennial::engine
