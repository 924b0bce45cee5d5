#include "perennial/store/import/field.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace perennial::store {
namespace {

// The value as text, or the reason in brackets.
std::string shown(FieldType type, std::string_view text) {
  std::string kept;
  const FieldResult result = read_field(type, text, kept);
  if (result.defect) return fmt::format("<{}>", name(*result.defect));
  if (const auto* view = std::get_if<std::string_view>(&result.value)) return std::string(*view);
  if (const auto* number = std::get_if<std::int64_t>(&result.value))
    return sql_type(type) == "TIMESTAMP" ? format_time(Time{*number}) : std::to_string(*number);
  if (const auto* real = std::get_if<double>(&result.value)) return fmt::format("{}", *real);
  if (const auto* boolean = std::get_if<bool>(&result.value)) return *boolean ? "true" : "false";
  return "NULL";
}

TEST(Field, ReadsExactDecimals) {
  EXPECT_EQ(shown(FieldType::kNumber, " 2.55 "), "2550000");
  EXPECT_EQ(shown(FieldType::kNumber, "-0.0000005"), "-1");
  EXPECT_EQ(shown(FieldType::kNumber, "0.0000004999"), "0");
  EXPECT_EQ(shown(FieldType::kNumber, "+.5"), "500000");
  EXPECT_EQ(shown(FieldType::kNumber, "5."), "5000000");
  EXPECT_EQ(shown(FieldType::kNumber, "8.47457627118644e-05"), "85");
  EXPECT_EQ(shown(FieldType::kNumber, "999999999999.999999"), "999999999999999999");
  EXPECT_EQ(shown(FieldType::kNumber, "1000000000000"), "<out_of_range>");
  EXPECT_EQ(shown(FieldType::kNumber, "1e300"), "<out_of_range>");
  EXPECT_EQ(shown(FieldType::kNumber, "1,5"), "<bad_number>");
  EXPECT_EQ(shown(FieldType::kNumber, "."), "<bad_number>");
  EXPECT_EQ(shown(FieldType::kNumber, "NaN"), "<bad_number>");
  EXPECT_EQ(shown(FieldType::kDecimalComma, "1.234,56"), "1234560000");
  EXPECT_EQ(shown(FieldType::kQuantity, "1.0005"), "1001");
  EXPECT_EQ(shown(FieldType::kQuantity, "1e9"), "<out_of_range>");
  EXPECT_EQ(shown(FieldType::kInteger, "15.0"), "15");
  EXPECT_EQ(shown(FieldType::kInteger, "15.5"), "<bad_number>");
  EXPECT_EQ(shown(FieldType::kInteger, "9223372036854775807"), "9223372036854775807");
}

TEST(Field, ReadsIdsThatWereNumbers) {
  EXPECT_EQ(shown(FieldType::kId, "17850.0"), "17850");
  EXPECT_EQ(shown(FieldType::kId, "0108775015"), "0108775015");
  EXPECT_EQ(shown(FieldType::kId, "v1.0"), "v1.0");
  EXPECT_EQ(shown(FieldType::kId, "1.50"), "1.50");
  EXPECT_EQ(shown(FieldType::kText, "17850.0"), "17850.0");
}

TEST(Field, ReadsTimesInTheOrderThatIsNamed) {
  EXPECT_EQ(shown(FieldType::kTime, "2019-10-01 00:00:00 UTC"), "2019-10-01T00:00:00Z");
  EXPECT_EQ(shown(FieldType::kTime, "19970101"), "1997-01-01T00:00:00Z");
  EXPECT_EQ(shown(FieldType::kTime, "12/1/2010 8:26"), "<bad_time>");
  EXPECT_EQ(shown(FieldType::kMonthFirst, "12/1/2010 8:26"), "2010-12-01T08:26:00Z");
  EXPECT_EQ(shown(FieldType::kDayFirst, "12/1/2010 8:26"), "2010-01-12T08:26:00Z");
  EXPECT_EQ(shown(FieldType::kDayFirst, "31.12.99"), "1999-12-31T00:00:00Z");
  EXPECT_EQ(shown(FieldType::kMonthFirst, "13/1/2010"), "<bad_time>");
  EXPECT_EQ(shown(FieldType::kMonthFirst, "2/30/2010"), "<bad_time>");
  EXPECT_EQ(shown(FieldType::kMonthFirst, "1/1-2010"), "<bad_time>");
  EXPECT_EQ(shown(FieldType::kEpochMillis, "1433221332117"), "2015-06-02T05:02:12.117000Z");
  EXPECT_EQ(shown(FieldType::kEpochSeconds, "99999999999999"), "<bad_time>");
}

TEST(Field, TellsWhyATextIsNotTaken) {
  using namespace std::string_view_literals;
  EXPECT_EQ(shown(FieldType::kText, "  "), "NULL");
  EXPECT_EQ(shown(FieldType::kText, "a\0b"sv), "<nul_byte>");
  EXPECT_EQ(shown(FieldType::kNumber, "1\0"sv), "<nul_byte>");
  EXPECT_EQ(shown(FieldType::kText, "caf\xE9"), "café");
  EXPECT_EQ(shown(FieldType::kText, std::string((1 << 20) + 1, 'x')), "<field_too_long>");
  EXPECT_EQ(shown(FieldType::kBoolean, "Yes"), "true");
  EXPECT_EQ(shown(FieldType::kBoolean, "maybe"), "<bad_boolean>");
}

RC_GTEST_PROP(Field, DecimalsComeBackFromTheirText, ()) {
  const auto value =
      *rc::gen::inRange<std::int64_t>(-999'999'999'999'999'999, 999'999'999'999'999'999);
  const std::int64_t magnitude = value < 0 ? -value : value;
  const std::string text =
      fmt::format("{}{}.{:06}", value < 0 ? "-" : "", magnitude / 1'000'000, magnitude % 1'000'000);
  RC_ASSERT(parse_decimal(text) == value);
}

}  // namespace
}  // namespace perennial::store
