#include "perennial/engine/holdout.h"

#include <algorithm>

#include "perennial/base/error.h"
#include "perennial/engine/recommend_step.h"

namespace perennial::engine {

std::optional<Day> holdout_start(Day first, Day last, std::optional<int> wished_days) {
  constexpr int kShortestHistory = 8 * 7;
  constexpr int kLongestHoldout = 52 * 7;
  const int history = last - first + 1;
  if (wished_days)
    return *wished_days < history ? std::optional(last + (1 - *wished_days)) : std::nullopt;
  if (history < kShortestHistory) return std::nullopt;
  return last + (1 - std::min(kLongestHoldout, history / 4 / 7 * 7));
}

Day latest_fact_day(store::Connection& connection, const std::filesystem::path& shop) {
  const std::optional<Day> latest = journey::latest_fact_day(connection);
  if (!latest) {
    fail(ErrorKind::kNotEnoughData,
         "{} holds no facts yet; call `perennial import {} FILE...` first", shop.string(),
         shop.string());
  }
  return *latest;
}

std::optional<Day> first_purchase_day(store::Connection& connection) {
  return store::read_value<std::optional<Day>>(
      connection,
      "SELECT CAST(min(time) AS DATE) FROM order_lines WHERE kind = 'sale' AND "
      "coalesce(customer_id, anonymous_id) IS NOT NULL");
}

void require_observed(Day end, Day latest) {
  if (end > latest)
    fail(ErrorKind::kInvalidArgument,
         "end is {}, but the last order or event is of {}; nothing is known of the days after it",
         format_day(end), format_day(latest));
}

journey::BuildOptions journey_options(store::Connection& connection) {
  journey::BuildOptions options{.currency = journey::main_currency(connection)};
  options.free_days = journey::purchases_at_price_zero(connection, options.currency);
  return options;
}

WindowView learn_calibration(store::Connection& connection, journey::BuildOptions options,
                             Day split, Context& context) {
  options.as_of = split + -1;
  journey::build(connection, options, context.progress);
  keep_training_purchases(connection, options.as_of);
  return window_view(connection, options.as_of);
}

Lookback look_back(store::Connection& connection, journey::BuildOptions options, Day split, Day end,
                   Context& context) {
  options.as_of = split + (split - end) + -2;
  const std::optional<Day> first = first_purchase_day(connection);
  WindowView past;
  if (first && *first <= options.as_of) {
    journey::build(connection, options, context.progress);
    past = window_view(connection, options.as_of);
  }
  Lookback out{.calibration = learn_calibration(connection, options, split, context),
               .challengers = {}};
  if (past.customers.size() > 0)
    out.challengers = learn_challengers(connection, past, out.calibration, {}, context);
  return out;
}

}  // namespace perennial::engine
