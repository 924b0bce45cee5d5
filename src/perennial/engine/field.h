// How a verb describes its inputs, once: name, help, range and default. Command-line flags and help texts, and later
// HTTP parameters and Python signatures, are made from this description.
//
// A verb is a struct with
//   static constexpr std::string_view kName, kSummary;
//   struct Input {...}; struct Output {...};
//   static std::vector<Field<Input>> fields();
//   static Output run(const Input& input, Context& context);
// and a free function nlohmann::json to_json(const Output&) beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/time.h"

namespace perennial::engine {

enum class FieldType { kText, kPath, kInteger, kNumber, kFlag, kDay };

// What faces need to know of one input, without its type.
struct FieldInfo {
  std::string name;  // snake_case; "dry_run" is --dry-run on the command line
  std::string help;  // one line: what it is, its unit
  FieldType type = FieldType::kText;
  bool positional = false;
  bool required = false;
  bool repeated = false;
  std::string default_value;  // as text; empty: none
  std::optional<double> low;  // smallest and largest value, both allowed
  std::optional<double> high;
  std::vector<std::string> choices;  // the only values allowed; empty: any
};

// Throw kInvalidArgument with the name of the field when the text is not such a value or out of range.
std::int64_t parse_integer_field(const FieldInfo& info, std::string_view text);
double parse_number_field(const FieldInfo& info, std::string_view text);
bool parse_flag_field(const FieldInfo& info, std::string_view text);
Day parse_day_field(const FieldInfo& info, std::string_view text);
std::string parse_text_field(const FieldInfo& info, std::string_view text);

template <typename Input>
struct Field : FieldInfo {
  // Parses the text by this description into its place in `input`; a repeated field gets one value more.
  void assign(Input& input, std::string_view text) const { store(*this, input, text); }
  std::function<void(const FieldInfo&, Input&, std::string_view)> store;

  // Refinements, to be chained after field(...).
  Field&& as_positional() && {
    positional = true;
    required = true;
    return std::move(*this);
  }
  Field&& as_required() && {
    required = true;
    return std::move(*this);
  }
  Field&& between(double lowest, double highest) && {
    low = lowest;
    high = highest;
    return std::move(*this);
  }
  Field&& one_of(std::vector<std::string> values) && {
    choices = std::move(values);
    return std::move(*this);
  }
};

namespace detail {

template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
constexpr FieldType field_type() {
  if constexpr (kIsVector<T> || kIsOptional<T>) {
    return field_type<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return FieldType::kFlag;
  } else if constexpr (std::is_integral_v<T>) {
    return FieldType::kInteger;
  } else if constexpr (std::is_floating_point_v<T>) {
    return FieldType::kNumber;
  } else if constexpr (std::is_same_v<T, Day>) {
    return FieldType::kDay;
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return FieldType::kPath;
  } else {
    static_assert(std::is_same_v<T, std::string>);
    return FieldType::kText;
  }
}

template <typename T>
T parse_field(const FieldInfo& info, std::string_view text) {
  if constexpr (std::is_same_v<T, bool>) {
    return parse_flag_field(info, text);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(parse_integer_field(info, text));
  } else if constexpr (std::is_floating_point_v<T>) {
    return parse_number_field(info, text);
  } else if constexpr (std::is_same_v<T, Day>) {
    return parse_day_field(info, text);
  } else {
    return T(parse_text_field(info, text));
  }
}

template <typename T>
std::string default_text(const T& value) {
  if constexpr (kIsVector<T> || std::is_same_v<T, bool>) {
    return "";
  } else if constexpr (kIsOptional<T>) {
    return value ? default_text(*value) : "";
  } else if constexpr (std::is_arithmetic_v<T>) {
    return fmt::format("{}", value);
  } else if constexpr (std::is_same_v<T, Day>) {
    return format_day(value);
  } else {
    return std::string(value);
  }
}

}  // namespace detail

// A field for a data member of Input: text, path, whole number, number, flag, day, an optional of these, or a vector
// (repeated). The default is what Input{} holds.
template <typename Input, typename T>
Field<Input> field(std::string name, T Input::* member, std::string help) {
  Field<Input> made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = detail::field_type<T>();
  made.repeated = detail::kIsVector<T>;
  made.default_value = detail::default_text(Input{}.*member);
  made.store = [member](const FieldInfo& info, Input& input, std::string_view text) {
    if constexpr (detail::kIsVector<T>) {
      (input.*member).push_back(detail::parse_field<typename T::value_type>(info, text));
    } else if constexpr (detail::kIsOptional<T>) {
      input.*member = detail::parse_field<typename T::value_type>(info, text);
    } else {
      input.*member = detail::parse_field<T>(info, text);
    }
  };
  return made;
}

}  // namespace perennial::engine
