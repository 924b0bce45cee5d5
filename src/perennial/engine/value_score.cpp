// value_step.h, second half: fitting on everything and scoring.

#include <fmt/format.h>

#include <cmath>

#include "perennial/engine/sql.h"
#include "perennial/engine/value_step.h"
#include "perennial/journey/purchase_history.h"
#include "perennial/journey/stages.h"
#include "perennial/models/value/lifetime_value.h"
#include "perennial/models/value/rhythm.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;

constexpr double kNormal80 =
    1.2815515655446004;  // quantile of 0.9: 80 % lie within so many standard deviations
constexpr double kDependent =
    0.3;  // correlation of frequency and spend from which Gamma-Gamma misjudges

models::Purchases::Input input_of(const CustomerSummaries& customers, int horizon_days,
                                  Threads threads) {
  models::Purchases::Input input;
  input.repeat_purchases = customers.repeat_purchases;
  input.recency = customers.recency;
  input.age = customers.age;
  input.days_per_period = customers.unit.days;
  input.horizon_periods = static_cast<double>(horizon_days) / customers.unit.days;
  input.threads = threads;
  return input;
}

report::Estimate total(double sum, double variance, double relative_bias) {
  const double spread = kNormal80 * std::sqrt(variance + sum * relative_bias * sum * relative_bias);
  return {.value = sum,
          .interval = report::Interval{std::max(0.0, sum - spread), sum + spread, 0.8}};
}

// The usual gap after an order (models/value/rhythm.h), in days.
std::int32_t usual_gap_days(const models::PurchaseModel& process, const models::History& history,
                            int days_per_period) {
  constexpr double kTenYears = 3653;
  return static_cast<std::int32_t>(
      std::lround(std::min(models::usual_gap(process, history) * days_per_period, kTenYears)));
}

// One column per column of derived.scores.
struct ScoreColumns {
  std::vector<double> p_alive, activity, p_active, orders, spend, value, low, high, if_kept;
  std::vector<Day> next_order;
};

void write_scores(store::Connection& connection, const CustomerSummaries& customers, Day as_of,
                  const ScoreColumns& scores) {
  const std::vector<Day> as_of_column(customers.size(), as_of);
  store::Transaction transaction(connection);
  connection.run(sql::kScoreTableSql);
  store::Appender appender = connection.append_to("main", "scores", "derived");
  const auto numbers = [](const std::vector<double>& column) {
    return std::span<const double>(column);
  };
  const store::ColumnData columns[] = {std::span<const std::string>(customers.customer_ids),
                                       std::span<const Day>(as_of_column),
                                       numbers(customers.repeat_purchases),
                                       numbers(scores.p_alive),
                                       numbers(scores.activity),
                                       numbers(scores.p_active),
                                       numbers(scores.orders),
                                       numbers(scores.spend),
                                       numbers(scores.value),
                                       numbers(scores.low),
                                       numbers(scores.high),
                                       numbers(scores.if_kept),
                                       std::span<const Day>(scores.next_order)};
  appender.append(columns);
  appender.close();
  transaction.commit();
}

std::optional<models::GammaGamma> fit_spend(const CustomerSummaries& customers, Context& context,
                                            std::vector<std::string>& warnings) {
  models::Spend::Input input;
  input.orders = customers.repeat_purchases;
  input.mean_spend = customers.mean_repeat_spend;
  input.threads = context.threads;
  try {
    models::GammaGamma spend = models::GammaGamma::fit(input, {});
    const double correlation = models::independence(input);
    if (std::fabs(correlation) > kDependent) {
      warnings.push_back(
          fmt::format("How often customers buy and how much they spend per order are correlated "
                      "({:.2f}); the spend model takes them "
                      "for independent, so the values of the most frequent customers are off",
                      correlation));
    }
    return spend;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData) throw;
    warnings.push_back(error.what());
    return std::nullopt;
  }
}

}  // namespace

