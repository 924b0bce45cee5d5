#include "perennial/journey/owned_events.h"

#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {

std::string owned_events_sql(Day as_of) {
  return fill_sql(kOwnedEventsSql, {{"end", sql_end(as_of)},
                                    {"customer_id", known_id("customer_id")},
                                    {"anonymous_id", known_id("anonymous_id")}});
}

}  // namespace perennial::journey
