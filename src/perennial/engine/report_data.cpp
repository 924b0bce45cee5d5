#include "perennial/engine/report_data.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "perennial/engine/evaluate_recommend.h"
#include "perennial/engine/evaluate_value.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/model_versions.h"
#include "perennial/engine/report_quality.h"
#include "perennial/engine/run_info.h"
#include "perennial/engine/sql.h"
#include "perennial/engine/version.h"
#include "perennial/journey/owned_events.h"
#include "perennial/journey/sql_text.h"

namespace perennial::engine {
namespace {

using report::Absence;
using report::ReportData;
using store::read_columns;

constexpr std::int32_t kTopCustomers = 15;
constexpr std::int32_t kTopItems = 12;
constexpr std::int32_t kTopPairs = 12;
constexpr std::int32_t kFewestCommonBuyers = 20;

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// Guests may have bought where no customer is known.
Absence no_buyers(const ReportData& data) {
  return data.key_figures.customers == 0 ? Absence::kNoCustomers : Absence::kNoBuyers;
}

Absence no_values(store::Connection& connection, const ReportData& data) {
  if (data.key_figures.buyers == 0) return no_buyers(data);
  const bool priced = store::read_value<bool>(
      connection, "SELECT coalesce(bool_or(amount > 0), false) FROM derived.purchase_days");
  return priced ? Absence::kNoRepeatPurchases : Absence::kNoAmounts;
}

// Runs a named query with parameters.
template <typename... Ts, typename... Args>
std::tuple<std::vector<Ts>...> ask(store::Connection& connection, std::string_view sql,
                                   const Args&... args) {
  store::Statement statement = connection.prepare(sql);
  return read_columns<Ts...>(statement.bind(args...).query());
}

void fill_key_figures(store::Connection& connection, ReportData& data) {
  const auto [customers, buyers, repeaters, orders, revenue, first_day, last_day, returned,
              median_gap] =
      ask<std::int64_t, std::int64_t, std::int64_t, std::int64_t, double, std::optional<Day>,
          std::optional<Day>, double, double>(connection, sql::kReportKeyFiguresSql);
  report::KeyFigures& figures = data.key_figures;
  figures.customers = customers[0];
  figures.buyers = buyers[0];
  figures.orders = orders[0];
  figures.revenue = revenue[0];
  data.first_day = first_day[0];
  data.last_day = last_day[0];
  const double gross = revenue[0] + returned[0];
  if (gross > 0) figures.returns_share = returned[0] / gross;
  if (buyers[0] > 0)
    figures.repeat_rate = static_cast<double>(repeaters[0]) / static_cast<double>(buyers[0]);
  if (orders[0] > 0) figures.average_order_value = revenue[0] / static_cast<double>(orders[0]);
  figures.median_days_between_orders = finite(median_gap[0]);
}

void fill_sales(store::Connection& connection, ReportData& data) {
  const auto [months, orders, revenue] =
      ask<Day, std::int64_t, double>(connection, sql::kReportSalesSql);
  if (months.empty()) {
    data.sales = Absence::kNoBuyers;
    return;
  }
  std::vector<report::MonthSales> sales;
  for (std::size_t i = 0; i < months.size(); ++i)
    sales.push_back({months[i], orders[i], revenue[i]});
  data.sales = std::move(sales);
}

void fill_next_steps(store::Connection& connection, const RunInfo& info, ReportData& data) {
  const auto [action, customers, value, example, reason, capped] =
      ask<std::string, std::int64_t, double, std::string, std::string, std::int64_t>(
          connection, sql::kReportNextStepsSql);
  if (action.empty()) {
    data.next_steps = Absence::kNoCustomers;
    return;
  }
  report::NextSteps steps;
  for (std::size_t i = 0; i < action.size(); ++i) {
    steps.steps.push_back({.action = action[i],
                           .customers = customers[i],
                           .expected_value = {.value = value[i], .interval = {}},
                           .example_customer_id = example[i],
                           .example_reason = reason[i]});
    if (info.increment_error) {
      const double spread = kNormal80 * *info.increment_error * value[i];
      steps.steps.back().expected_value.interval =
          report::Interval{std::max(0.0, value[i] - spread), value[i] + spread, 0.8};
    }
    steps.frequency_capped += capped[i];
  }
  steps.opted_out = store::read_value<std::int64_t>(
      connection, "SELECT count(*) FROM derived.customers WHERE NOT marketing_opt_in");
  data.next_steps = std::move(steps);
}

void fill_at_risk(store::Connection& connection, ReportData& data) {
  const auto [id, name, last_order, orders, revenue, p_active, at_stake, action] =
      ask<std::string, std::string, Day, std::int64_t, double, double, double, std::string>(
          connection, sql::kReportAtRiskSql, data.as_of, kTopCustomers);
  if (id.empty()) {
    const bool valued =
        store::read_value<bool>(connection, "SELECT count(value_if_kept) > 0 FROM derived.scores");
    data.at_risk = valued ? Absence::kNoneFound : no_values(connection, data);
    return;
  }
  std::vector<report::AtRiskCustomer> customers;
  for (std::size_t i = 0; i < id.size(); ++i) {
    customers.push_back({.customer_id = id[i],
                         .name = name[i],
                         .last_order = last_order[i],
                         .orders = orders[i],
                         .revenue = revenue[i],
                         .p_active = p_active[i],
                         .value_at_stake = {.value = at_stake[i], .interval = {}},
                         .next_step = action[i]});
  }
  data.at_risk = std::move(customers);
}

std::vector<report::FunnelStep> funnel(store::Connection& connection, Day as_of) {
  const auto [all, registered, browsed, cart, checkout, bought, again] =
      ask<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
          std::int64_t>(connection,
                        journey::fill_sql(sql::kReportFunnelSql,
                                          {{"owned_events", journey::owned_events_sql(as_of)}}));
  std::vector<report::FunnelStep> steps;
  const auto add = [&](std::string id, std::int64_t customers) {
    steps.push_back({.id = std::move(id), .customers = customers});
  };
  if (registered[0] > 0) add("registration", registered[0]);
  if (browsed[0] > 0) add("browse", browsed[0]);
  if (cart[0] > 0) add("cart", cart[0]);
  if (checkout[0] > 0) add("checkout", checkout[0]);
  add("purchase", bought[0]);
  add("repurchase", again[0]);
  return steps;
}

void fill_journey(store::Connection& connection, ReportData& data) {
  if (data.key_figures.customers == 0) {
    data.journey = Absence::kNoCustomers;
    return;
  }
  report::Journey journey;
  journey.funnel = funnel(connection, data.as_of);
  const auto [stage, customers, predicted] =
      ask<std::string, std::int64_t, double>(connection, sql::kReportStagesSql, data.as_of);
  for (std::size_t i = 0; i < stage.size(); ++i) {
    journey.stages.push_back(
        {.id = stage[i], .customers = customers[i], .predicted_value = finite(predicted[i])});
  }
  const auto [month, fresh, returning, won_back, at_risk, lapsed] =
      ask<Day, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
          connection, sql::kReportFlowsSql);
  for (std::size_t i = 0; i < month.size(); ++i) {
    journey.flows.push_back({month[i], fresh[i], returning[i], won_back[i], at_risk[i], lapsed[i]});
  }
  data.journey = std::move(journey);
}

void fill_rfm(store::Connection& connection, ReportData& data) {
  const auto [r, f, customers, revenue] =
      ask<std::int32_t, std::int32_t, std::int64_t, double>(connection, sql::kReportRfmCellsSql);
  if (r.empty()) {
    data.rfm = no_buyers(data);
    return;
  }
  report::Rfm rfm;
  for (std::size_t i = 0; i < r.size(); ++i)
    rfm.cells.push_back({r[i], f[i], customers[i], revenue[i]});
  const auto [scheme, group, group_customers, group_revenue, orders, recency, predicted] =
      ask<std::string, std::string, std::int64_t, double, double, double, double>(
          connection, sql::kReportRfmGroupsSql);
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    auto& groups = scheme[i] == "klaviyo" ? rfm.six_groups : rfm.eleven_groups;
    groups.push_back({.id = group[i],
                      .customers = group_customers[i],
                      .revenue = group_revenue[i],
                      .mean_orders = finite(orders[i]),
                      .mean_recency_days = finite(recency[i]),
                      .predicted_value = finite(predicted[i])});
  }
  data.rfm = std::move(rfm);
}

