// Customer summaries: all that the purchase models need to know of each buyer, at any day up to the build's as-of day.
//
// Units    recency and age in periods (weeks unless said otherwise), counted in days and divided, not rounded; money in
//          the shop's currency
// Shapes   row i of every vector is the same customer; customers sorted by id, byte by byte
// As of    purchase days up to the as-of day, with the returns that had come by then. The same derived tables serve a
//          calibration cut and the final day; customers first seen after the as-of day are not there
// Cost     one SQL aggregate; 1 M customers in about a second
// Source   counting rule: Fader & Hardie (2005), "RFM and CLV": x repeat purchases, t_x recency, T age; the first
//          purchase is not counted, purchases of one day are one
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

struct Period {
  int days = 7;
};

struct SummaryOptions {
  Day as_of;
  Period unit;
  std::optional<Day> start;  // purchases before it are not seen; nothing: all are
};

struct CustomerSummaries {
  Day as_of;
  Period unit;
  std::vector<std::string> customer_ids;
  std::vector<double>
      repeat_purchases;  // purchase days, the first not counted; also how many the mean spend is of
  std::vector<double> recency;  // from the first to the last purchase day
  std::vector<double> age;      // from the first purchase day to the as-of day
  std::vector<double>
      log_gaps;  // sum over the repeat purchases of log(periods since the purchase before)
  std::vector<double>
      mean_repeat_spend;  // per purchase day, the first not counted; 0 without repeat purchase
  std::vector<double> total_spend;  // the first included
  std::vector<Day> first_day;
  std::vector<Day> last_day;

  std::size_t size() const { return customer_ids.size(); }
};

CustomerSummaries summaries(store::Connection& connection, const SummaryOptions& options);

// What the customers of a summary did after it.
struct Holdout {
  Day end;
  std::vector<double> purchases;  // purchase days in (as_of, end]
  std::vector<double> spend;      // on them, net of returns up to `end`
};

Holdout holdout(store::Connection& connection, const CustomerSummaries& customers, Day end);

// Repeat purchases of everyone first seen up to `cohort_end`, period by period: what a tracking plot shows.
struct RepeatTracking {
  Day start;  // first day of the first period: the first purchase day of all
  Period unit;
  std::vector<double> incremental;  // per period
  std::vector<double> cumulative;
  bool last_complete = true;  // false: the last period goes beyond `end`
};

struct TrackingOptions {
  Day cohort_end;
  Day end;
  Period unit;
  std::optional<Day> start;  // as in SummaryOptions; also the start of the first period
};

RepeatTracking repeat_tracking(store::Connection& connection, const TrackingOptions& options);

}  // namespace perennial::journey
