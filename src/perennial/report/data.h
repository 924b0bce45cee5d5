// Everything the report shows, as plain values: the engine fills this, the report draws it, and nothing else passes
// between them.
//
// Units    money in major units of `currency`, net of returns unless the field says otherwise; shares and
//          probabilities 0..1; counts whole; days are UTC days; a month is its first day
// Absent   a Part holds either its figures or the reason why there are none; the page then says that reason in one
//          sentence. An optional that is empty is a figure this shop does not have: it is left out or shown as "-".
// Ids      stages, RFM groups, actions, models, metrics and reject reasons travel as stable ids ("at_risk",
//          "second_order_nudge", "value.bg_nbd/1"); the page translates the ids it knows and shows others as they are.
//          Customer ids, names, item names and reasons are the shop's own text: any bytes are safe.
// Doubles  a value that is not finite is shown as "-" and left out of charts
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "perennial/base/money.h"
#include "perennial/base/time.h"

namespace perennial::report {

// Why a part of the report has nothing to show.
enum class Absence {
  kNotComputed,        // the run did not get to it
  kNoCustomers,        // no known customer yet
  kNoBuyers,           // nobody has bought
  kTooFewBuyers,       // too few buyers to estimate anything
  kNoRepeatPurchases,  // nobody has bought twice
  kTooShortHistory,    // not enough time observed
  kNoHoldout,          // nothing was held back to judge by
  kNoBrowsing,         // no browsing events
  kNoItems,            // order lines name no items
  kNoAmounts,          // no prices or amounts
  kNoneFound,          // looked, and there is none (nobody is at risk)
};

template <typename T>
using Part = std::variant<Absence, T>;  // starts as Absence::kNotComputed

// low <= high; level is the share of cases that should fall inside: 0.8 for predictions, 0.95 for measured errors.
struct Interval {
  double low = 0;
  double high = 0;
  double level = 0.8;
};

struct Estimate {
  double value = 0;
  std::optional<Interval> interval;
};

// ---- Overview -----------------------------------------------------------------------------------------------------

struct KeyFigures {
  std::int64_t customers = 0;  // known customers: registered, identified or buying
  std::int64_t buyers = 0;     // known customers with at least one order
  std::int64_t orders = 0;     // all sale orders, guests' included
  double revenue = 0;          // net, guests included

  std::optional<double> returns_share;        // returned amount / gross sales
  std::optional<double> repeat_rate;          // buyers with a second purchase day / buyers
  std::optional<double> average_order_value;  // net revenue / orders
  // Over all gaps between the purchase days of known customers.
  std::optional<double> median_days_between_orders;

