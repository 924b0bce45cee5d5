#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"

namespace perennial::store::formats {
namespace {

constexpr auto kText = FieldType::kText;
constexpr auto kNumber = FieldType::kNumber;
constexpr auto kTime = FieldType::kTime;

// Texts that a file may leave out.
void add_texts(std::vector<Field>& fields, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) fields.push_back({std::string(name)});
}

Role order_lines() {
  Role role{"order_lines",
            "order_lines.csv",
            {{"order_id", kText, Need::kValue},
             {"time", kTime, Need::kValue},
             {"item_id", kText, Need::kValue},
             {"quantity", FieldType::kQuantity, Need::kValue},
             {"unit_price", kNumber, Need::kValue},
             {"discount", kNumber},
             {"amount", kNumber}}};
  add_texts(role.fields, {"event_id", "kind", "customer_id", "anonymous_id", "currency", "coupon",
                          "country", "channel", "properties"});
  return role;
}

Role events() {
  Role role{"events",
            "events.csv",
            {{"event", kText, Need::kValue},
             {"time", kTime, Need::kValue},
             {"quantity", FieldType::kQuantity},
             {"unit_price", kNumber},
             {"value", kNumber}}};
  add_texts(role.fields, {"event_id", "customer_id", "anonymous_id", "session_id", "item_id",
                          "currency", "order_id", "properties"});
  return role;
}

Role items() {
  Role role{"items",
            "items.csv",
            {{"item_id", kText, Need::kValue},
             {"time", kTime, Need::kColumn},
             {"price", kNumber},
             {"list_price", kNumber},
             {"cost", kNumber},
             {"stock", kNumber},
             {"hidden", FieldType::kBoolean}}};
  add_texts(role.fields, {"event_id", "name", "description", "category_path", "brand", "currency",
                          "image_path", "url", "attributes"});
  return role;
}

Role customers() {
  Role role{"customers",
            "customers.csv",
            {{"customer_id", kText, Need::kValue},
             {"time", kTime, Need::kColumn},
             {"birthday", kTime},
             {"registered_at", kTime},
             {"marketing_opt_in", FieldType::kBoolean}}};
  add_texts(role.fields,
            {"event_id", "email", "phone", "name", "first_name", "last_name", "gender", "country",
             "state", "city", "postal_code", "street", "language", "channel", "traits"});
  return role;
}

Role identities() {
  return {"identities",
          "identities.csv",
          {{"anonymous_id", kText, Need::kValue},
           {"customer_id", kText, Need::kValue},
           {"time", kTime, Need::kValue},
           {"kind"},
           {"event_id"}}};
}

Role campaigns() {
  Role role{"campaigns",
            "campaigns.csv",
            {{"campaign_id", kText, Need::kValue},
             {"time", kTime, Need::kColumn},
             {"discount_rate", FieldType::kReal},
             {"starts_at", kTime},
             {"ends_at", kTime}}};
  add_texts(role.fields, {"event_id", "name", "channel", "coupon", "attributes"});
  return role;
}

Role exposures() {
  return {"exposures",
          "exposures.csv",
          {{"campaign_id", kText, Need::kValue},
           {"time", kTime, Need::kValue},
           {"treated", FieldType::kBoolean, Need::kValue},
           {"customer_id"},
           {"anonymous_id"},
           {"propensity", FieldType::kReal},
           {"variation"},
           {"event_id"}}};
}

}  // namespace

Format perennial() {
  return {{"perennial", "Perennial's own interchange",
           "events, order_lines, items, customers, identities, campaigns, exposures (.csv, .jsonl "
           "or .parquet) with the columns of the fact tables"},
          {order_lines(), events(), items(), customers(), identities(), campaigns(), exposures()},
          std::string(formats_sql::kPerennialSql),
          {},
          {},
          true};
}

}  // namespace perennial::store::formats
