// value_step.h, second half: fitting on everything and scoring.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/engine/measured.h"
#include "perennial/engine/parameter_uncertainty.h"
#include "perennial/engine/sql.h"
#include "perennial/engine/value_step.h"
#include "perennial/engine/value_window.h"
#include "perennial/journey/features.h"
#include "perennial/journey/purchase_history.h"
#include "perennial/journey/stages.h"
#include "perennial/models/value/choose.h"
#include "perennial/models/value/lifetime_value.h"
#include "perennial/models/value/rhythm.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;

constexpr double kDependent =
    0.3;  // correlation of frequency and spend from which Gamma-Gamma misjudges

// A total over customers, at most `most`, with its 80 % interval: their own randomness, what is open about the parameters,
// and the error on the holdout.
report::Estimate total(double sum, double variance, double parameters, double relative_bias,
                       double most = std::numeric_limits<double>::infinity()) {
  const double together = sum * std::hypot(parameters, relative_bias);
  const double spread = kNormal80 * std::sqrt(variance + together * together);
  return {
      .value = sum,
      .interval = report::Interval{std::max(0.0, sum - spread), std::min(most, sum + spread), 0.8}};
}

// No day at all: the usual gap of such a customer is longer than ten years.
constexpr Day kNever{2'932'896};  // 9999-12-31

Day next_order(const models::PurchaseModel& process, const models::History& history,
               int days_per_period, Day last_order) {
  constexpr double kTenYears = 3653;
  const double days = models::usual_gap(process, history) * days_per_period;
  return days < kTenYears ? last_order + static_cast<std::int32_t>(std::lround(days)) : kNever;
}

// One column per column of derived.scores.
struct ScoreColumns {
  std::vector<double> p_alive, activity, p_repurchase, p_active, orders, spend, value, low, high,
      if_kept;
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
                                       numbers(scores.p_repurchase),
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
  connection.run(
      "UPDATE derived.scores SET expected_next_order = NULL WHERE expected_next_order = DATE "
      "'9999-12-31'");
  transaction.commit();
}

ScoreColumns forecast_everyone(const ScoredValue& models, const models::Purchases::Output& forecast,
                               const CustomerSummaries& customers,
                               const models::Purchases::Input& input, const ValueOptions& options) {
  ScoreColumns scores;
  scores.p_alive = models::predict(models.churn, input).p_alive;
  scores.activity = models::activity(models.churn, input);
  scores.p_active = forecast.p_active;
  scores.orders = forecast.expected_purchases;
  scores.spend.assign(customers.size(), std::nan(""));
  scores.value = scores.low = scores.high = scores.spend;
  if (models.spend) {
    models::LifetimeValues values =
        models::lifetime_value(models.process, *models.spend, input, customers.mean_repeat_spend,
                               {.annual_discount = options.annual_discount});
    scores.spend = std::move(values.expected_spend);
    scores.value = std::move(values.value);
    scores.low = std::move(values.low);
    scores.high = std::move(values.high);
  }
  scores.next_order.resize(customers.size());
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(customers.size(), kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      scores.next_order[i] =
          next_order(models.process, input.history(i), customers.unit.days, customers.last_day[i]);
  });
  return scores;
}

// Others than the process say how often or how much. What an order brings stays the spend model's, so that orders times
// spend need not be the value. The interval holds the process's and the same moved along with the value.
void use_answer(ScoreColumns& scores, const WindowAnswer& answer) {
  if (!answer.money.empty()) {
    for (std::size_t i = 0; i < answer.money.size(); ++i) {
      const double process_money = scores.orders[i] * scores.spend[i];
      const double ratio = process_money > 0 ? answer.money[i] / process_money : 1;
      scores.value[i] = process_money > 0 ? scores.value[i] * ratio : answer.money[i];
      scores.low[i] = std::min(scores.low[i] * std::min(1.0, ratio), scores.value[i]);
      scores.high[i] = std::max(scores.high[i] * std::max(1.0, ratio), scores.value[i]);
      scores.if_kept[i] = std::max(scores.if_kept[i], scores.value[i]);
    }
  }
  if (!answer.orders.empty()) scores.orders = answer.orders;
}

// A longer stretch holds a shorter one.
void agree(std::vector<double>& p_active, std::span<const double> p_repurchase,
           const ValueOptions& options) {
  for (std::size_t i = 0; i < p_active.size(); ++i)
    p_active[i] = options.horizon_days >= options.window_days
                      ? std::max(p_active[i], p_repurchase[i])
                      : std::min(p_active[i], p_repurchase[i]);
}

