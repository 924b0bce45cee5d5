// From the text of a field to a typed value, or the reason why not.
//
// Numbers  exact decimals of 6 places (scaled integers), rounded half away from zero; "1e-3" is taken too
// Times    ISO 8601 everywhere; "12/1/2010 8:26" where the format says month or day first; epoch counts where it
//          says so. Years 0001 to 9999
// Text     trimmed; empty is NULL; bytes that are not UTF-8 are read as Windows-1252, field by field
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/store/import/reasons.h"

namespace perennial::store {

enum class FieldType {
  kText,
  kId,            // text; "17850.0" is 17850
  kInteger,       // BIGINT; "3.0" is 3
  kNumber,        // DECIMAL(18, 6)
  kDecimalComma,  // the same, written 1.234,56
  kQuantity,      // DECIMAL(12, 3)
  kQuantityDecimalComma,
  kReal,        // DOUBLE
  kBoolean,     // true, false, yes, no, 1, 0
  kTime,        // ISO 8601, or yyyymmdd
  kMonthFirst,  // ISO 8601, or 12/31/2010 8:26
  kDayFirst,    // ISO 8601, or 31/12/2010 8:26 (also with - or .)
  kEpochSeconds,
  kEpochMillis,
  kEpochMicros,
};

// Facts are not older than this: an earlier time is a typing error or an empty field of another system. A birthday may be.
inline constexpr Time kEarliestTime{0};

enum class Need {
  kOptional,  // the column may be absent
  kColumn,    // the column is part of the format; a value may be empty
  kValue,     // every row has a value, or it is rejected
};

struct Field {
  std::string column;  // in the raw table
  FieldType type = FieldType::kText;
  Need need = Need::kOptional;
  std::string header = {};                   // in the file; empty: the same as `column`
  std::optional<std::string> constant = {};  // what a column that no file has is taken to hold
};

// How the raw column is declared: VARCHAR, BIGINT, DECIMAL(18, 6), DECIMAL(12, 3), DOUBLE, BOOLEAN or TIMESTAMP.
std::string_view sql_type(FieldType type);

// VARCHAR gives a view (into `text`, or into `kept` where bytes had to be rewritten); BIGINT, DECIMAL and TIMESTAMP an
// int64_t; monostate is NULL.
using FieldValue = std::variant<std::monostate, std::string_view, std::int64_t, double, bool>;
struct FieldResult {
  FieldValue value;
  std::optional<RejectReason> defect;
  bool recoded = false;  // was not UTF-8
};
FieldResult read_field(FieldType type, std::string_view text, std::string& kept);

// "-12.5" to -12500000: thousandths of thousandths; half away from zero beyond.
std::optional<std::int64_t> parse_decimal(std::string_view text);

// "12/1/2010 8:26", "1.12.2010", "1-12-2010 08:26:30" in the order that is asked for.
enum class DateOrder { kMonthFirst, kDayFirst };
std::optional<Time> parse_local_time(std::string_view text, DateOrder order);

}  // namespace perennial::store