void fill_cohorts(store::Connection& connection, ReportData& data) {
  const auto [cohort, period, customers, active, cumulative] =
      read_columns<Day, std::int32_t, std::int64_t, std::int64_t, double>(
          connection,
          "SELECT cohort, period, customers, active, cumulative_revenue FROM derived.cohorts ORDER "
          "BY cohort, period");
  if (cohort.empty()) {
    data.cohorts = no_buyers(data);
    return;
  }
  std::vector<report::CohortMonth> months;
  for (std::size_t i = 0; i < cohort.size(); ++i)
    months.push_back({cohort[i], period[i], customers[i], active[i], cumulative[i]});
  data.cohorts = std::move(months);
}

void fill_values(store::Connection& connection, const RunInfo& info, ReportData& data) {
  auto [values] = read_columns<double>(
      connection, "SELECT lifetime_value FROM derived.scores WHERE lifetime_value IS NOT NULL");
  if (values.empty()) {
    data.values = no_values(connection, data);
  } else {
    data.values = report::CustomerValues{std::move(values)};
  }
  data.method.horizon_days = info.horizon_days;
  data.method.annual_discount = info.annual_discount;
}

void fill_items(store::Connection& connection, ReportData& data) {
  const auto [id, name, units, buyers, revenue] =
      ask<std::string, std::string, double, std::int64_t, double>(
          connection, sql::kReportTopItemsSql, kTopItems);
  if (id.size() < 2) {  // a shop that names one item names none
    data.items = Absence::kNoItems;
    return;
  }
  report::Items items;
  items.items_sold = store::read_value<std::int64_t>(
      connection, "SELECT count(*) FROM derived.catalogue WHERE units > 0");
  for (std::size_t i = 0; i < id.size(); ++i)
    items.top.push_back({id[i], name[i], units[i], buyers[i], revenue[i]});
  const auto [item, with, customers, share, lift] =
      ask<std::string, std::string, std::int64_t, double, double>(
          connection, sql::kReportAffinitiesSql, kTopPairs, kFewestCommonBuyers);
  for (std::size_t i = 0; i < item.size(); ++i)
    items.affinities.push_back({item[i], with[i], customers[i], share[i], lift[i]});
  data.items = std::move(items);
}

