#include "perennial/engine/decide_step.h"

#include <fmt/format.h>

#include <cmath>

#include "perennial/engine/sql.h"
#include "perennial/journey/owned_events.h"
#include "perennial/journey/sql_text.h"

namespace perennial::engine {
namespace {

constexpr std::int64_t kFewestPerArm = 200;

std::optional<int> to_days(std::optional<std::int64_t> value) {
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

// What one chunk of the query says, decided row by row and appended to the table `decided`.
class Decider {
 public:
  Decider(Day as_of, double new_customer_spend, bool shop_has_items, const PolicyOptions& options)
      : as_of_(as_of),
        new_customer_spend_(new_customer_spend),
        shop_has_items_(shop_has_items),
        options_(options),
        basis_(options.increments.relative_error ? "measured" : "assumed") {}

  void decide(const store::Result& chunk, store::Appender& appender) {
    const std::size_t n = chunk.rows();
    std::vector<std::string_view> customer(n), action(n), basis(n, basis_), due_item(n);
    std::vector<std::string> reason(n);
    std::vector<double> value(n);
    std::vector<Day> as_of(n, as_of_);
    const auto capped = std::make_unique<bool[]>(n);
    for (std::size_t row = 0; row < n; ++row) {
      Choice choice = choose_action(situation(chunk, row), options_);
      customer[row] = chunk.text(kCustomer, row);
      action[row] = action_id(choice.action);
      value[row] = choice.expected_value;
      reason[row] = std::move(choice.reason);
      capped[row] = choice.capped;
      if (!chunk.is_null(kDueItem, row)) due_item[row] = chunk.text(kDueItem, row);
    }
    const store::ColumnData columns[] = {
        std::span<const std::string_view>(customer), std::span<const Day>(as_of),
        std::span<const std::string_view>(action),   std::span<const double>(value),
        std::span<const std::string>(reason),        std::span<const std::string_view>(basis),
        std::span<const bool>(capped.get(), n),      std::span<const std::string_view>(due_item)};
    appender.append(columns);
  }

 private:
  // Columns of situations.sql.
  enum Column : std::size_t {
    kCustomer,
    kStage,
    kOptedOut,
    kReachable,
    kRecentContacts,
    kSinceRegistration,
    kSinceBrowse,
    kPurchaseDays,
    kBoughtUncounted,
    kSinceOrder,
    kToReplenishment,
    kDueItem,
    kToNextOrder,
    kExpectedSpend,

    kValueIfKept,
    kValuable
  };

  Situation situation(const store::Result& chunk, std::size_t row) const {
    const auto whole = [&](Column column) {
      return to_days(chunk.is_null(column, row)
                         ? std::nullopt
                         : std::optional(chunk.column<std::int64_t>(column)[row]));
    };
    const auto number = [&](Column column) {
      return chunk.is_null(column, row) ? std::nan("") : chunk.column<double>(column)[row];
    };
    const double spend = number(kExpectedSpend);
    return {.stage = parse_stage(chunk.text(kStage, row)),
            .opted_out = chunk.column<bool>(kOptedOut)[row],
            .reachable = chunk.column<bool>(kReachable)[row],
            .recent_contacts = static_cast<int>(chunk.column<std::int64_t>(kRecentContacts)[row]),
            .days_since_registration = whole(kSinceRegistration),
            .days_since_browse = whole(kSinceBrowse),
            .purchase_days = chunk.column<std::int64_t>(kPurchaseDays)[row],
            .bought_uncounted = chunk.column<bool>(kBoughtUncounted)[row],
            .days_since_order = whole(kSinceOrder),
            .days_to_next_order = whole(kToNextOrder),
            .days_to_replenishment = whole(kToReplenishment),
            .spend_per_order = std::isnan(spend) ? new_customer_spend_ : spend,
            .value_if_kept = or_zero(number(kValueIfKept)),
            .valuable = chunk.column<bool>(kValuable)[row],
            .has_items = shop_has_items_};
  }

  Day as_of_;
  double new_customer_spend_;
  bool shop_has_items_;
  const PolicyOptions& options_;
  std::string_view basis_;
};

}  // namespace

Increments shop_increments(store::Connection& connection, Day as_of) {
  store::Statement statement = connection.prepare(sql::kExposureEffectsSql);
  statement.bind(to_time(as_of + 1));
  const auto [campaign, treated, held_out, treated_orders, held_out_orders] =
      store::read_columns<std::string, std::int64_t, std::int64_t, double, double>(
          statement.query());
  std::int64_t all_treated = 0;
  std::int64_t all_held_out = 0;
  double weighted_effect = 0;
  double weighted_variance = 0;  // counts of orders spread like Poisson ones
  for (std::size_t i = 0; i < campaign.size(); ++i) {
    const auto n = static_cast<double>(treated[i]);
    const auto m = static_cast<double>(held_out[i]);
    weighted_effect += n * (treated_orders[i] / n - held_out_orders[i] / m);
    weighted_variance += n * n * (treated_orders[i] / (n * n) + held_out_orders[i] / (m * m));
    all_treated += treated[i];
    all_held_out += held_out[i];
  }
  if (all_treated < kFewestPerArm || all_held_out < kFewestPerArm) return assumed_increments();
  const auto total = static_cast<double>(all_treated);
  return measured_increments(weighted_effect / total, std::sqrt(weighted_variance) / total);
}

std::vector<std::pair<std::string, std::int64_t>> write_next_steps(store::Connection& connection,
                                                                   Day as_of,
                                                                   double new_customer_spend,
                                                                   const PolicyOptions& options,
                                                                   Context& context) {
  ProgressTask task(context.progress, "Deciding next steps");
  connection.run(
      "CREATE OR REPLACE TEMP TABLE decided (customer_id VARCHAR, as_of DATE, action VARCHAR, "
      "expected_value DOUBLE, "
      "reason VARCHAR, basis VARCHAR, capped BOOLEAN, due_item VARCHAR)");
  connection.run(
      "CREATE OR REPLACE TEMP TABLE browsed_items (customer_id VARCHAR, rank BIGINT, item_id "
      "VARCHAR, last_day DATE)");
  store::Statement browsed = connection.prepare(
      fmt::format("INSERT INTO browsed_items {}",
                  journey::fill_sql(sql::kBrowsedItemsSql,
                                    {{"owned_events", journey::owned_events_sql(as_of)}})));
  browsed.bind(as_of, std::int32_t{options.browse_days});
  browsed.query();
  const bool shop_has_items =
      store::read_value<bool>(connection, "SELECT count(*) > 0 FROM derived.popular_items");
  {
    store::Statement statement = connection.prepare(sql::kSituationsSql);
    statement.bind(as_of, std::int32_t{options.cap_days});
    store::Result situations = statement.query();
    Decider decider(as_of, new_customer_spend, shop_has_items, options);
    store::Appender appender = connection.append_to("main", "decided", "temp");
    while (situations.next()) {
      decider.decide(situations, appender);
      task.advance(situations.rows());
    }
    appender.close();
  }
  connection.run(sql::kNextStepsSql);
  const auto [actions, counts] = store::read_columns<std::string, std::int64_t>(
      connection,
      "SELECT action, count(*) FROM derived.next_steps GROUP BY action ORDER BY count(*) DESC, "
      "action");
  std::vector<std::pair<std::string, std::int64_t>> result;
  for (std::size_t i = 0; i < actions.size(); ++i) result.emplace_back(actions[i], counts[i]);
  return result;
}

}  // namespace perennial::engine