struct Spread {
  double orders = 0;  // variances
  double value = 0;
};

// Of one customer. The number of orders N is 0 for who has left, else Poisson with a Gamma(shape) rate; their amounts
// share the customer's own unknown mean: Var(sum) = E N Var(amount | mean) + E N^2 Var(mean) + Var(N) (E amount)^2.
Spread spread_of(double orders, double value, double p_alive, double shape,
                 const std::optional<models::SpendFuture>& amounts) {
  if (!(orders > 0 && p_alive > 0)) return {};
  const double if_alive = orders / p_alive;
  const double second_moment = p_alive * (if_alive + if_alive * if_alive * (1 + 1 / shape));
  Spread spread{.orders = second_moment - orders * orders};
  if (amounts && value > 0) {
    // Below 2.5 the variance of an inverse gamma goes to infinity; the tail is then not what an interval is about.
    const double a = std::max(amounts->shape, 2.5);
    const double mean = amounts->p * amounts->rate / (a - 1);
    const double within = mean * mean / amounts->p * (a - 1) / (a - 2);
    const double between = mean * mean / (a - 2);
    const double discount = value / (orders * mean);
    spread.value = discount * discount *
                   (orders * within + second_moment * between + spread.orders * mean * mean);
  }
  return spread;
}

// The variance of a forecast that was moved from `process` to `answer`, in proportion.
double moved(double variance, double process, double answer) {
  const double ratio = process > 0 ? answer / process : 1;
  return variance * ratio * ratio;
}

// Of a total of which `window` is said by a learnt model and the rest by the process.
double bias_of(double total, double window, double winner, double process) {
  if (!(total > 0)) return winner;
  const double share = std::clamp(window / total, 0.0, 1.0);
  return share * std::fabs(winner) + (1 - share) * std::fabs(process);
}

struct Total {
  double sum = 0, variance = 0;
  void add(double amount, double its_variance) {
    sum += amount;
    variance += its_variance;
  }
};

// `process` holds what the process alone said, of which the variances are known.
void put_totals(ScoredValue& made, const ScoreColumns& scores, const ScoreColumns& process,
                const CustomerSummaries& customers, const models::Purchases::Input& histories,
                const ParameterUncertainty& parameters, const WindowAnswer& window,
                const ValueOptions& options) {
  Total active, back, orders, value;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    std::optional<models::SpendFuture> amounts;
    if (made.spend)
      amounts = made.spend->future(customers.repeat_purchases[i], customers.mean_repeat_spend[i]);
    const double shape = std::visit(
        [&](const auto& model) { return model.future_if_alive(histories.history(i)).shape; },
        made.process);
    const Spread one =
        spread_of(process.orders[i], process.value[i], process.p_alive[i], shape, amounts);
    active.add(scores.p_active[i], scores.p_active[i] * (1 - scores.p_active[i]));
    back.add(scores.p_repurchase[i], scores.p_repurchase[i] * (1 - scores.p_repurchase[i]));
    orders.add(scores.orders[i], moved(one.orders, process.orders[i], scores.orders[i]));
    if (made.spend) value.add(scores.value[i], moved(one.value, process.value[i], scores.value[i]));
  }
  const Biases& winners = options.winners_bias;
  const Biases& own = options.process_bias;
  const auto bias = [&](const std::string& by, const Total& all, double in_window, double winner,
                        double of_process) {
    if (by == options.process) return of_process;
    if (by == kStatusQuo || options.horizon_days <= options.window_days) return winner;
    return bias_of(all.sum, in_window, winner, of_process);
  };
  const auto n = static_cast<double>(customers.size());
  made.active = total(active.sum, active.variance, parameters.active, own.activity, n);
  made.back = total(back.sum, back.variance, parameters.active,
                    window.activity_by == options.process ? own.activity : winners.activity, n);
  made.orders = total(
      orders.sum, orders.variance, parameters.orders,
      bias(window.purchases_by, orders, window.orders_in_window, winners.purchases, own.purchases));
  if (made.spend)
    made.value =
        total(value.sum, value.variance, parameters.value,
              bias(window.spend_by, value, window.money_in_window, winners.spend, own.spend));
}

