#include "perennial/store/import/field.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/base/text.h"

namespace perennial::store {
namespace {

constexpr std::int64_t kScale = 1'000'000;
constexpr std::int64_t kLargestDecimal = 999'999'999'999'999'999;  // 18 digits
constexpr std::size_t kLongestField = 1 << 20;
constexpr std::string_view kNul("\0", 1);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_ascii(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080U) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80) return false;
  }
  return true;
}

FieldResult bad(RejectReason reason) { return {{}, reason}; }

FieldResult read_text(std::string_view text, std::string& kept) {
  if (text.size() > kLongestField) return bad(RejectReason::kFieldTooLong);
  if (std::memchr(text.data(), 0, text.size()) != nullptr) return bad(RejectReason::kNulByte);
  if (is_ascii(text) || is_valid_utf8(text)) return {text, {}};
  kept = to_utf8(text);
  return {std::string_view(kept), {}, true};
}

// "17850.0" and "17850." to "17850"; anything else stays.
std::string_view without_zero_fraction(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || point == 0) return text;
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(point + 1);
  if (!std::all_of(whole.begin(), whole.end(), is_digit)) return text;
  return fraction.find_first_not_of('0') == std::string_view::npos ? whole : text;
}

FieldResult read_integer(std::string_view text) {
  const auto value = parse_decimal(text);
  if (value && *value % kScale == 0) return {*value / kScale, {}};
  if (const auto whole = parse_int(without_zero_fraction(text))) return {*whole, {}};
  return bad(RejectReason::kBadNumber);
}

FieldResult read_number(std::string_view text) {
  if (const auto value = parse_decimal(text)) return {*value, {}};
  return bad(parse_double(text) ? RejectReason::kOutOfRange : RejectReason::kBadNumber);
}

// Thousandths, half away from zero.
FieldResult read_quantity(std::string_view text) {
  constexpr std::int64_t kLargest = 999'999'999'999;  // 12 digits
  const FieldResult number = read_number(text);
  if (number.defect) return number;
  const auto millionths = std::get<std::int64_t>(number.value);
  const std::int64_t thousandths = (millionths + (millionths < 0 ? -500 : 500)) / 1000;
  if (thousandths > kLargest || thousandths < -kLargest) return bad(RejectReason::kOutOfRange);
  return {thousandths, {}};
}

// "1.234,56" to "1234.56".
std::string with_decimal_point(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == ',') {
      plain += '.';
    } else if (c != '.' && c != ' ') {
      plain += c;
    }
  }
  return plain;
}

FieldResult read_boolean(std::string_view text) {
  const std::string word = to_lower_ascii(text);
  for (const std::string_view yes : {"true", "t", "yes", "y", "1", "1.0"}) {
    if (word == yes) return {true, {}};
  }
  for (const std::string_view no : {"false", "f", "no", "n", "0", "0.0"}) {
    if (word == no) return {false, {}};
  }
  return bad(RejectReason::kBadBoolean);
}

FieldResult read_time(FieldType type, std::string_view text) {
  auto time = parse_time(text);
  if (!time && type == FieldType::kMonthFirst)
    time = parse_local_time(text, DateOrder::kMonthFirst);
  if (!time && type == FieldType::kDayFirst) time = parse_local_time(text, DateOrder::kDayFirst);
  if (!time) return bad(RejectReason::kBadTime);
  return {time->micros, {}};
}

FieldResult read_epoch(std::string_view text, std::int64_t micros_per_unit) {
  constexpr std::int64_t kYear1 = -62'135'596'800 * kMicrosPerSecond;
  constexpr std::int64_t kYear9999 = 253'402'300'799 * kMicrosPerSecond;
  const auto count = parse_int(without_zero_fraction(text));
  if (!count || *count < kYear1 / micros_per_unit || *count > kYear9999 / micros_per_unit)
    return bad(RejectReason::kBadTime);
  return {*count * micros_per_unit, {}};
}

