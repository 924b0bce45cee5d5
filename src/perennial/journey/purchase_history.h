// The purchase days of every customer, read once, from which summaries at any number of days follow: what P(alive) at
// every month end is computed from, without a query per month.
//
// Shapes   customer i owns days[begin[i]] .. days[begin[i + 1] - 1], in order; customers sorted by id. Customers whose
//          every purchase was later returned are here too, and have summaries only at days when that was not known
// Cost     one sorted read (3 M purchase days: about a second, 8 bytes each); summaries_at is one pass in memory
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/journey/summaries.h"
#include "perennial/store/database.h"

namespace perennial::journey {

struct PurchaseHistory {
  std::vector<std::string> customer_ids;
  std::vector<std::size_t> begin{0};  // one more than customers
  std::vector<Day> days;
  std::vector<Day>
      vanished;  // per day: when all of it had been returned; the last Day there is: never

  std::size_t size() const { return customer_ids.size(); }
};

PurchaseHistory purchase_history(store::Connection& connection);

// The customers who had bought by `as_of`, with counts as in CustomerSummaries.
struct DatedSummaries {
  Day as_of;
  std::vector<std::size_t> customers;  // indices into the history, ascending
  std::vector<double> repeat_purchases;
  std::vector<double> recency;
  std::vector<double> age;
};

DatedSummaries summaries_at(const PurchaseHistory& history, Day as_of, Period unit);

}  // namespace perennial::journey
