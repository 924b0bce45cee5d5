#include "perennial/engine/simulate_tables.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "perennial/simulate/scenario.h"

namespace perennial::engine {
namespace {

using Columns = std::vector<FileColumn>;

constexpr std::string_view kText = "VARCHAR";
constexpr std::string_view kTime = "TIMESTAMP";
constexpr std::string_view kDate = "DATE";
constexpr std::string_view kMoney = "DECIMAL(18,6)";
constexpr std::string_view kQuantity = "DECIMAL(12,3)";
constexpr std::string_view kStock = "DECIMAL(18,3)";
constexpr std::string_view kReal = "DOUBLE";
constexpr std::string_view kCount = "BIGINT";
constexpr std::string_view kTruth = "BOOLEAN";

template <typename T>
constexpr std::string_view kHeld = "";
template <>
constexpr std::string_view kHeld<std::string_view> = kText;
template <>
constexpr std::string_view kHeld<double> = kReal;
template <>
constexpr std::string_view kHeld<std::int64_t> = kCount;
template <>
constexpr std::string_view kHeld<Time> = kTime;
template <>
constexpr std::string_view kHeld<Day> = kDate;

template <typename T>
FileColumn column(std::string name, std::string_view type, const std::vector<T>& data) {
  static_assert(!kHeld<T>.empty());
  return {std::move(name), kHeld<T>, type, std::span<const T>(data)};
}

Columns columns_of(const simulate::EventBatch& b) {
  return {column("event_id", kText, b.event_id),
          column("event", kText, b.event),
          column("time", kTime, b.time),
          column("customer_id", kText, b.customer_id),
          column("anonymous_id", kText, b.anonymous_id),
          column("session_id", kText, b.session_id),
          column("item_id", kText, b.item_id),
          column("quantity", kQuantity, b.quantity),
          column("unit_price", kMoney, b.unit_price),
          column("value", kMoney, b.value),
          column("currency", kText, b.currency),
          column("order_id", kText, b.order_id)};
}

Columns columns_of(const simulate::OrderLineBatch& b) {
  return {
      column("event_id", kText, b.event_id),       column("kind", kText, b.kind),
      column("order_id", kText, b.order_id),       column("time", kTime, b.time),
      column("customer_id", kText, b.customer_id), column("anonymous_id", kText, b.anonymous_id),
      column("item_id", kText, b.item_id),         column("quantity", kQuantity, b.quantity),
      column("unit_price", kMoney, b.unit_price),  column("discount", kMoney, b.discount),
      column("amount", kMoney, b.amount),          column("currency", kText, b.currency),
      column("coupon", kText, b.coupon),           column("country", kText, b.country),
      column("channel", kText, b.channel)};
}

Columns columns_of(const simulate::CustomerBatch& b) {
  return {column("event_id", kText, b.event_id),
          column("customer_id", kText, b.customer_id),
          column("time", kTime, b.time),
          column("email", kText, b.email),
          column("phone", kText, b.phone),
          column("name", kText, b.name),
          column("first_name", kText, b.first_name),
          column("last_name", kText, b.last_name),
          column("gender", kText, b.gender),
          column("birthday", kDate, b.birthday),
          column("country", kText, b.country),
          column("city", kText, b.city),
          column("postal_code", kText, b.postal_code),
          column("language", kText, b.language),
          column("channel", kText, b.channel),
          column("registered_at", kTime, b.registered_at),
          column("marketing_opt_in", kTruth, b.marketing_opt_in)};
}

Columns columns_of(const simulate::IdentityBatch& b) {
  return {column("event_id", kText, b.event_id), column("anonymous_id", kText, b.anonymous_id),
          column("customer_id", kText, b.customer_id), column("time", kTime, b.time),
          column("kind", kText, b.kind)};
}

Columns columns_of(const simulate::ExposureBatch& b) {
  return {column("event_id", kText, b.event_id),       column("campaign_id", kText, b.campaign_id),
          column("customer_id", kText, b.customer_id), column("time", kTime, b.time),
          column("treated", kTruth, b.treated),        column("propensity", kReal, b.propensity),
          column("variation", kText, b.variation)};
}

Columns truth_of(const simulate::ExposureBatch& b) {
  return {column("campaign_id", kText, b.campaign_id), column("customer_id", kText, b.customer_id),
          column("extra_orders", kReal, b.extra_orders)};
}

Columns columns_of(const simulate::CustomerTruthBatch& b) {
  Columns columns = {column("customer_id", kText, b.customer_id),
                     column("channel", kText, b.channel),
                     column("purchase_rate", kReal, b.purchase_rate),
                     column("dropout_rate", kReal, b.dropout_rate),
                     column("spend_rate", kReal, b.spend_rate),
                     column("mean_order_value", kReal, b.mean_order_value),
                     column("uplift", kReal, b.uplift),
                     column("first_purchase_days", kReal, b.first_purchase_days),
                     column("dropout_days", kReal, b.dropout_days),
                     column("purchases", kCount, b.purchases),
                     column("campaign_purchases", kCount, b.campaign_purchases),
                     column("expected_purchases_13_weeks", kReal, b.expected_purchases_13_weeks),
                     column("expected_purchases_52_weeks", kReal, b.expected_purchases_52_weeks)};
  for (std::size_t f = 0; f < simulate::kFactors; ++f)
    columns.push_back(column(fmt::format("taste_{}", f + 1), kReal, b.taste[f]));
  return columns;
}

}  // namespace

Columns columns_of(const simulate::ItemBatch& b) {
  return {column("event_id", kText, b.event_id),
          column("item_id", kText, b.item_id),
          column("time", kTime, b.time),
          column("name", kText, b.name),
          column("description", kText, b.description),
          column("category_path", kText, b.category_path),
          column("brand", kText, b.brand),
          column("price", kMoney, b.price),
          column("list_price", kMoney, b.list_price),
          column("cost", kMoney, b.cost),
          column("currency", kText, b.currency),
          column("stock", kStock, b.stock),
          column("image_path", kText, b.image_path),
          column("url", kText, b.url),
          column("hidden", kTruth, b.hidden),
          column("attributes", kText, b.attributes)};
}

Columns columns_of(const simulate::CampaignBatch& b) {
  return {column("event_id", kText, b.event_id),
          column("campaign_id", kText, b.campaign_id),
          column("time", kTime, b.time),
          column("name", kText, b.name),
          column("channel", kText, b.channel),
          column("coupon", kText, b.coupon),
          column("discount_rate", kReal, b.discount_rate),
          column("starts_at", kTime, b.starts_at),
          column("ends_at", kTime, b.ends_at)};
}

Columns columns_of(const simulate::ItemTruthBatch& b) {
  Columns columns = {column("item_id", kText, b.item_id),
                     column("category_path", kText, b.category_path),
                     column("base_share", kReal, b.base_share),
                     column("elasticity", kReal, b.elasticity),
                     column("reference_price", kReal, b.reference_price),
                     column("replenishment_days", kReal, b.replenishment_days),
                     column("units_sold", kCount, b.units_sold),
                     column("out_of_stock_days", kCount, b.out_of_stock_days)};
  for (std::size_t f = 0; f < simulate::kFactors; ++f)
    columns.push_back(column(fmt::format("factor_{}", f + 1), kReal, b.factor[f]));
  return columns;
}

Columns columns_of(const simulate::DayTruthBatch& b) {
  return {column("day", kDate, b.day), column("demand_rate", kReal, b.demand_rate)};
}

std::vector<std::pair<std::string, Columns>> tables_of(const simulate::Chunk& chunk) {
  return {{"events", columns_of(chunk.events)},
          {"order_lines", columns_of(chunk.order_lines)},
          {"customers", columns_of(chunk.customers)},
          {"identities", columns_of(chunk.identities)},
          {"exposures", columns_of(chunk.exposures)},
          {"truth/customers", columns_of(chunk.customer_truth)},
          {"truth/exposures", truth_of(chunk.exposures)}};
}

nlohmann::json parameters(const simulate::Simulation& simulation) {
  const simulate::Options& o = simulation.options();
  const simulate::Scenario& scenario = simulation.scenario();
  nlohmann::json channels = nlohmann::json::array();
  for (const simulate::Channel& channel : scenario.channels.all()) {
    channels.push_back({{"name", channel.name},
                        {"visits", channel.visits},
                        {"registers", channel.registers},
                        {"buys", channel.buys},
                        {"rate", channel.rate},
                        {"spend", channel.spend}});
  }
  return {{"customers", o.customers},
          {"visitors", simulation.visitors()},
          {"days", o.days},
          {"seed", o.seed},
          {"start_day", format_day(o.start_day)},
          {"currency", o.currency},
          {"chinese_share", o.chinese_share},
          {"items", o.item_count()},
          {"campaigns", o.campaign_count()},
          {"visitors_per_customer", o.visitors_per_customer},
          {"return_share", o.return_share},
          {"season_strength", o.season_strength},
          {"price_spread", o.price_spread},
          {"stock_pressure", o.stock_pressure},
          {"channel_effect", o.channel_effect},
          {"purchase",
           {{"r", o.purchase.r},
            {"alpha_weeks", o.purchase.alpha},
            {"s", o.purchase.s},
            {"beta_weeks", o.purchase.beta},
            {"erlang_k", o.purchase.erlang_k}}},
          {"spend",
           {{"p", o.spend.p},
            {"q", o.spend.q},
            {"gamma", o.spend_gamma()},
            {"mean", o.mean_order_value()}}},
          {"mean_price_index", scenario.shelf.mean_price_index()},
          {"channels", channels}};
}

}  // namespace perennial::engine
