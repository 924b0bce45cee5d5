// Segment messages, one a line: identify, track, page, screen, group, alias, alone or in a batch.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include "perennial/base/text.h"
#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"
#include "perennial/store/import/json_lines.h"
#include "perennial/store/import/json_value.h"

namespace perennial::store::formats {
namespace {

using simdjson::dom::element;

constexpr std::array<std::string_view, 6> kTypes = {"identify", "track", "page",
                                                    "screen",   "group", "alias"};

// A column and the members that may hold it: Segment's snake_case first, then spellings met in practice.
struct Member {
  std::string_view column;
  std::array<std::string_view, 3> keys;
  FieldType type = FieldType::kText;
  bool stays = false;  // in the properties as well: no fact has a column for it
};

constexpr Member kProductMembers[] = {
    {"product_id", {"product_id", "productId", "id"}},
    {"sku", {"sku"}, FieldType::kText, true},
    {"item_name", {"name", "product_name", "title"}},
    {"brand", {"brand"}},
    {"category", {"category"}},
    {"price", {"price", "unit_price"}, FieldType::kNumber},
    {"quantity", {"quantity"}, FieldType::kQuantity},
    {"coupon", {"coupon"}, FieldType::kText, true},
    {"url", {"url"}},
    {"image_url", {"image_url", "imageUrl"}},
};

constexpr Member kEventMembers[] = {
    {"order_id", {"order_id", "orderId"}},
    {"currency", {"currency"}},
    {"value", {"value"}, FieldType::kNumber},
    {"revenue", {"revenue"}, FieldType::kNumber, true},
    {"total", {"total"}, FieldType::kNumber, true},
    {"shipping", {"shipping"}, FieldType::kNumber, true},
    {"tax", {"tax"}, FieldType::kNumber, true},
    {"discount", {"discount"}, FieldType::kNumber, true},
    {"session_id", {"session_id", "sessionId"}},
};

constexpr Member kTraitMembers[] = {
    {"email", {"email"}},
    {"phone", {"phone"}},
    {"full_name", {"name"}},
    {"first_name", {"firstName", "first_name"}},
    {"last_name", {"lastName", "last_name"}},
    {"gender", {"gender"}},
    {"birthday", {"birthday"}, FieldType::kTime},
    {"registered_at", {"createdAt", "created_at"}, FieldType::kTime},
    {"language", {"language", "locale"}},
    {"channel", {"channel", "source"}},
    {"marketing_opt_in", {"marketing_opt_in", "accepts_marketing"}, FieldType::kBoolean},
};

constexpr Member kAddressMembers[] = {
    {"country", {"country"}}, {"state", {"state"}},
    {"city", {"city"}},       {"postal_code", {"postalCode", "postal_code"}},
    {"street", {"street"}},
};

constexpr Member kMessageMembers[] = {
    {"type", {"type"}},
    {"message_id", {"messageId", "message_id"}},
    {"event", {"event"}},
    {"user_id", {"userId", "user_id"}},
    {"anonymous_id", {"anonymousId", "anonymous_id"}},
    {"previous_id", {"previousId"}},
    {"group_id", {"groupId"}},
    {"page_name", {"name"}},
    {"timestamp", {"timestamp"}, FieldType::kTime},
    {"original_timestamp", {"originalTimestamp"}, FieldType::kTime},
    {"sent_at", {"sentAt"}, FieldType::kTime},
    {"received_at", {"receivedAt"}, FieldType::kTime},
};

std::string member_text(element object, const Member& member) {
  for (const std::string_view key : member.keys) {
    if (key.empty()) break;
    if (const auto value = json_member(object, key)) return json_text(*value);
  }
  return {};
}

bool is_listed(std::span<const Member> members, std::string_view key) {
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    return !member.stays &&
           std::find(member.keys.begin(), member.keys.end(), key) != member.keys.end();
  });
}

// What is left of an object without the members that have columns, as JSON; empty when nothing is.
std::string rest_of(element object, std::initializer_list<std::span<const Member>> listed,
                    std::string_view also_without = {}) {
  std::string rest;
  simdjson::dom::object members;
  if (object.get(members) != simdjson::SUCCESS) return rest;
  for (const auto& [key, value] : members) {
    const bool known =
        key == also_without || std::any_of(listed.begin(), listed.end(),
                                           [&](const auto& list) { return is_listed(list, key); });
    if (known || value.is_null()) continue;
    rest += rest.empty() ? "{" : ",";
    rest += json_quote(key) + ":" + simdjson::minify(value);
  }
  return rest.empty() ? rest : rest + "}";
}

void add_fields(std::vector<Field>& fields, std::span<const Member> members) {
  for (const Member& member : members) fields.push_back({std::string(member.column), member.type});
}

}  // namespace

std::vector<Field> message_fields() {
  std::vector<Field> fields{{"row", FieldType::kInteger}, {"has_products"}};
  add_fields(fields, kMessageMembers);
  add_fields(fields, kEventMembers);
  add_fields(fields, kProductMembers);
  fields.push_back({"properties"});
  add_fields(fields, kTraitMembers);
  add_fields(fields, kAddressMembers);
  fields.push_back({"traits"});
  return fields;
}

std::vector<Field> product_fields() {
  std::vector<Field> fields{{"row", FieldType::kInteger}, {"position", FieldType::kInteger}};
  add_fields(fields, kProductMembers);
  fields.push_back({"properties"});
  return fields;
}

