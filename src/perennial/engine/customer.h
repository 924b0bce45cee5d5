// customer: one customer's page: stage, history, value with its interval, the next step with its reason, what to
// recommend. Field names of the predictions are those of Klaviyo's profile API.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/challengers.h"
#include "perennial/engine/context.h"
#include "perennial/engine/field.h"

namespace perennial::engine {

struct Customer {
  static constexpr std::string_view kName = "customer";
  static constexpr std::string_view kSummary =
      "One customer: stage, history, value, next step, recommendations";
  struct Input {
    std::filesystem::path shop;
    std::string customer;
    int orders = 10;
  };

  struct Order {
    std::string order_id;
    Day day;
    double amount;
    double units;
    std::int64_t items;
  };
  struct StageChange {
    Day as_of;
    std::string stage;
  };
  struct Item {
    std::string item_id;
    std::string name;
    std::optional<double> price;
    std::string because;  // name, or id, of the bought item that speaks for it; "" when none does
    std::string
        reason;  // bought_together, often_after, taste, similar, similar_look, popular, pinned, ...
  };
  struct Predictions {
    double historic_value = 0;
    // Money; nothing where the shop's amounts say nothing.
    std::optional<double> lifetime_value, lifetime_value_low, lifetime_value_high;
    double historic_orders = 0;
    double expected_orders = 0;
    std::optional<double> expected_spend;
    double p_alive = 0;
    double p_active = 0;      // buys at all within the horizon
    double p_repurchase = 0;  // buys at all within the window
    int window_days = 91;
    double activity = 0;  // models/value/rhythm.h
    std::optional<Day> expected_next_order;
    std::optional<double> days_between_orders;  // mean, with at least two purchase days
  };

  struct Output {
    std::string customer_id, name, country, channel;
    std::string currency;
    int horizon_days = 365;
    Day as_of;  // of everything below
    std::string stage;
    std::optional<Day> registered, first_order, last_order, last_browse;
    std::int64_t purchase_days = 0, orders = 0;
    double revenue = 0, returned = 0;
    std::string rfm;  // "545"; "" without orders
    std::string klaviyo_group, shopify_group;
    std::optional<Predictions> predictions;  // of buyers
    std::vector<Reason> reasons;  // what raises and lowers the chance to be back, by boosted trees
    std::string model_version;
    std::string action, reason, basis;
    double expected_value = 0;
    std::vector<std::string> action_items;
    std::vector<StageChange> stages;
    std::vector<Order> latest_orders;
    std::vector<Item> recommendations;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Customer::Output& output);

}  // namespace perennial::engine
