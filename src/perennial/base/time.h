// Civil time: instants in UTC microseconds and days, ISO 8601 in and out.
//
// Units    Time counts microseconds since 1970-01-01T00:00:00Z; Day counts days since 1970-01-01 (both proleptic
//          Gregorian, no leap seconds). A local time without offset is taken as UTC.
// Range    years 0001 to 9999; anything else is not parsed
// Source   days_from_civil and its inverse: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perennial {

struct Day {
  std::int32_t days = 0;
  auto operator<=>(const Day&) const = default;
};
inline Day operator+(Day day, std::int32_t days) { return {day.days + days}; }
inline std::int32_t operator-(Day a, Day b) { return a.days - b.days; }

struct Time {
  std::int64_t micros = 0;
  auto operator<=>(const Time&) const = default;
};

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

struct CivilDate {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  auto operator<=>(const CivilDate&) const = default;
};

Day to_day(CivilDate date);  // REQUIRES: a date that exists
CivilDate to_civil(Day day);
bool is_valid(CivilDate date);
int weekday(Day day);  // 0 Monday .. 6 Sunday
Day month_start(Day day);
Day next_month_start(Day day);

Day to_day(Time time);  // the UTC day that holds the instant
Time to_time(Day day);  // midnight UTC

// "2011-12-09", "20111209". Nothing for anything else, impossible dates included.
std::optional<Day> parse_day(std::string_view text);

// ISO 8601 with date and optional time ("2011-12-09T12:50:00.123456Z", space for T, offset "+08:00", "+0800" or
// " UTC"); fractions beyond microseconds are cut. Nothing for anything else.
std::optional<Time> parse_time(std::string_view text);

std::string format_day(Day day);              // 2011-12-09
std::string format_time(Time time);           // 2011-12-09T12:50:00Z, with .123456 where not whole
std::string format_duration(double seconds);  // "0.8 s", "2 min 05 s", "1 h 12 min"

}  // namespace perennial
