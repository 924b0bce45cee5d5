// Made-up but realistic report data: a full shop, one with only order lines (CDNOW's shape), one with nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "perennial/report/data.h"

namespace perennial::report {

ReportData full_shop();       // everything there, with names that try to break the page
ReportData order_log_shop();  // amounts and dates only: no items, no browsing; a baseline wins
ReportData empty_shop();      // no customer, no order
ReportData one_buyer_shop();  // one customer, one order
ReportData small_shop();      // thirty buyers: facts, but no forecast

// File stem and data of each.
std::vector<std::pair<std::string, ReportData>> all_samples();

}  // namespace perennial::report
