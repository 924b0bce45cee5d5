#include "perennial/engine/report_quality.h"

#include <map>

#include "perennial/engine/sql.h"
#include "perennial/journey/data_quality.h"

namespace perennial::engine {

report::DataQuality gather_quality(store::Connection& connection, const std::string& currency) {
  const journey::DataQuality from = journey::data_quality(connection, currency);
  report::DataQuality quality;
  quality.rows_stored = from.rows_stored;
  quality.rows_known = from.rows_known;
  quality.rows_read = from.rows_stored + from.rows_known;
  quality.order_lines = from.order_lines;
  quality.guest_lines = from.guest_lines;
  if (from.sale_amount > 0) quality.guest_revenue_share = from.guest_amount / from.sale_amount;
  quality.return_lines = from.return_lines + from.cancellation_lines;
  quality.returned = from.returned_amount;
  quality.free_lines = from.free_lines;
  quality.events = from.events;
  for (const auto& currency_lines : from.other_currencies) {
    quality.other_currencies.push_back(
        {.code = currency_lines.code, .lines = currency_lines.lines});
  }
  const auto [reason, example] =
      store::read_columns<std::string, std::string>(connection, sql::kRejectExamplesSql);
  std::map<std::string, std::string> examples;
  for (std::size_t i = 0; i < reason.size(); ++i) examples[reason[i]] = example[i];
  for (const auto& reject : from.rejects) {
    quality.rows_read += reject.rows;
    quality.rejects.push_back(
        {.reason = reject.reason, .rows = reject.rows, .example = examples[reject.reason]});
  }
  return quality;
}

}  // namespace perennial::engine
