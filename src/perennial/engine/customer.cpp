#include "perennial/engine/customer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "perennial/engine/model_versions.h"
#include "perennial/engine/run_info.h"
#include "perennial/engine/sql.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

// The columns of a query's first row by name.
class Row {
 public:
  explicit Row(const store::Result& result) : result_(result) {
    for (std::size_t i = 0; i < result.column_count(); ++i)
      columns_.push_back(result.column_name(i));
  }
  std::string text(std::string_view name) const {
    const std::size_t column = find(name);
    return result_.is_null(column, 0) ? "" : std::string(result_.text(column, 0));
  }
  std::optional<double> number(std::string_view name) const { return get<double, double>(name); }
  std::optional<Day> day(std::string_view name) const { return get<Day, std::int32_t>(name); }
  std::optional<std::int64_t> whole(std::string_view name) const {
    return get<std::int64_t, std::int64_t>(name);
  }
  std::optional<std::int32_t> small(std::string_view name) const {
    return get<std::int32_t, std::int32_t>(name);
  }

 private:
  template <typename T, typename Stored>
  std::optional<T> get(std::string_view name) const {
    const std::size_t column = find(name);
    if (result_.is_null(column, 0)) return std::nullopt;
    return T{result_.column<Stored>(column)[0]};
  }
  std::size_t find(std::string_view name) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] == name) return i;
    }
    throw Bug(fmt::format("customer page: no column {}", name));
  }
  const store::Result& result_;
  std::vector<std::string> columns_;
};

std::optional<Customer::Predictions> predictions(const Row& row, const Customer::Output& page) {
  const auto p_alive = row.number("p_alive");
  if (!p_alive) return std::nullopt;
  Customer::Predictions made;
  made.historic_value = page.revenue;
  made.historic_orders = static_cast<double>(page.purchase_days);
  made.lifetime_value = row.number("lifetime_value");
  made.lifetime_value_low = row.number("lifetime_value_low");
  made.lifetime_value_high = row.number("lifetime_value_high");
  made.expected_orders = row.number("expected_orders").value_or(0);
  made.expected_spend = row.number("expected_spend");
  made.p_alive = *p_alive;
  made.p_active = row.number("p_active").value_or(0);
  made.p_repurchase = row.number("p_repurchase").value_or(0);
  made.activity = row.number("activity").value_or(0);
  made.expected_next_order = row.day("expected_next_order");
  if (page.purchase_days > 1 && page.first_order && page.last_order) {
    made.days_between_orders =
        (*page.last_order - *page.first_order) / static_cast<double>(page.purchase_days - 1);
  }
  return made;
}

void read_page(const Row& row, Customer::Output& page) {
  page.customer_id = row.text("customer_id");
  page.name = row.text("name");
  page.country = row.text("country");
  page.channel = row.text("channel");
  page.stage = row.text("stage");
  page.registered = row.day("registered");
  page.first_order = row.day("first_order");
  page.last_order = row.day("last_order");
  page.last_browse = row.day("last_browse");
  page.purchase_days = row.whole("purchase_days").value_or(0);
  page.orders = row.whole("orders").value_or(0);
  page.revenue = row.number("revenue").value_or(0);
  page.returned = row.number("returned").value_or(0);
  const auto r = row.small("r");
  const auto f = row.small("f");
  const auto m = row.small("m");
  if (r && f && m) page.rfm = fmt::format("{}{}{}", *r, *f, *m);
  page.klaviyo_group = row.text("klaviyo_group");
  page.shopify_group = row.text("shopify_group");
  page.action = row.text("action");
  page.reason = row.text("reason");
  page.basis = row.text("basis");
  page.expected_value = row.number("expected_value").value_or(0);
  const std::string items = row.text("items");
  if (!items.empty())
    page.action_items = nlohmann::json::parse(items).get<std::vector<std::string>>();
  page.predictions = predictions(row, page);
}

// Nothing where the run could not learn trees, this build cannot read them, it knows other features by now, or the
// customer has not bought.
std::vector<Reason> read_reasons(store::Connection& connection, const store::Shop& shop,
                                 const std::string& value_version, std::string_view customer) {
  constexpr std::size_t kMost = 4;
  const std::string file = learnt_file(models::WindowTrees::kId);
  const ModelVersion version{"value", value_version, shop.models_dir() / "value" / value_version};
  if (value_version.empty() || !models::boosted_trees_available() ||
      !std::filesystem::exists(version.folder / file))
    return {};
  const journey::FeatureTable table = journey::written_features(connection, customer);
  if (table.size() == 0) return {};
  const std::string bytes = read_model_file(version, file);
  ByteReader reader(unframe(models::WindowTrees::kId, bytes));
  const models::WindowTrees trees = models::WindowTrees::load(reader);
  if (!std::ranges::equal(trees.features(), journey::features(), {}, {}, &journey::Feature::name))
    return {};
  return reasons(trees, table.values, kMost);
}

template <typename Read>
void for_each_row(store::Result result, Read read) {
  while (result.next()) {
    for (std::size_t row = 0; row < result.rows(); ++row) read(result, row);
  }
}

