// What the simulator hands out: structs of vectors, one entry per row, one vector per column of the fact table of the
// same name (see store/migrations). `source` and `import_id` are left out: the importer adds them.
//
// Shapes   all vectors of a batch have one length
// Units    money in major units of the shop's currency, exact to its minor unit; NaN is no value, as is a text without
//          data (std::string_view())
// Lifetime texts point into the TextArena that came with the batch, or into the Simulation
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/simulate/text_arena.h"

namespace perennial::simulate {

using Text = std::string_view;
inline constexpr std::size_t kFactors = 8;  // of tastes and items

struct EventBatch {
  std::vector<Text> event_id, event;
  std::vector<Time> time;
  std::vector<Text> customer_id, anonymous_id, session_id, item_id;
  std::vector<double> quantity, unit_price, value;
  std::vector<Text> currency, order_id;
  std::size_t size() const { return event_id.size(); }
};

struct OrderLineBatch {
  std::vector<Text> event_id, kind, order_id;
  std::vector<Time> time;
  std::vector<Text> customer_id, anonymous_id, item_id;
  std::vector<double> quantity, unit_price, discount, amount;
  std::vector<Text> currency, coupon, country, channel;
  std::vector<std::uint32_t> item;  // index in the catalogue; not a column of the fact table
  std::size_t size() const { return event_id.size(); }
};

struct ItemBatch {
  std::vector<Text> event_id, item_id;
  std::vector<Time> time;
  std::vector<Text> name, description, category_path, brand;
  std::vector<double> price, list_price, cost;
  std::vector<Text> currency;
  std::vector<double> stock;
  std::vector<Text> image_path, url;
  std::vector<Text> hidden;  // "true", "false" or no value
  std::vector<Text> attributes;
  std::size_t size() const { return event_id.size(); }
};

struct CustomerBatch {
  std::vector<Text> event_id, customer_id;
  std::vector<Time> time;
  std::vector<Text> email, phone, name, first_name, last_name, gender;
  std::vector<Text> birthday;  // ISO date
  std::vector<Text> country, city, postal_code, language, channel;
  std::vector<Time> registered_at;
  std::vector<Text> marketing_opt_in;  // "true" or "false"
  std::size_t size() const { return event_id.size(); }
};

struct IdentityBatch {
  std::vector<Text> event_id, anonymous_id, customer_id;
  std::vector<Time> time;
  std::vector<Text> kind;
  std::size_t size() const { return event_id.size(); }
};

struct CampaignBatch {
  std::vector<Text> event_id, campaign_id;
  std::vector<Time> time;
  std::vector<Text> name, channel, coupon;
  std::vector<double> discount_rate;
  std::vector<Time> starts_at, ends_at;
  std::size_t size() const { return event_id.size(); }
};

// `extra_orders` is truth, not a column of the fact table: how many orders more the customer is expected to place within
// the campaign if treated than if held out.
struct ExposureBatch {
  std::vector<Text> event_id, campaign_id, customer_id;
  std::vector<Time> time;
  std::vector<Text> treated;  // "true" or "false"
  std::vector<double> propensity;
  std::vector<Text> variation;
  std::vector<double> extra_orders;
  std::size_t size() const { return event_id.size(); }
};

// One row per registered customer. Expected purchases start at the end of the window, leave campaigns out, and are given
// all that is true of the customer: rates, dropout not yet happened, time already waited (Erlang), a first purchase
// that is still to come.
struct CustomerTruthBatch {
  std::vector<Text> customer_id, channel;
  std::vector<double> purchase_rate, dropout_rate;  // lambda and mu, per week
  std::vector<double> spend_rate;                   // nu of Gamma-Gamma, 1 / money
  std::vector<double> mean_order_value;             // money
  std::vector<double> uplift;  // chance that a coupon brings one more order while active
  std::vector<double>
      first_purchase_days;  // since the start of the window, beyond its end too; NaN: never
  std::vector<double> dropout_days;  // likewise
  std::vector<std::int64_t>
      purchases;  // orders within the window, those that campaigns brought included
  std::vector<std::int64_t> campaign_purchases;  // of these: brought by campaigns
  std::vector<double> expected_purchases_13_weeks, expected_purchases_52_weeks;
  std::vector<double> taste[kFactors];
  std::size_t size() const { return customer_id.size(); }
};

struct ItemTruthBatch {
  std::vector<Text> item_id, category_path;
  std::vector<double> base_share;  // of all choices at reference prices, all items on sale
  std::vector<double> elasticity;  // units ~ (price / reference price)^-elasticity
  std::vector<double> reference_price;
  std::vector<double> replenishment_days;  // NaN: bought when wanted
  std::vector<std::int64_t> units_sold;    // returns not taken off
  std::vector<std::int64_t> out_of_stock_days;
  std::vector<double> factor[kFactors];
  std::size_t size() const { return item_id.size(); }
};

struct DayTruthBatch {
  std::vector<Day> day;
  std::vector<double> demand_rate;  // season and weekday, mean 1
  std::size_t size() const { return day.size(); }
};

// All that one range of customers did.
struct Chunk {
  EventBatch events;
  OrderLineBatch order_lines;
  CustomerBatch customers;
  IdentityBatch identities;
  ExposureBatch exposures;
  CustomerTruthBatch customer_truth;
  TextArena texts;
};

}  // namespace perennial::simulate
