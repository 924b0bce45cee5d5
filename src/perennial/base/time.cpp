#include "perennial/base/time.h"

#include <fmt/format.h>

#include <cmath>

#include "perennial/base/error.h"

namespace perennial {
namespace {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Reads fixed-width numbers and single characters from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = text_[i];
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }

  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  bool at_digit() const { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

std::optional<Day> read_day(Cursor& cursor) {
  const auto year = cursor.digits(4);
  const bool dashes = cursor.take('-');
  const auto month = cursor.digits(2);
  if (!year || !month || (dashes && !cursor.take('-'))) return std::nullopt;
  const auto day = cursor.digits(2);
  if (!day) return std::nullopt;
  const CivilDate date{*year, *month, *day};
  if (!is_valid(date)) return std::nullopt;
  return to_day(date);
}

// "12:50", "12:50:01", "12:50:01.5": microseconds of the day.
std::optional<std::int64_t> read_clock(Cursor& cursor) {
  const auto hour = cursor.digits(2);
  if (!hour || *hour > 23 || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t micros = (std::int64_t{*hour} * 60 + *minute) * 60 * kMicrosPerSecond;
  if (!cursor.take(':')) return micros;
  const auto second = cursor.digits(2);
  if (!second || *second > 59) return std::nullopt;
  micros += *second * kMicrosPerSecond;
  if (!cursor.take('.') && !cursor.take(',')) return micros;
  if (!cursor.at_digit()) return std::nullopt;
  std::int64_t scale = 100'000;
  for (auto digit = cursor.digits(1); digit; digit = cursor.digits(1)) {
    micros += *digit * scale;
    scale /= 10;
  }
  return micros;
}

// "Z", " UTC", "+08:00", "-0330", "+08" or nothing: microseconds to subtract.
std::optional<std::int64_t> read_offset(Cursor& cursor) {
  if (cursor.done() || cursor.take('Z') || cursor.take('z') || cursor.take(" UTC")) return 0;
  const bool east = cursor.take('+');
  if (!east && !cursor.take('-')) return std::nullopt;
  const auto hour = cursor.digits(2);
  if (!hour || *hour > 23) return std::nullopt;
  int minutes = 0;
  if (cursor.take(':') || cursor.at_digit()) {
    const auto read = cursor.digits(2);
    if (!read || *read > 59) return std::nullopt;
    minutes = *read;
  }
  const std::int64_t micros = (std::int64_t{*hour} * 60 + minutes) * 60 * kMicrosPerSecond;
  return east ? micros : -micros;
}

}  // namespace

bool is_valid(CivilDate date) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1)
    return false;
  const int extra = date.month == 2 && is_leap(date.year) ? 1 : 0;
  return date.day <= kDays[date.month - 1] + extra;
}

Day to_day(CivilDate date) {
  CHECK(is_valid(date));
  const int year = date.month <= 2 ? date.year - 1 : date.year;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
  const int day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {era * 146097 + day_of_era - 719468};
}

CivilDate to_civil(Day day) {
  const int shifted = day.days + 719468;
  const int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int day_of_era = shifted - era * 146097;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

int weekday(Day day) {
  const int remainder = (day.days + 3) % 7;  // 1970-01-01 was a Thursday
  return remainder < 0 ? remainder + 7 : remainder;
}

Day month_start(Day day) {
  CivilDate date = to_civil(day);
  date.day = 1;
  return to_day(date);
}

Day next_month_start(Day day) { return month_start(month_start(day) + 31); }

Day to_day(Time time) { return {static_cast<std::int32_t>(floor_div(time.micros, kMicrosPerDay))}; }

Time to_time(Day day) { return {day.days * kMicrosPerDay}; }

std::optional<Day> parse_day(std::string_view text) {
  Cursor cursor(text);
  const auto day = read_day(cursor);
  return day && cursor.done() ? day : std::nullopt;
}

std::optional<Time> parse_time(std::string_view text) {
  Cursor cursor(text);
  const auto day = read_day(cursor);
  if (!day) return std::nullopt;
  Time time = to_time(*day);
  if (cursor.done()) return time;
  if (!cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) return std::nullopt;
  const auto clock = read_clock(cursor);
  if (!clock) return std::nullopt;
  const auto offset = read_offset(cursor);
  if (!offset || !cursor.done()) return std::nullopt;
  time.micros += *clock - *offset;
  return time;
}

std::string format_day(Day day) {
  const CivilDate date = to_civil(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string format_time(Time time) {
  const Day day = to_day(time);
  const std::int64_t rest = time.micros - to_time(day).micros;
  const std::int64_t seconds = rest / kMicrosPerSecond;
  const std::int64_t micros = rest % kMicrosPerSecond;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_day(day), seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  if (micros != 0) text += fmt::format(".{:06}", micros);
  return text + "Z";
}

std::string format_duration(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace perennial