void read_lists(store::Connection& connection, const Customer::Input& input,
                Customer::Output& page) {
  const std::string_view id = input.customer;
  store::Statement orders = connection.prepare(sql::kCustomerOrdersSql);
  const auto [order_ids, days, amounts, units, items] =
      store::read_columns<std::string, Day, double, double, std::int64_t>(
          orders.bind(id, std::int32_t{input.orders}).query());
  for (std::size_t i = 0; i < days.size(); ++i) {
    page.latest_orders.push_back({order_ids[i], days[i], amounts[i], units[i], items[i]});
  }
  store::Statement stages = connection.prepare(sql::kCustomerStagesSql);
  const auto [dates, names] = store::read_columns<Day, std::string>(stages.bind(id).query());
  for (std::size_t i = 0; i < dates.size(); ++i) page.stages.push_back({dates[i], names[i]});

  store::Statement recommended = connection.prepare(sql::kCustomerRecommendationsSql);
  const auto [item_ids, item_names, prices, because, because_names, why] =
      store::read_columns<std::string, std::string, std::optional<double>, std::string, std::string,
                          std::string>(recommended.bind(id).query());
  for (std::size_t i = 0; i < item_ids.size(); ++i) {
    page.recommendations.push_back({item_ids[i], item_names[i], prices[i],
                                    because_names[i].empty() ? because[i] : because_names[i],
                                    why[i]});
  }
}

nlohmann::json day_or_null(std::optional<Day> day) {
  return day ? nlohmann::json(format_day(*day)) : nlohmann::json();
}

nlohmann::json number_or_null(std::optional<double> value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json predictions_to_json(const Customer::Predictions& p) {
  return {{"historic_clv", p.historic_value},
          {"predicted_clv", number_or_null(p.lifetime_value)},
          {"predicted_clv_low", number_or_null(p.lifetime_value_low)},
          {"predicted_clv_high", number_or_null(p.lifetime_value_high)},
          {"total_clv", p.lifetime_value ? nlohmann::json(p.historic_value + *p.lifetime_value)
                                         : nlohmann::json()},
          {"historic_number_of_orders", p.historic_orders},
          {"predicted_number_of_orders", p.expected_orders},
          {"average_days_between_orders",
           p.days_between_orders ? nlohmann::json(*p.days_between_orders) : nlohmann::json()},
          {"average_order_value",
           p.expected_spend ? nlohmann::json(*p.expected_spend) : nlohmann::json()},
          {"churn_probability", 1 - p.p_active},
          {"repurchase_probability", p.p_repurchase},
          {"repurchase_window_days", p.window_days},
          {"p_alive", p.p_alive},
          {"activity", p.activity},
          {"expected_date_of_next_order", day_or_null(p.expected_next_order)}};
}

}  // namespace

std::vector<Field<Customer::Input>> Customer::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("customer", &Input::customer, "the customer's id").as_positional(),
      field("orders", &Input::orders, "how many of the latest orders to show").between(0, 10'000),
  };
}

Customer::Output Customer::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  store::Connection connection = shop.connect();
  const RunInfo info = read_run_info(connection, input.shop);
  Output page;
  page.currency = info.currency;
  page.horizon_days = info.horizon_days;
  page.as_of = info.as_of;
  page.model_version = info.value_version;

  store::Statement statement = connection.prepare(sql::kCustomerPageSql);
  store::Result result = statement.bind(std::string_view(input.customer)).query();
  if (!result.next()) {
    fail(ErrorKind::kNotFound,
         "customer \"{}\" is not in {} (as of {}); ids are compared letter by letter",
         input.customer, input.shop.string(), format_day(info.as_of));
  }
  read_page(Row(result), page);
  read_lists(connection, input, page);
  if (page.predictions) {
    page.predictions->window_days = info.window_days;
    page.reasons = read_reasons(connection, shop, info.value_version, input.customer);
  }
  return page;
}

nlohmann::json to_json(const Customer::Output& page) {
  nlohmann::json orders = nlohmann::json::array();
  for (const Customer::Order& order : page.latest_orders) {
    orders.push_back({{"order_id", order.order_id},
                      {"day", format_day(order.day)},
                      {"amount", order.amount},
                      {"units", order.units},
                      {"items", order.items}});
  }
  nlohmann::json stages = nlohmann::json::array();
  for (const Customer::StageChange& change : page.stages) {
    stages.push_back({{"as_of", format_day(change.as_of)}, {"stage", change.stage}});
  }
  nlohmann::json recommendations = nlohmann::json::array();
  for (const Customer::Item& item : page.recommendations) {
    recommendations.push_back(
        {{"item_id", item.item_id},
         {"name", item.name},
         {"price", item.price ? nlohmann::json(*item.price) : nlohmann::json()},
         {"because", item.because},
         {"reason", item.reason}});
  }
  nlohmann::json why = nlohmann::json::array();
  for (const Reason& reason : page.reasons)
    why.push_back({{"feature", reason.feature},
                   {"words", reason.words},
                   {"contribution_to_log_odds", reason.contribution}});
  return {{"customer_id", page.customer_id},
          {"name", page.name},
          {"country", page.country},
          {"channel", page.channel},
          {"currency", page.currency},
          {"as_of", format_day(page.as_of)},
          {"stage", page.stage},
          {"stages", stages},
          {"registered", day_or_null(page.registered)},
          {"first_order", day_or_null(page.first_order)},
          {"last_order", day_or_null(page.last_order)},
          {"last_browse", day_or_null(page.last_browse)},
          {"purchase_days", page.purchase_days},
          {"orders", page.orders},
          {"revenue", page.revenue},
          {"returned", page.returned},
          {"rfm",
           {{"scores", page.rfm},
            {"klaviyo_group", page.klaviyo_group},
            {"shopify_group", page.shopify_group}}},
          {"predictive_analytics",
           page.predictions ? predictions_to_json(*page.predictions) : nlohmann::json()},
          {"reasons", why},
          {"model", {{"version", page.model_version}, {"horizon_days", page.horizon_days}}},
          {"next_step",
           {{"action", page.action},
            {"expected_value", page.expected_value},
            {"reason", page.reason},
            {"basis", page.basis},
            {"items", page.action_items}}},
          {"latest_orders", orders},
          {"recommendations", recommendations}};
}

}  // namespace perennial::engine
