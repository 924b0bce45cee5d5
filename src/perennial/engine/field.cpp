#include "perennial/engine/field.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/text.h"

namespace perennial::engine {
namespace {

[[noreturn]] void refuse(const FieldInfo& info, std::string_view text, std::string_view wanted) {
  fail(ErrorKind::kInvalidArgument, "{} is \"{}\", needs {}", info.name, text, wanted);
}

void check_range(const FieldInfo& info, std::string_view text, double value) {
  if (info.low && info.high && (value < *info.low || value > *info.high)) {
    refuse(info, text, fmt::format("a value from {} to {}", *info.low, *info.high));
  }
}

}  // namespace

std::int64_t parse_integer_field(const FieldInfo& info, std::string_view text) {
  const auto value = parse_int(text);
  if (!value) refuse(info, text, "a whole number");
  check_range(info, text, static_cast<double>(*value));
  return *value;
}

double parse_number_field(const FieldInfo& info, std::string_view text) {
  const auto value = parse_double(text);
  if (!value) refuse(info, text, "a number");
  check_range(info, text, *value);
  return *value;
}

bool parse_flag_field(const FieldInfo& info, std::string_view text) {
  const std::string lower = to_lower_ascii(trim(text));
  if (lower.empty() || lower == "true" || lower == "1" || lower == "yes" || lower == "on")
    return true;
  if (lower == "false" || lower == "0" || lower == "no" || lower == "off") return false;
  refuse(info, text, "true or false");
}

Day parse_day_field(const FieldInfo& info, std::string_view text) {
  const auto day = parse_day(trim(text));
  if (!day) refuse(info, text, "a date such as 2011-09-01");
  return *day;
}

std::string parse_text_field(const FieldInfo& info, std::string_view text) {
  if (info.type == FieldType::kText && !is_valid_utf8(text))
    refuse(info, to_utf8(text), "UTF-8 text");
  if (!info.choices.empty() &&
      std::find(info.choices.begin(), info.choices.end(), text) == info.choices.end()) {
    refuse(info, text, fmt::format("one of {}", fmt::join(info.choices, ", ")));
  }
  return std::string(text);
}

}  // namespace perennial::engine