  // Predictions over the horizon of `Method`, summed over all customers.
  std::optional<Estimate> predicted_value;   // discounted net spend
  std::optional<Estimate> predicted_orders;  // purchase days
  std::optional<Estimate> active_customers;  // buyers expected to buy at least once
};

struct MonthSales {
  Day month;
  std::int64_t orders = 0;
  double revenue = 0;  // net
};

// ---- Journey ------------------------------------------------------------------------------------------------------

// One step of registration -> browse -> cart -> checkout -> purchase -> repurchase. Leave out the steps the shop does
// not record. Counts are customers who ever got that far, each within the step before it where that is recorded.
struct FunnelStep {
  std::string id;  // "registration", "browse", "cart", "checkout", "purchase", "repurchase"
  std::int64_t customers = 0;
  std::optional<double> median_days;  // from the step before
};

struct StageCount {
  std::string
      id;  // visitor, registered, browsing, first_purchase, repeat, loyal, at_risk, lapsed, won_back
  std::int64_t customers = 0;
  std::optional<double> predicted_value;  // of all of them, over the horizon
};

// What changed in one calendar month. The three kinds of buyers do not overlap.
struct MonthFlow {
  Day month;
  std::int64_t new_buyers = 0;  // bought for the first time
  std::int64_t returning_buyers =
      0;  // bought, had bought before, was not at risk or lapsed at the month's start
  std::int64_t won_back = 0;    // bought, was at risk or lapsed at the month's start
  std::int64_t to_at_risk = 0;  // became at risk (from any other stage but lapsed)
  std::int64_t to_lapsed = 0;   // became lapsed
};

struct Journey {
  std::vector<FunnelStep> funnel;
  Absence no_browsing_because = Absence::kNoBrowsing;  // said when the funnel has no browse step
  std::vector<StageCount> stages;                      // as of the as-of day
  std::vector<MonthFlow> flows;                        // months in order, without gaps
};

// ---- RFM ----------------------------------------------------------------------------------------------------------

struct RfmCell {
  int recency_score = 1;    // 1..5, 5 bought most recently
  int frequency_score = 1;  // 1..5, 5 bought most often
  std::int64_t customers = 0;
  double mean_revenue = 0;  // per customer, to date
};

struct RfmGroup {
  std::string id;  // "champions", "needs_attention", ... of the scheme
  std::int64_t customers = 0;
  double revenue = 0;  // to date, of all of them
  std::optional<double> mean_orders;
  std::optional<double> mean_recency_days;
  std::optional<double> predicted_value;  // of all of them, over the horizon
};

struct Rfm {
  std::vector<RfmCell> cells;           // missing cells count 0
  std::vector<RfmGroup> six_groups;     // Klaviyo's names; any order
  std::vector<RfmGroup> eleven_groups;  // Shopify's names; any order
};

// ---- Cohorts ------------------------------------------------------------------------------------------------------

// One row of the table `cohorts`. The page knows from the as-of day which months are unfinished.
struct CohortMonth {
  Day cohort;                     // month of first purchase
  int period = 0;                 // months since, 0 is the month of first purchase
  std::int64_t customers = 0;     // size of the cohort, the same in all its rows
  std::int64_t active = 0;        // bought in that month
  double cumulative_revenue = 0;  // of the whole cohort, from its first month on
};

// ---- Value --------------------------------------------------------------------------------------------------------

struct CustomerValues {
  std::vector<double> values;  // predicted value over the horizon, one per buyer, any order
};

struct AtRiskCustomer {
  std::string customer_id;
  std::string name;  // "" when not known
  Day last_order;
  std::int64_t orders = 0;
  double revenue = 0;       // to date
  double p_active = 0;      // probability of at least one purchase within the horizon
  Estimate value_at_stake;  // predicted value if they stay, over the horizon
  std::string next_step;    // action id
};

struct NextStep {
  std::string
      action;  // welcome, complete_profile, browse_reminder, first_order_nudge, second_order_nudge,
               // replenishment, cross_sell, care_at_risk, win_back, leave_alone
  std::int64_t customers = 0;
  // Of all of them together; the interval is of the measured response, and absent where the response is assumed.
  Estimate expected_value;
  std::string example_customer_id;  // the one with the highest expected value; "" to leave out
  std::string example_reason;       // in English, as the policy wrote it
};

struct NextSteps {
  std::vector<NextStep> steps;        // any order
  std::int64_t opted_out = 0;         // customers left alone because they asked for it
  std::int64_t frequency_capped = 0;  // left alone because they were contacted recently
};

// ---- How good the forecast is -------------------------------------------------------------------------------------

// Holdout purchases of customers grouped by their number of repeat purchases before it.
struct FrequencyRow {
  int frequency = 0;  // the last row holds this many or more when `or_more`
  bool or_more = false;
  std::int64_t customers = 0;
  double expected = 0;  // mean purchases per customer in the holdout
  double actual = 0;
  std::optional<Interval> actual_interval;  // of the mean
};

// Customers in ten equal groups by predicted purchases, 1 is the highest.
struct DecileRow {
  int decile = 1;
  std::int64_t customers = 0;
  double expected = 0;  // mean purchases per customer in the holdout
  double actual = 0;
  std::optional<double> actual_active_share;  // bought at least once in the holdout
};

// Repeat purchases of all customers per period, from the first period on. expected[i] and actual[i] are the same one.
struct Tracking {
  Day first_day;
  int period_days = 7;
  std::vector<double> actual;    // as long as observed
  std::vector<double> expected;  // same length, or longer into the future
  std::optional<Day> holdout_start;
};

struct ModelRow {
  std::string id;  // "value.bg_nbd/1", "baseline.status_quo"; shown by name when known
  bool is_baseline = false;
  bool chosen = false;
  bool lost_to_baseline = false;  // did worse than the best baseline by the measure that decides
  std::optional<double> log_likelihood;          // of the calibration period, natural log
  std::optional<double> holdout_log_likelihood;  // of the holdout
  std::optional<Estimate> mae;                   // of holdout purchases per customer
  std::optional<Estimate> rmse;
  std::optional<Estimate> bias;        // mean of predicted - actual, per customer
  std::optional<Estimate> auc_active;  // ranking of who buys at all, 0.5 is chance
};

struct Accuracy {
  Day holdout_start;
  Day holdout_end;                                    // last day of it
  std::int64_t customers = 0;                         // judged
  std::string decided_by = "holdout_log_likelihood";  // or "errors": MAE and RMSE
  std::vector<ModelRow> models;                       // processes and baselines, any order
  std::vector<FrequencyRow> by_frequency;             // of the chosen model, in order
  std::vector<DecileRow> deciles;                     // of the chosen model, in order
};

// Rolling origins: the same models at several cut-offs in the past, over all customers of all of them.
struct BacktestRow {
  std::string id;
  bool is_baseline = false;
  bool chosen = false;
  int won = 0;  // cut-offs at which it was chosen
  std::optional<Estimate> mae, rmse,
      bias;  // of purchases; bias: predicted over actual total, minus 1
  std::optional<Estimate> mae_difference;  // to the status quo, paired; below 0 is better
  std::optional<Estimate> gini, spearman;  // of purchases; gini is normalised
  std::optional<Estimate> auc, brier;      // of buying at all
  std::optional<Estimate> spend_mae;       // money per customer
};

struct BacktestOrigin {
  Day split;
  Day end;
  std::int64_t customers = 0;
  std::string chosen;
  double expected = 0;  // purchases by the one chosen
  double actual = 0;
};

struct ReliabilityRow {
  double predicted = 0;  // mean probability to buy at all
  double actual = 0;     // share that bought
  std::int64_t customers = 0;
};

struct Backtest {
  int holdout_days = 0;
  std::vector<BacktestOrigin> origins;  // in order
  std::vector<BacktestRow> rows;
  std::vector<ReliabilityRow> reliability;  // of the chosen one or the best process, rising
};

// ---- Recommendations ----------------------------------------------------------------------------------------------

struct RecommenderRow {
  std::string id;  // "recommend.item_neighbours/1", "baseline.popularity"
  bool is_baseline = false;
  bool chosen = false;
  bool lost_to_baseline = false;
  Estimate precision, recall, ndcg, mrr, hit_rate;  // at `list_length`, means over judged customers
  std::optional<Estimate> coverage;                 // share of the catalogue recommended to anyone
};

struct Recommenders {
  int list_length = 10;
  Day split;                   // trained before, judged on purchases from this day on
  std::int64_t customers = 0;  // judged
  std::string decided_by = "ndcg";
  std::vector<RecommenderRow> rows;  // any order
};

// One model under the chosen policy of bought items, at `list_length`.
struct RecommendEvaluationRow {
  std::string id;
  bool is_baseline = false;
  bool chosen = false;
  Estimate ndcg, recall, hit_rate, mrr;
  std::optional<Estimate> revenue_recall;  // share of the money of what was bought
  std::optional<double> coverage, popularity_lift, diversity, cold_item_recall;
  std::optional<double> fit_seconds, p50_micros, p99_micros, megabytes;  // absent for a blend
};

// Customers by the number of different items they had bought.
struct RecommendSlice {
  std::string history;  // "0", "1", "2-4", "5-19", "20+"
  std::int64_t customers = 0;
  double hit_rate = 0;           // of the chosen model
  double baseline_hit_rate = 0;  // of the best baseline
};

// How well one way of offering items that nobody had bought found their buyers: "chance", "category_popularity",
// "own_categories", "words", "pictures", "words_and_pictures".
struct NewItemsRow {
  std::string id;
  Estimate hit_rate, recall;
};
struct NewItems {
  std::int64_t items = 0;            // that nobody had bought before
  std::int64_t customers = 0;        // with a history, who then bought one
  std::int64_t without_history = 0;  // who bought one and were not asked for
  std::vector<NewItemsRow> rows;
};

struct RecommendEvaluation {
  std::string protocol;  // "time", "leave_last_out", "strong"
  std::optional<Day> split;
  Day end;
  int list_length = 10;
  std::int64_t customers = 0;
  std::string bought_items;  // when they may come back: "never", "when_due", "always"
  std::vector<RecommendEvaluationRow> rows;
  std::vector<RecommendSlice> slices;
  std::optional<NewItems> new_items;
};

struct TopItem {
  std::string item_id;
  std::string name;
  double units = 0;
  std::int64_t buyers = 0;
  double revenue = 0;
};

// Customers who bought `item` also bought `with`.
struct Affinity {
  std::string item, with;      // names, or ids where there is no name
  std::int64_t customers = 0;  // bought both
  double share = 0;            // of the buyers of `item`, who bought `with`
  double lift = 0;             // share / share of all buyers who bought `with`; 1 is no relation
};

struct Items {
  std::int64_t items_sold = 0;       // different items ever sold
  std::vector<TopItem> top;          // by revenue, highest first
  std::vector<Affinity> affinities;  // strongest first
};

// ---- Data ---------------------------------------------------------------------------------------------------------

struct RejectReason {
  std::string reason;  // id or words
  std::int64_t rows = 0;
  std::string example;  // "orders.csv line 17: quantity is 'two'"; "" when none is kept
};

struct OtherCurrency {
  std::string code;
  std::int64_t lines = 0;
};

struct DataQuality {
  std::int64_t rows_read = 0;
  std::int64_t rows_stored = 0;
  std::int64_t rows_known = 0;  // already stored before, or repeated
  std::vector<RejectReason> rejects;
  std::int64_t order_lines = 0;
  std::int64_t guest_lines = 0;  // without a customer
  double guest_revenue_share = 0;
  std::int64_t return_lines = 0;                // returns and cancellations
  double returned = 0;                          // amount, positive
  std::int64_t free_lines = 0;                  // price zero
  std::vector<OtherCurrency> other_currencies;  // left out of every amount in this report
  std::int64_t events = 0;                      // browsing
};

// ---- The whole ----------------------------------------------------------------------------------------------------

struct Method {
  int horizon_days = 365;
  double annual_discount = 0.1;
  std::string purchase_model;  // id of the process in use, or of the baseline when that won
  std::string spend_model;
  double interval_level = 0.8;
};

struct ReportData {
  std::string shop;
  std::string version;                     // of Perennial
  Currency currency;                       // XXX: amounts are shown without currency
  Day as_of;                               // last day that counts
  std::optional<Day> first_day, last_day;  // of the orders; empty without orders
  Time generated_at;
  Method method;

  KeyFigures key_figures;
  Part<std::vector<MonthSales>> sales;
  Part<NextSteps> next_steps;
  Part<std::vector<AtRiskCustomer>>
      at_risk;  // highest value at stake first, as many as should be shown
  Part<Journey> journey;
  Part<Rfm> rfm;
  Part<std::vector<CohortMonth>> cohorts;
  Part<CustomerValues> values;
  Part<Tracking> tracking;
  Part<Accuracy> accuracy;
  std::optional<Backtest> backtest;  // as last evaluated
  Part<Recommenders> recommenders;
  std::optional<RecommendEvaluation> recommend_evaluation;  // as last evaluated
  Part<Items> items;
  DataQuality data_quality;
};

}  // namespace perennial::report
