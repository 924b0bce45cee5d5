// The stage of every known customer at every month end and at the as-of day.
//
// Story    one rule, read from the top, so that everyone has exactly one stage at a date:
//            has not bought   browsing while the silence since the last browsing is no longer than {browse_share} of
//                             all gaps between browsing days that the shop has seen; else registered
//            has bought       lapsed where activity < lapsed_below, at_risk where activity < at_risk_below, else
//                             won_back after the one purchase since a date at which the customer was lapsed, else
//                             first_purchase after one purchase day, loyal from the {loyal_share} quantile of the
//                             purchase days of repeat customers on (at least loyal_at_least), else repeat
//          Thresholds are taken from what had happened by the date, so a past stage does not change as time goes on.
//          Visitors are anonymous ids that no customer is known for: counted, never listed
// Why      silence means something only against the customer's own rhythm: three months are long for one who buys every
//          week and nothing for one who buys at Christmas. Activity says just that: the chance that the customer buys
//          within the gap that was usual right after the last order, over that chance then. docs/models/journey.stages.md
// Reads    derived.customers, purchase_days, returns, browse_days, visitors, and derived.activity(customer_id, as_of,
//          activity), which holds that figure, 0 to 1, of every buyer at each of stage_dates(). A buyer without one
//          counts as active
// Writes   derived.stages, stage_flows and stage_counts in one transaction; rows are described in sql/<table>.sql
// Errors   a date with buyers and nothing in derived.activity is a Bug; kInterrupted between two dates
// Cost     one pass over customers and purchase days per date: about 1 s a date for 1 M customers on 2 cores
#pragma once

#include <vector>

#include "perennial/base/progress.h"
#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

struct StageOptions {
  double at_risk_below = 0.5;  // the chance to come back has halved
  double lapsed_below = 0.2;   // a fifth of it is left
  double loyal_share = 0.8;
  int loyal_at_least = 3;
  double browse_share = 0.95;
};

// The end of every month from the first purchase or browsing on, and `as_of`; only `as_of` without either.
std::vector<Day> stage_dates(store::Connection& connection, Day as_of);

void stages(store::Connection& connection, Day as_of, const StageOptions& options,
            Progress& progress);

}  // namespace perennial::journey
