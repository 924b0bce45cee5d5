// What the readers of JSON lines share: values of simdjson's document model as texts.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace perennial::store {

// Strings as they are, numbers and booleans as written shortest, null as empty, objects and arrays as JSON.
std::string json_text(simdjson::dom::element value);

// A text as a JSON string, quotes included.
std::string json_quote(std::string_view text);

// The member of an object, if it is there and not null.
std::optional<simdjson::dom::element> json_member(simdjson::dom::element object,
                                                  std::string_view key);

// json_text of a member; empty when it is not there.
std::string json_member_text(simdjson::dom::element object, std::string_view key);

// An id for a message that has none: "content-" and 128 bits made of its text.
std::string content_id(std::string_view text);

}  // namespace perennial::store