report::Estimate estimate_from(const nlohmann::json& json) {
  return {.value = json.at("value").get<double>(),
          .interval = report::Interval{json.at("low").get<double>(), json.at("high").get<double>(),
                                       json.at("level").get<double>()}};
}

// What the value models measured when they were chosen.
void fill_measured_value(const std::filesystem::path& models, const RunInfo& info,
                         ReportData& data) {
  if (info.value_version.empty()) {
    const Absence why = data.key_figures.buyers == 0 ? no_buyers(data) : Absence::kTooFewBuyers;
    data.accuracy = why;
    data.tracking = why;
    return;
  }
  const nlohmann::json manifest =
      read_manifest({"value", info.value_version, models / "value" / info.value_version});
  const nlohmann::json& metrics = manifest.at("metrics");
  const nlohmann::json& parameters = manifest.at("parameters");
  data.method.purchase_model = parameters.at("purchase_model").get<std::string>();
  data.method.spend_model = parameters.at("spend_model").get<std::string>();
  if (metrics.contains("accuracy")) {
    data.accuracy = accuracy_from_json(metrics["accuracy"]);
  } else {
    data.accuracy = Absence::kNoHoldout;
  }
  if (metrics.contains("tracking")) {
    data.tracking = tracking_from_json(metrics["tracking"]);
  } else {
    data.tracking = Absence::kNoHoldout;
  }
  const nlohmann::json& totals = parameters.at("totals");
  if (totals.contains("lifetime_value"))
    data.key_figures.predicted_value = estimate_from(totals["lifetime_value"]);
  if (totals.contains("orders"))
    data.key_figures.predicted_orders = estimate_from(totals["orders"]);
  if (totals.contains("active"))
    data.key_figures.active_customers = estimate_from(totals["active"]);
}

void fill_measured_recommenders(const std::filesystem::path& models, const RunInfo& info,
                                ReportData& data) {
  if (info.recommender_version.empty()) {
    data.recommenders =
        std::holds_alternative<Absence>(data.items) ? Absence::kNoItems : Absence::kNoHoldout;
    return;
  }
  const nlohmann::json manifest = read_manifest(
      {"recommend", info.recommender_version, models / "recommend" / info.recommender_version});
  const nlohmann::json& metrics = manifest.at("metrics");
  if (metrics.contains("recommenders")) {
    data.recommenders = recommenders_from_json(metrics["recommenders"]);
  } else {
    data.recommenders = Absence::kNoHoldout;
  }
}

}  // namespace

ReportData gather_report(store::Shop& shop, Context& context) {
  store::Connection connection = shop.connect();
  const RunInfo info = read_run_info(connection, shop.path());
  ProgressTask task(context.progress, "Gathering the report");
  ReportData data;
  data.shop = std::filesystem::weakly_canonical(shop.path()).filename().string();
  data.version = kVersion;
  data.currency = Currency::find(info.currency).value_or(Currency());
  data.as_of = info.as_of;
  data.generated_at = context.now;
  fill_key_figures(connection, data);
  fill_sales(connection, data);
  fill_next_steps(connection, info, data);
  fill_at_risk(connection, data);
  fill_journey(connection, data);
  fill_rfm(connection, data);
  fill_cohorts(connection, data);
  fill_values(connection, info, data);
  fill_items(connection, data);
  try {
    fill_measured_value(shop.models_dir(), info, data);
    data.backtest = read_backtest(shop.path());
    fill_measured_recommenders(shop.models_dir(), info, data);
    data.recommend_evaluation = read_recommend_evaluation(shop.path());
  } catch (const nlohmann::json::exception& error) {
    fail(ErrorKind::kCorrupt,
         "a manifest below {} is damaged ({}); run `perennial run {}` to make it anew",
         shop.models_dir().string(), error.what(), shop.path().string());
  }
  data.data_quality = gather_quality(connection, info.currency);
  return data;
}

}  // namespace perennial::engine