FieldResult read_typed(FieldType type, std::string_view text, std::string& kept) {
  switch (type) {
    case FieldType::kText:
      return read_text(text, kept);
    case FieldType::kId:
      return read_text(without_zero_fraction(text), kept);
    case FieldType::kInteger:
      return read_integer(text);
    case FieldType::kNumber:
      return read_number(text);
    case FieldType::kDecimalComma:
      return read_number(with_decimal_point(text));
    case FieldType::kQuantity:
      return read_quantity(text);
    case FieldType::kQuantityDecimalComma:
      return read_quantity(with_decimal_point(text));
    case FieldType::kReal: {
      const auto value = parse_double(text);
      return value ? FieldResult{*value, {}} : bad(RejectReason::kBadNumber);
    }
    case FieldType::kBoolean:
      return read_boolean(text);
    case FieldType::kTime:
    case FieldType::kMonthFirst:
    case FieldType::kDayFirst:
      return read_time(type, text);
    case FieldType::kEpochSeconds:
      return read_epoch(text, kMicrosPerSecond);
    case FieldType::kEpochMillis:
      return read_epoch(text, 1000);
    case FieldType::kEpochMicros:
      return read_epoch(text, 1);
  }
  throw Bug("field: unknown type");
}

// Numbers and separators of "12/1/2010 8:26:30", one after the other.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}
  std::optional<int> number(std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    while (count < text_.size() && count < most && is_digit(text_[count]))
      value = value * 10 + (text_[count++] - '0');
    text_.remove_prefix(count);
    return count > 0 ? std::optional(value) : std::nullopt;
  }
  char take(std::string_view any) {
    if (text_.empty() || any.find(text_.front()) == std::string_view::npos) return '\0';
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace

std::string_view sql_type(FieldType type) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kId:
      return "VARCHAR";
    case FieldType::kInteger:
      return "BIGINT";
    case FieldType::kNumber:
    case FieldType::kDecimalComma:
      return "DECIMAL(18, 6)";
    case FieldType::kQuantity:
    case FieldType::kQuantityDecimalComma:
      return "DECIMAL(12, 3)";
    case FieldType::kReal:
      return "DOUBLE";
    case FieldType::kBoolean:
      return "BOOLEAN";
    default:
      return "TIMESTAMP";
  }
}

FieldResult read_field(FieldType type, std::string_view text, std::string& kept) {
  text = trim(text);
  if (text.empty()) return {};
  FieldResult result = read_typed(type, text, kept);
  if (result.defect && text.find(kNul) != std::string_view::npos)
    result.defect = RejectReason::kNulByte;
  return result;
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  std::size_t at = !text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0;
  std::int64_t value = 0;
  int places = -1;  // -1 before the point
  bool any = false;
  bool round_up = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && places < 0) {
      places = 0;
    } else if (is_digit(c)) {
      any = true;
      if (places == 6) {
        round_up = c >= '5';
        ++places;
      } else if (places < 6) {
        if (value > kLargestDecimal / 10) return std::nullopt;
        value = value * 10 + (c - '0');
        if (places >= 0) ++places;
      }
    } else if ((c == 'e' || c == 'E') && any) {
      const auto real = parse_double(text);
      if (!real || std::abs(*real) * kScale > 9e17) return std::nullopt;
      return std::llround(*real * kScale);
    } else {
      return std::nullopt;
    }
  }
  if (!any) return std::nullopt;
  for (int i = std::max(places, 0); i < 6; ++i) {
    if (value > kLargestDecimal / 10) return std::nullopt;
    value *= 10;
  }
  if (round_up) ++value;
  if (value > kLargestDecimal) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Time> parse_local_time(std::string_view text, DateOrder order) {
  Digits digits(text);
  const auto first = digits.number(2);
  const char separator = digits.take("/-.");
  const auto second = digits.number(2);
  if (!first || separator == '\0' || !second || digits.take({&separator, 1}) == '\0')
    return std::nullopt;
  auto year = digits.number(4);
  if (!year) return std::nullopt;
  if (*year < 100) *year += *year < 70 ? 2000 : 1900;
  const bool month_first = order == DateOrder::kMonthFirst;
  const CivilDate date{*year, month_first ? *first : *second, month_first ? *second : *first};
  if (!is_valid(date)) return std::nullopt;
  Time time = to_time(to_day(date));
  if (digits.done()) return time;
  if (digits.take(" T") == '\0') return std::nullopt;
  const auto hour = digits.number(2);
  if (!hour || *hour > 23 || digits.take(":.") == '\0') return std::nullopt;
  const auto minute = digits.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  int seconds = 0;
  if (digits.take(":.") != '\0') {
    const auto read = digits.number(2);
    if (!read || *read > 59) return std::nullopt;
    seconds = *read;
  }
  if (!digits.done()) return std::nullopt;
  time.micros += ((*hour * 60 + *minute) * 60 + seconds) * kMicrosPerSecond;
  return time;
}

}  // namespace perennial::store
