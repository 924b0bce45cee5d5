// GA4 events as BigQuery exports them to JSON lines: numbers often as strings, parameters as a list of key and value.
#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_map>

#include "perennial/base/text.h"
#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"
#include "perennial/store/import/json_lines.h"
#include "perennial/store/import/json_value.h"

namespace perennial::store::formats {
namespace {

using simdjson::dom::element;

// GA4 writes "(not set)" and "(other)" where it has nothing to say.
std::string ga4_text(element object, std::string_view key) {
  std::string text = json_member_text(object, key);
  return text == "(not set)" || text == "(other)" ? std::string() : text;
}

// The one member of {"string_value": ..., "int_value": ..., "float_value": ..., "double_value": ...} that is set.
std::optional<element> value_of(element parameter) {
  const auto value = json_member(parameter, "value");
  if (!value) return std::nullopt;
  for (const std::string_view kind : {"string_value", "int_value", "float_value", "double_value"}) {
    if (const auto found = json_member(*value, kind)) return found;
  }
  return std::nullopt;
}

std::unordered_map<std::string, element> parameters_of(element event) {
  std::unordered_map<std::string, element> parameters;
  simdjson::dom::array list;
  if (const auto found = json_member(event, "event_params");
      found && found->get(list) == simdjson::SUCCESS) {
    for (const element parameter : list) {
      if (const auto value = value_of(parameter))
        parameters.emplace(json_member_text(parameter, "key"), *value);
    }
  }
  return parameters;
}

// One row of a raw table, filled by name.
class Row {
 public:
  explicit Row(RawTable& table) : table_(table) {
    for (std::size_t i = 0; i < table.fields().size(); ++i)
      places_.emplace(table.fields()[i].column, i);
    values_.resize(places_.size());
  }
  void set(std::string_view column, std::string text) {
    const std::string_view kept = texts_.emplace_back(std::move(text));
    values_[places_.at(std::string(column))] = kept.empty() ? std::string_view() : kept;
  }
  bool add(const RowOrigin& origin) {
    const bool taken = table_.add(origin, values_);
    std::fill(values_.begin(), values_.end(), std::string_view());
    return taken;
  }
  void flush() {
    table_.flush();
    texts_.clear();
  }

 private:
  RawTable& table_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<std::string_view> values_;
  std::deque<std::string> texts_;
};

class Ga4Reader : public JsonReader {
 public:
  explicit Ga4Reader(const RawTables& tables)
      : message_(tables("messages")), product_(tables("products")) {}

  void add(const RowOrigin& origin, Rejects& rejects) override {
    element event;
    if (parser_.parse(origin.raw.data(), origin.raw.size(), true).get(event) != simdjson::SUCCESS ||
        !event.is_object()) {
      rejects.add(origin, "", RejectReason::kBadJson, "the line is not a JSON object");
      return;
    }
    std::int64_t micros = 0;
    const auto time = parse_int(json_member_text(event, "event_timestamp"));
    if (time) micros = *time;
    if (!time || micros <= 0 || micros > kLatest) {
      rejects.add(origin, "event_timestamp", RejectReason::kBadTime,
                  fmt::format("event_timestamp is \"{}\"; microseconds since 1970 are expected",
                              json_member_text(event, "event_timestamp").substr(0, 60)));
      return;
    }
    ++row_;
    add_event(event, Time{micros}, origin);
  }

  void flush() override {
    message_.flush();
    product_.flush();
  }

 private:
  static constexpr std::int64_t kLatest = 253'402'300'799 * kMicrosPerSecond;  // year 9999

