#include "perennial/journey/cohorts.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {

void cohorts(store::Connection& connection, Day as_of) {
  const auto first = store::read_value<std::optional<Day>>(
      connection, "SELECT min(day) FROM derived.purchase_days");
  std::string months;
  int number = 0;
  for (Day month = month_start(first.value_or(as_of)); month <= as_of;
       month = next_month_start(month)) {
    months += fmt::format("{}({}, {})", number > 0 ? ", " : "", sql_date(month), number);
    ++number;
  }
  const SqlValues values = {{"months", months},
                            {"unfinished_month", sql_date(month_start(as_of + 1))}};
  connection.run(
      fmt::format("CREATE OR REPLACE TABLE derived.cohorts AS {}", fill_sql(kCohortsSql, values)));
}

}  // namespace perennial::journey
