// Cohorts by month of first purchase: how many bought again in each later month, and what they brought.
//
// Units    net revenue in the shop's currency; returns count in the month of the purchase that they were netted against
// Writes   derived.cohorts, a row for every month from the cohort's first to the as-of month, months without purchases
//          too. `finished` is false in the as-of month unless the as-of day is its last. Reads derived.purchase_days
#pragma once

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

void cohorts(store::Connection& connection, Day as_of);

}  // namespace perennial::journey
