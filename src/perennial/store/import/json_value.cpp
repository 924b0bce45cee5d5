#include "perennial/store/import/json_value.h"

#include <fmt/format.h>

#include "perennial/base/bytes.h"

namespace perennial::store {

std::string json_text(simdjson::dom::element value) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::STRING:
      return std::string(value.get_string().value_unsafe());
    case element_type::INT64:
      return fmt::format("{}", value.get_int64().value_unsafe());
    case element_type::UINT64:
      return fmt::format("{}", value.get_uint64().value_unsafe());
    case element_type::DOUBLE:
      return fmt::format("{}", value.get_double().value_unsafe());
    case element_type::BOOL:
      return value.get_bool().value_unsafe() ? "true" : "false";
    case element_type::NULL_VALUE:
      return "";
    default:
      return simdjson::minify(value);
  }
}

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::optional<simdjson::dom::element> json_member(simdjson::dom::element object,
                                                  std::string_view key) {
  simdjson::dom::object members;
  simdjson::dom::element value;
  if (object.get(members) != simdjson::SUCCESS ||
      members.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) {
    return std::nullopt;
  }
  return value;
}

std::string json_member_text(simdjson::dom::element object, std::string_view key) {
  const auto value = json_member(object, key);
  return value ? json_text(*value) : std::string();
}

std::string content_id(std::string_view text) {
  return fmt::format("content-{:016x}{:016x}", fnv1a(text),
                     fnv1a("second half of " + std::string(text)));
}

}  // namespace perennial::store