std::optional<models::GammaGamma> fit_spend(const CustomerSummaries& customers, Context& context,
                                            std::vector<std::string>& warnings) {
  if (std::ranges::none_of(customers.total_spend, [](double spend) { return spend > 0; })) {
    warnings.emplace_back("The orders have no amounts, so nobody has a value in money");
    return std::nullopt;
  }
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

models::Purchases::Input purchase_histories(const CustomerSummaries& customers, int horizon_days,
                                            Threads threads) {
  models::Purchases::Input input;
  input.repeat_purchases = customers.repeat_purchases;
  input.recency = customers.recency;
  input.age = customers.age;
  input.log_gaps = customers.log_gaps;
  input.days_per_period = customers.unit.days;
  input.horizon_periods = static_cast<double>(horizon_days) / customers.unit.days;
  input.threads = threads;
  return input;
}

std::optional<ScoredValue> score_customers(store::Connection& connection, Day as_of,
                                           const WindowView* past, const ValueOptions& options,
                                           Context& context, std::string& why) {
  connection.run(sql::kScoreTableSql);
  journey::write_features(connection, as_of);
  const WindowView now = window_view(connection, as_of);
  const CustomerSummaries& customers = now.customers;
  if (customers.size() == 0) {
    why = "nobody has bought yet";
    return std::nullopt;
  }
  ProgressTask task(context.progress, "Scoring customers", customers.size());
  const models::Purchases::Input input =
      purchase_histories(customers, options.horizon_days, context.threads);
  std::optional<ScoredValue> made;
  try {
    const models::PurchaseModel process = models::purchase_process(options.process).fit(input, {});
    made =
        ScoredValue{.process = process,
                    .churn = options.process == options.churn_process
                                 ? process
                                 : models::purchase_process(options.churn_process).fit(input, {}),
                    .learnt = {},
                    .purchases_by = {},
                    .spend_by = {},
                    .activity_by = {},
                    .spend = {},
                    .active = {},
                    .orders = {},
                    .back = {},
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

  const models::Purchases::Output forecast = models::predict(made->process, input);
  ScoreColumns scores = forecast_everyone(*made, forecast, customers, input, options);
  const ParameterUncertainty parameters =
      parameter_uncertainty(made->process, made->spend, input, customers.mean_repeat_spend,
                            options.annual_discount, context);
  if (!parameters.low.empty()) {
    // The value is at the likeliest parameters; where the data hardly speak, the draws may lie to one side of it.
    for (std::size_t i = 0; i < customers.size(); ++i) {
      const bool nothing = parameters.high[i] == 0;  // likelier than 80 %: the interval says so
      scores.low[i] = nothing ? 0 : std::min(parameters.low[i], scores.value[i]);
      scores.high[i] = nothing ? 0 : std::max(parameters.high[i], scores.value[i]);
    }
  }
  // What is at stake if the customer is still active, by the one that knows who may have left.
  scores.if_kept = scores.value;
  for (std::size_t i = 0; i < customers.size(); ++i)
    if (forecast.p_alive[i] > 0) scores.if_kept[i] /= forecast.p_alive[i];
  const ScoreColumns process{
      .p_alive = forecast.p_alive, .orders = scores.orders, .value = scores.value};
  WindowAnswer window = answer_window(
      connection, past, now,
      {made->process, process.orders,
       made->spend ? std::span<const double>(scores.spend) : std::span<const double>()},
      options, context);
  made->learnt = std::move(window.learnt);
  made->purchases_by = window.purchases_by;
  made->spend_by = window.spend_by;
  made->activity_by = window.activity_by;
  made->warnings.insert(made->warnings.end(), window.warnings.begin(), window.warnings.end());
  scores.p_repurchase = std::move(window.p_repurchase);
  agree(scores.p_active, scores.p_repurchase, options);
  use_answer(scores, window);
  put_totals(*made, scores, process, customers, input, parameters, window, options);
  task.advance(customers.size());
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
  for (const models::WindowModel& model : learnt) {
    ByteWriter bytes;
    models::save(model, bytes);
    add(learnt_file(models::id(model)), models::id(model), bytes);
  }
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
  nlohmann::json json = {{"purchases", described(models::report(process))},
                         {"churn", described(models::report(churn))},
                         {"churn_model", models::id(churn)},
                         {"totals",
                          {{"active", estimate_to_json(active)},
                           {"orders", estimate_to_json(orders)},
                           {"back", estimate_to_json(back)}}}};
  if (spend) json["spend"] = described(spend->report());
  if (value) json["totals"]["lifetime_value"] = estimate_to_json(*value);
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
