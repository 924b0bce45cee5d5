#include "perennial/journey/summaries.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "perennial/base/error.h"
#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {
namespace {

std::string in_window(std::string_view sql, std::optional<Day> start, Day end, Day cohort_end) {
  const SqlValues window = {{"start", sql_date(start.value_or(kFirstDay))},
                            {"as_of", sql_date(end)},
                            {"cohort_end", sql_date(cohort_end)}};
  SqlValues values = window;
  values.emplace_back("net_purchase_days", fill_sql(kNetPurchaseDaysSql, window));
  return fill_sql(sql, values);
}

}  // namespace

CustomerSummaries summaries(store::Connection& connection, const SummaryOptions& options) {
  CHECK(options.unit.days >= 1);
  CustomerSummaries out;
  out.as_of = options.as_of;
  out.unit = options.unit;
  std::vector<std::int64_t> purchase_days;
  std::vector<double> first_spend;
  std::tie(out.customer_ids, out.first_day, out.last_day, purchase_days, out.total_spend,
           first_spend, out.log_gaps) =
      store::read_columns<std::string, Day, Day, std::int64_t, double, double, double>(
          connection, in_window(kSummariesSql, options.start, options.as_of, options.as_of));
  const std::size_t n = out.size();
  out.repeat_purchases.resize(n);
  out.recency.resize(n);
  out.age.resize(n);
  out.mean_repeat_spend.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double repeats = static_cast<double>(purchase_days[i] - 1);
    out.repeat_purchases[i] = repeats;
    out.recency[i] = static_cast<double>(out.last_day[i] - out.first_day[i]) / options.unit.days;
    out.age[i] = static_cast<double>(options.as_of - out.first_day[i]) / options.unit.days;
    constexpr double kOfSql = 1 << 20;
    out.log_gaps[i] = out.log_gaps[i] / kOfSql - repeats * std::log(options.unit.days);
    out.mean_repeat_spend[i] = repeats > 0 ? (out.total_spend[i] - first_spend[i]) / repeats : 0;
  }
  return out;
}

Holdout holdout(store::Connection& connection, const CustomerSummaries& customers, Day end) {
  CHECK(end >= customers.as_of);
  const auto [ids, purchases, spend] = store::read_columns<std::string, double, double>(
      connection, in_window(kHoldoutSql, customers.as_of + 1, end, end));
  Holdout out{end, std::vector<double>(customers.size()), std::vector<double>(customers.size())};
  std::size_t k = 0;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    while (k < ids.size() && ids[k] < customers.customer_ids[i]) ++k;
    if (k < ids.size() && ids[k] == customers.customer_ids[i]) {
      out.purchases[i] = purchases[k];
      out.spend[i] = spend[k];
    }
  }
  return out;
}

RepeatTracking repeat_tracking(store::Connection& connection, const TrackingOptions& options) {
  CHECK(options.unit.days >= 1 && options.end >= options.cohort_end);
  const auto [days, repeats] = store::read_columns<Day, double>(
      connection, in_window(kRepeatPurchasesSql, options.start, options.end, options.cohort_end));
  RepeatTracking out;
  out.unit = options.unit;
  out.start = options.start.value_or(days.empty() ? options.end : days.front());
  if (days.empty()) return out;
  const int length = options.end - out.start + 1;
  const int periods = (length + options.unit.days - 1) / options.unit.days;
  out.last_complete = length % options.unit.days == 0;
  out.incremental.resize(static_cast<std::size_t>(periods));
  for (std::size_t i = 0; i < days.size(); ++i) {
    out.incremental[static_cast<std::size_t>((days[i] - out.start) / options.unit.days)] +=
        repeats[i];
  }
  double sum = 0;
  for (const double count : out.incremental) out.cumulative.push_back(sum += count);
  return out;
}

}  // namespace perennial::journey
