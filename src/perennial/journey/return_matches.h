// Runs net_returns over all customers: from journey_lines and journey_order_items to journey_returns.
//
// Writes   the temporary table journey_returns: one row per match of a return; purchase_order_id is NULL, and
//          purchase_day without meaning, where nothing was found
// Cost     reads the trades of customers who returned something, no others; holds one customer at a time
#pragma once

#include "perennial/journey/sql_text.h"
#include "perennial/store/database.h"

namespace perennial::journey {

void write_return_matches(store::Connection& connection, const SqlValues& values);

}  // namespace perennial::journey