std::optional<ScoredValue> score_customers(store::Connection& connection, Day as_of,
                                           const ValueOptions& options, Context& context,
                                           std::string& why) {
  connection.run(sql::kScoreTableSql);
  const CustomerSummaries customers =
      journey::summaries(connection, {.as_of = as_of, .unit = {}, .start = {}});
  if (customers.size() == 0) {
    why = "nobody has bought yet";
    return std::nullopt;
  }
  ProgressTask task(context.progress, "Scoring customers", customers.size());
  const models::Purchases::Input input = input_of(customers, options.horizon_days, context.threads);
  const bool baseline = options.process == kStatusQuo;
  const std::string process_id = baseline ? options.churn_process : options.process;

  std::optional<ScoredValue> made;
  try {
    made = ScoredValue{.process = models::purchase_process(process_id).fit(input, {}),
                       .churn = models::purchase_process(options.churn_process).fit(input, {}),
                       .spend = {},
                       .active = {},
                       .orders = {},
                       .value = {},
                       .warnings = {}};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence)
      throw;
    why = error.what();
    return std::nullopt;
  }
  if (!models::report(made->process).converged)
    made->warnings.push_back(models::report(made->process).words);
  made->spend = fit_spend(customers, context, made->warnings);

  const std::size_t n = customers.size();
  const models::Purchases::Output forecast = models::predict(made->process, input);
  ScoreColumns scores;
  scores.p_alive = models::predict(made->churn, input).p_alive;
  scores.activity = models::activity(made->churn, input);
  scores.p_active = forecast.p_active;
  scores.orders = forecast.expected_purchases;
  scores.spend.assign(n, std::nan(""));
  scores.value = scores.low = scores.high = scores.if_kept = scores.spend;
  if (made->spend) {
    models::LifetimeValues values =
        models::lifetime_value(made->process, *made->spend, input, customers.mean_repeat_spend,
                               {.annual_discount = options.annual_discount});
    scores.spend = std::move(values.expected_spend);
    scores.value = std::move(values.value);
    scores.low = std::move(values.low);
    scores.high = std::move(values.high);
  }
  if (baseline) {  // everyone goes on at the pace so far; the interval is the process's, stretched to hold the value
    for (std::size_t i = 0; i < n; ++i) {
      const double orders = customers.age[i] > 0 ? customers.repeat_purchases[i] /
                                                       customers.age[i] * input.horizon_periods
                                                 : 0;
      if (scores.orders[i] > 0) scores.value[i] *= orders / scores.orders[i];
      scores.orders[i] = orders;
      scores.low[i] = std::min(scores.low[i], scores.value[i]);
      scores.high[i] = std::max(scores.high[i], scores.value[i]);
    }
  }

  double active = 0, orders = 0, value = 0, active_variance = 0, orders_variance = 0,
         value_variance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    scores.if_kept[i] =
        forecast.p_alive[i] > 0 ? scores.value[i] / forecast.p_alive[i] : scores.value[i];
    scores.next_order.push_back(customers.last_day[i] + usual_gap_days(made->process,
                                                                       input.history(i),
                                                                       customers.unit.days));
    active += scores.p_active[i];
    active_variance += scores.p_active[i] * (1 - scores.p_active[i]);
    orders += scores.orders[i];
    orders_variance +=
        scores.orders[i] *
        (1 + scores.orders[i]);  // gamma-mixed Poisson counts spread at least so much
    if (made->spend) {
      value += scores.value[i];
      const double spread = (scores.high[i] - scores.low[i]) / (2 * kNormal80);
      value_variance += spread * spread;
    }
  }
  task.advance(n);
  made->active = total(active, active_variance, options.relative_bias);
  made->orders = total(orders, orders_variance, options.relative_bias);
  if (made->spend) made->value = total(value, value_variance, options.relative_bias);
  write_scores(connection, customers, as_of, scores);
  return made;
}

std::vector<ModelFile> ScoredValue::files() const {
  std::vector<ModelFile> files;
  const auto add = [&](const std::string& name, std::string_view id, const ByteWriter& writer) {
    files.push_back({name, frame(id, writer)});
  };
  ByteWriter purchase_bytes;
  models::save(process, purchase_bytes);
  add("purchases.bin", models::id(process), purchase_bytes);
  ByteWriter churn_bytes;
  models::save(churn, churn_bytes);
  add("churn.bin", models::id(churn), churn_bytes);
  if (spend) {
    ByteWriter spend_bytes;
    spend->save(spend_bytes);
    add("spend.bin", models::GammaGamma::kId, spend_bytes);
  }
  return files;
}

nlohmann::json ScoredValue::parameters() const {
  const auto described = [](const models::FitReport& report) {
    nlohmann::json json = nlohmann::json::object();
    for (std::size_t i = 0; i < report.names.size(); ++i) {
      json[report.names[i]] = {{"estimate", report.estimates[i]},
                               {"standard_error", report.standard_errors[i]}};
    }
    return nlohmann::json{
        {"parameters", json}, {"log_likelihood", report.log_likelihood}, {"words", report.words}};
  };
  const auto to_json = [](const report::Estimate& estimate) {
    return nlohmann::json{{"value", estimate.value},
                          {"low", estimate.interval->low},
                          {"high", estimate.interval->high},
                          {"level", estimate.interval->level}};
  };
  nlohmann::json json = {{"purchases", described(models::report(process))},
                         {"churn", described(models::report(churn))},
                         {"churn_model", models::id(churn)},
                         {"totals", {{"active", to_json(active)}, {"orders", to_json(orders)}}}};
  if (spend) json["spend"] = described(spend->report());
  if (value) json["totals"]["lifetime_value"] = to_json(*value);
  return json;
}

void write_activity(store::Connection& connection, Day as_of, const models::PurchaseModel* churn,
                    Context& context) {
  const std::vector<Day> dates = journey::stage_dates(connection, as_of);
  const journey::PurchaseHistory history = journey::purchase_history(connection);
  ProgressTask task(context.progress, "Activity at every month end", dates.size());
  store::Transaction transaction(connection);
  connection.run(
      "CREATE OR REPLACE TABLE derived.activity (customer_id VARCHAR, as_of DATE, activity "
      "DOUBLE)");
  store::Appender appender = connection.append_to("main", "activity", "derived");
  for (const Day date : dates) {
    const journey::DatedSummaries at = journey::summaries_at(history, date, {});
    std::vector<double> activity(at.customers.size(), 1.0);
    if (churn != nullptr && !at.customers.empty()) {
      models::Purchases::Input input;
      input.repeat_purchases = at.repeat_purchases;
      input.recency = at.recency;
      input.age = at.age;
      input.threads = context.threads;
      activity = models::activity(*churn, input);
    }
    std::vector<std::string_view> ids;
    for (const std::size_t customer : at.customers) ids.push_back(history.customer_ids[customer]);
    const std::vector<Day> as_of_column(ids.size(), date);
    const store::ColumnData columns[] = {std::span<const std::string_view>(ids),
                                         std::span<const Day>(as_of_column),
                                         std::span<const double>(activity)};
    appender.append(columns);
    task.advance();
  }
  appender.close();
  transaction.commit();
}

}  // namespace perennial::engine