  void add_event(element event, Time time, const RowOrigin& origin) {
    const auto parameters = parameters_of(event);
    const auto parameter = [&](const char* key) {
      const auto found = parameters.find(key);
      return found == parameters.end() ? std::string() : json_text(found->second);
    };
    const std::string name = json_member_text(event, "event_name");
    const auto ecommerce = json_member(event, "ecommerce");
    const auto geo = json_member(event, "geo");
    simdjson::dom::array items;
    const auto list = json_member(event, "items");
    const std::size_t item_count = list && list->get(items) == simdjson::SUCCESS ? items.size() : 0;
    const bool order = name == "purchase" || name == "refund";

    message_.set("row", std::to_string(row_));
    message_.set("message_id", content_id(simdjson::minify(event)));
    message_.set("has_products", item_count > 0 ? "1" : "");
    message_.set("type", "track");
    message_.set("event", name);
    message_.set("user_id", ga4_text(event, "user_id"));
    message_.set("anonymous_id", ga4_text(event, "user_pseudo_id"));
    message_.set("timestamp", format_time(time));
    message_.set("session_id", parameter("ga_session_id"));
    message_.set("currency", parameter("currency"));
    message_.set("value", parameter("value"));
    message_.set("country", geo ? ga4_text(*geo, "country") : "");
    std::string order_id = parameter("transaction_id");
    if (ecommerce) {
      if (order_id.empty()) order_id = ga4_text(*ecommerce, "transaction_id");
      message_.set("revenue", order ? ga4_text(*ecommerce, "purchase_revenue") : "");
    }
    message_.set("order_id", order_id == "(not set)" ? "" : order_id);
    message_.set("properties", properties(parameters, order ? std::nullopt : list, item_count));
    if (item_count == 1 && !order) set_item(message_, *items.begin());
    if (message_.add(origin)) add_items(items, item_count, origin);
  }

  // Parameters that have no column, and the items of lists.
  static std::string properties(const std::unordered_map<std::string, element>& parameters,
                                std::optional<element> items, std::size_t item_count) {
    std::vector<std::pair<std::string, element>> sorted;
    for (const auto& [key, value] : parameters) {
      if (key != "ga_session_id" && key != "currency" && key != "value" && key != "transaction_id")
        sorted.emplace_back(key, value);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    if (items && item_count > 1) sorted.emplace_back("items", *items);
    std::string text;
    for (const auto& [key, value] : sorted) {
      text += text.empty() ? "{" : ",";
      text += json_quote(key) + ":" + simdjson::minify(value);
    }
    return text.empty() ? text : text + "}";
  }

  static void set_item(Row& row, element item) {
    row.set("product_id", ga4_text(item, "item_id"));
    row.set("item_name", ga4_text(item, "item_name"));
    row.set("brand", ga4_text(item, "item_brand"));
    row.set("price", ga4_text(item, "price"));
    row.set("quantity", ga4_text(item, "quantity"));
    row.set("coupon", ga4_text(item, "coupon"));
    std::string category = ga4_text(item, "item_category");
    for (const std::string_view deeper :
         {"item_category2", "item_category3", "item_category4", "item_category5"}) {
      const std::string part = ga4_text(item, deeper);
      if (!part.empty()) category += "/" + part;
    }
    row.set("category", std::move(category));
  }

  void add_items(const simdjson::dom::array& items, std::size_t count, const RowOrigin& origin) {
    if (count == 0) return;
    std::int64_t position = 0;
    for (const element item : items) {
      product_.set("row", std::to_string(row_));
      product_.set("position", std::to_string(++position));
      set_item(product_, item);
      product_.add(origin);
    }
  }

  Row message_;
  Row product_;
  simdjson::dom::parser parser_;
  std::int64_t row_ = 0;
};

bool is_ga4(std::string_view json) {
  const auto keys = json_keys(json);
  if (!keys) return false;
  const auto has = [&](std::string_view key) {
    return std::find(keys->begin(), keys->end(), key) != keys->end();
  };
  return has("event_name") && has("event_timestamp");
}

}  // namespace

Format ga4() {
  Format format{{"ga4", "GA4 BigQuery export",
                 "JSON lines: event_name, event_timestamp, user_pseudo_id, event_params, items, "
                 "ecommerce"},
                {{"messages", "events.jsonl", message_fields()},
                 {"products", "the items of the events", product_fields()}},
                std::string(formats_sql::kSegmentSql) + std::string(formats_sql::kGa4Sql)};
  format.roles[1].filled_by_reader = true;
  format.sliced = true;
  format.is_message = is_ga4;
  format.make_reader = [](const RawTables& tables) -> std::unique_ptr<JsonReader> {
    return std::make_unique<Ga4Reader>(tables);
  };
  format.notes = {"GA4 gives events no id: it is made from their content"};
  return format;
}

}  // namespace perennial::store::formats