namespace {

class SegmentReader : public JsonReader {
 public:
  explicit SegmentReader(const RawTables& tables)
      : messages_(tables("messages")), products_(tables("products")) {}

  void add(const RowOrigin& origin, Rejects& rejects) override {
    element document;
    if (parser_.parse(origin.raw.data(), origin.raw.size(), true).get(document) !=
            simdjson::SUCCESS ||
        !document.is_object()) {
      rejects.add(origin, "", RejectReason::kBadJson, "the line is not a JSON object");
      return;
    }
    simdjson::dom::array batch;
    if (const auto member = json_member(document, "batch");
        member && member->get(batch) == simdjson::SUCCESS) {
      for (const element message : batch) add_message(message, origin, rejects);
    } else {
      add_message(document, origin, rejects);
    }
  }

  void flush() override {
    messages_.flush();
    products_.flush();
    texts_.clear();
  }

 private:
  std::string_view keep(std::string text) {
    return text.empty() ? std::string_view() : texts_.emplace_back(std::move(text));
  }
  void keep_members(std::vector<std::string_view>& values, std::optional<element> object,
                    std::span<const Member> members) {
    for (const Member& member : members)
      values.push_back(object ? keep(member_text(*object, member)) : std::string_view());
  }

  void add_message(element message, const RowOrigin& origin, Rejects& rejects) {
    const std::string type = json_member_text(message, "type");
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
      rejects.add(origin, "type", RejectReason::kUnknownKind,
                  fmt::format("type is \"{}\"; identify, track, page, screen, group or alias are "
                              "expected",
                              type.substr(0, 60)));
      return;
    }
    ++row_;
    const auto properties = json_member(message, "properties");
    const auto context = json_member(message, "context");
    auto traits = json_member(message, "traits");
    if (!traits && type == "identify" && context) traits = json_member(*context, "traits");
    const auto address = traits ? json_member(*traits, "address") : std::nullopt;
    simdjson::dom::array products;
    const auto list = properties ? json_member(*properties, "products") : std::nullopt;
    const bool has_products = list && list->get(products) == simdjson::SUCCESS;

    std::vector<std::string_view> values{keep(std::to_string(row_)),
                                         has_products && products.size() > 0 ? "1" : ""};
    const std::size_t first = values.size();
    keep_members(values, message, kMessageMembers);
    std::string_view& id = values[first + 1];
    if (id.empty()) id = keep(content_id(simdjson::minify(message)));
    keep_members(values, properties, kEventMembers);
    keep_members(values, properties, kProductMembers);
    values.push_back(properties ? keep(rest_of_properties(*properties, message))
                                : std::string_view());
    keep_members(values, type == "identify" ? traits : std::nullopt, kTraitMembers);
    keep_members(values, type == "identify" ? address : std::nullopt, kAddressMembers);
    values.push_back(traits ? keep(rest_of(*traits, {kTraitMembers}, "address"))
                            : std::string_view());
    if (messages_.add(origin, values) && has_products) add_products(products, origin);
  }

  // The name, price and so on of an event without an item are its own and stay. The products of an order have lines
  // of their own; those of other events stay.
  static std::string rest_of_properties(element properties, element message) {
    const std::string event = to_lower_ascii(json_member_text(message, "event"));
    const bool order = event.find("order") != std::string::npos || event == "purchase";
    const std::string_view list = order ? "products" : "";
    const bool has_item = !member_text(properties, kProductMembers[0]).empty() ||
                          !member_text(properties, kProductMembers[1]).empty();
    return has_item ? rest_of(properties, {kEventMembers, kProductMembers}, list)
                    : rest_of(properties, {kEventMembers}, list);
  }

  void add_products(const simdjson::dom::array& products, const RowOrigin& origin) {
    std::int64_t position = 0;
    for (const element product : products) {
      std::vector<std::string_view> values{keep(std::to_string(row_)),
                                           keep(std::to_string(++position))};
      keep_members(values, product, kProductMembers);
      values.push_back(keep(rest_of(product, {kProductMembers}, "coupon")));
      products_.add(origin, values);
    }
  }

  RawTable& messages_;
  RawTable& products_;
  simdjson::dom::parser parser_;
  std::deque<std::string> texts_;
  std::int64_t row_ = 0;
};

bool is_segment(std::string_view json) {
  const auto keys = json_keys(json);
  if (!keys) return false;
  const auto has = [&](std::string_view key) {
    return std::find(keys->begin(), keys->end(), key) != keys->end();
  };
  return has("batch") || (has("type") && (has("messageId") || has("userId") || has("anonymousId") ||
                                          has("user_id")));
}

}  // namespace

Format segment() {
  Format format{{"segment", "Segment messages",
                 "JSON lines, one message (identify, track, page, screen, group, alias) or one "
                 "batch a line"},
                {{"messages", "messages.jsonl", message_fields()},
                 {"products", "the products of the messages", product_fields()}},
                std::string(formats_sql::kSegmentSql)};
  format.roles[1].filled_by_reader = true;
  format.sliced = true;
  format.is_message = is_segment;
  format.make_reader = [](const RawTables& tables) -> std::unique_ptr<JsonReader> {
    return std::make_unique<SegmentReader>(tables);
  };
  return format;
}

}  // namespace perennial::store::formats
