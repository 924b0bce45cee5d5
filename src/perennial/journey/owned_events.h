// Whose events are whose: the one place where events are joined to customers.
#pragma once

#include <string>

#include "perennial/base/time.h"

namespace perennial::journey {

// A SELECT of (customer_id, named, event, item_id, session_id, time), described in sql/owned_events.sql, for use in
// parentheses. Reads derived.identity, so build() comes first.
std::string owned_events_sql(Day as_of);

}  // namespace perennial::journey
