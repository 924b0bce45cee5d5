#include "perennial/journey/purchase_history.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/journey/sql.h"

namespace perennial::journey {
namespace {

constexpr Day kNever{std::numeric_limits<std::int32_t>::max()};

}  // namespace

PurchaseHistory purchase_history(store::Connection& connection) {
  store::Result rows = connection.query(
      fmt::format("SELECT customer_id, day, vanished FROM ({}) history ORDER BY customer_id, day",
                  kHistorySql));
  PurchaseHistory out;
  while (rows.next()) {
    const auto days = rows.column<std::int32_t>(1);
    const auto vanished = rows.column<std::int32_t>(2);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const std::string_view id = rows.text(0, row);
      if (out.customer_ids.empty() || out.customer_ids.back() != id) {
        out.customer_ids.emplace_back(id);
        out.begin.push_back(out.days.size());
      }
      out.days.push_back({days[row]});
      out.vanished.push_back(rows.is_null(2, row) ? kNever : Day{vanished[row]});
      out.begin.back() = out.days.size();
    }
  }
  return out;
}

DatedSummaries summaries_at(const PurchaseHistory& history, Day as_of, Period unit) {
  CHECK(unit.days >= 1);
  DatedSummaries out;
  out.as_of = as_of;
  for (std::size_t i = 0; i < history.size(); ++i) {
    int purchases = 0;
    Day first;
    Day last;
    for (std::size_t k = history.begin[i]; k < history.begin[i + 1]; ++k) {
      if (history.days[k] > as_of) break;
      if (history.vanished[k] <= as_of) continue;
      if (purchases++ == 0) first = history.days[k];
      last = history.days[k];
    }
    if (purchases == 0) continue;
    out.customers.push_back(i);
    out.repeat_purchases.push_back(purchases - 1);
    out.recency.push_back(static_cast<double>(last - first) / unit.days);
    out.age.push_back(static_cast<double>(as_of - first) / unit.days);
  }
  return out;
}

}  // namespace perennial::journey
