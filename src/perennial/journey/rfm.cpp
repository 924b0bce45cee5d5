#include "perennial/journey/rfm.h"

#include <fmt/format.h>

#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {

void rfm(store::Connection& connection, Day as_of) {
  const SqlValues values = {
      {"as_of", sql_date(as_of)},
      {"score5", "CAST(ceil(CAST(5 * (2 * $_worse + $_equal) AS DOUBLE) / (2 * n)) AS INTEGER)"},
      {"score3", "CAST(ceil(CAST(3 * (2 * $_worse + $_equal) AS DOUBLE) / (2 * n)) AS INTEGER)"},
  };
  connection.run(
      fmt::format("CREATE OR REPLACE TABLE derived.rfm AS {}", fill_sql(kRfmSql, values)));
}

}  // namespace perennial::journey
