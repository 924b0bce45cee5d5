#include "perennial/report/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "perennial/base/text.h"

namespace perennial::report {
namespace {

constexpr std::string_view kNarrowGap = "\xC2\xA0";  // no line break inside a figure
constexpr double kShortFrom = 1e7;
constexpr std::string_view kMinus = "\xE2\x88\x92";

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Symbol {
  std::string_view code, text;
};
constexpr std::array<Symbol, 9> kSymbols = {{{"USD", "$"},
                                             {"EUR", "€"},
                                             {"GBP", "£"},
                                             {"CNY", "¥"},
                                             {"JPY", "¥"},
                                             {"INR", "₹"},
                                             {"KRW", "₩"},
                                             {"BRL", "R$"},
                                             {"XXX", ""}}};

// Groups the whole part of digits that fmt wrote; a minus becomes the typographic one, and "-0.00" loses it.
std::string with_groups(const std::string& digits) {
  const bool negative = digits.front() == '-';
  const std::string plain = digits.substr(negative ? 1 : 0);
  const std::size_t point = plain.find('.');
  std::string whole = plain.substr(0, point);
  for (std::size_t i = whole.size(); i > 3; i -= 3) whole.insert(i - 3, ",");
  if (point != std::string::npos) whole += plain.substr(point);
  const bool zero = plain.find_first_not_of("0.") == std::string::npos;
  return negative && !zero ? std::string(kMinus) + whole : whole;
}

std::string fixed(double x, int digits) { return with_groups(fmt::format("{:.{}f}", x, digits)); }

std::string with_sign_before(const std::string& number, const std::string& symbol) {
  if (number.starts_with(kMinus)) {
    return std::string(kMinus) + symbol + number.substr(kMinus.size());
  }
  return symbol + number;
}

}  // namespace

std::string NumberFormat::decimal(double x, int digits) const {
  return std::isfinite(x) ? fixed(x, digits) : std::string(kDash);
}

std::string NumberFormat::shortened(double x) const {
  const double size = std::fabs(x);
  if (language_ == Language::kChinese) {
    return size < 1e8 ? fixed(x / 1e4, 0) + "万" : fixed(x / 1e8, size < 1e10 ? 2 : 0) + "亿";
  }
  const bool billions = size >= 1e9;
  const double scaled = x / (billions ? 1e9 : 1e6);
  return fixed(scaled, std::fabs(scaled) < 100 ? 1 : 0) + std::string(kNarrowGap) +
         (billions ? "billion" : "million");
}

std::string NumberFormat::count(double n) const {
  if (!std::isfinite(n)) return std::string(kDash);
  return std::fabs(n) < kShortFrom ? fixed(n, 0) : shortened(n);
}

std::string NumberFormat::significant(double x) const {
  if (!std::isfinite(x)) return std::string(kDash);
  const double size = std::fabs(x);
  if (size >= 100 || size == 0) return count(x);
  return fixed(x, size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

std::string NumberFormat::signed_decimal(double x, int digits) const {
  return x > 0 ? "+" + decimal(x, digits) : decimal(x, digits);
}

std::string NumberFormat::percent(double share) const {
  if (!std::isfinite(share)) return std::string(kDash);
  const double value = share * 100;
  const double size = std::fabs(value);
  const std::string sign = language_ == Language::kChinese ? "%" : std::string(kNarrowGap) + "%";
  if (size > 0 && size < 0.05) return "<0.1" + sign;  // 0.0 % would read as none
  if (size > 99.95 && size < 100) return ">99.9" + sign;
  const bool near_all = size >= 99 && size < 100;  // 99.7 % must not read as all
  const std::string number = fixed(value, (size > 0 && size < 9.95) || near_all ? 1 : 0);
  return number + sign;
}

std::string NumberFormat::amount(double amount) const {
  if (!std::isfinite(amount)) return std::string(kDash);
  const double size = std::fabs(amount);
  if (size >= kShortFrom) return shortened(amount);
  return fixed(amount, size >= 99.995 || size == 0 ? 0
                       : currency_ == Currency()   ? 2
                                                   : currency_.digits());
}

std::string NumberFormat::money(double amount) const {
  return with_sign_before(this->amount(amount), currency_symbol());
}

template <typename Write>
std::string NumberFormat::range(const Estimate& estimate, Write write) const {
  if (!estimate.interval) return "";
  const Interval& bounds = *estimate.interval;
  // Both bounds in one scale: "9.8 million to 12.3 million", never "9,812,345 to 12.3 million".
  const bool is_short = std::max(std::fabs(bounds.low), std::fabs(bounds.high)) >= kShortFrom;
  const char* to = language_ == Language::kChinese ? "至" : "to";
  return fmt::format("{} {} {}", write(bounds.low, is_short), to, write(bounds.high, is_short));
}

std::string NumberFormat::with_level(const Estimate& estimate, const std::string& range) const {
  if (!estimate.interval) return "";
  const std::string level = percent(estimate.interval->level);
  return language_ == Language::kChinese ? fmt::format("（{} 区间：{}）", level, range)
                                         : fmt::format("({}: {})", level, range);
}

std::string NumberFormat::count_interval(const Estimate& estimate) const {
  return with_level(estimate, range(estimate, [&](double x, bool is_short) {
                      return is_short && std::isfinite(x) ? shortened(x) : count(x);
                    }));
}
std::string NumberFormat::money_interval(const Estimate& estimate) const {
  return with_level(estimate, range(estimate, [&](double x, bool is_short) {
                      return is_short && std::isfinite(x)
                                 ? with_sign_before(shortened(x), currency_symbol())
                                 : money(x);
                    }));
}
std::string NumberFormat::amount_range(const Estimate& estimate) const {
  return range(estimate, [&](double x, bool is_short) {
    return is_short && std::isfinite(x) ? shortened(x) : amount(x);
  });
}
std::string NumberFormat::decimal_range(const Estimate& estimate, int digits) const {
  return range(estimate, [&](double x, bool) { return decimal(x, digits); });
}
std::string NumberFormat::percent_range(const Estimate& estimate) const {
  return range(estimate, [&](double x, bool) { return percent(x); });
}

std::string NumberFormat::day(Day day) const {
  const CivilDate date = to_civil(day);
  if (language_ == Language::kChinese) {
    return fmt::format("{}年{}月{}日", date.year, date.month, date.day);
  }
  return fmt::format("{}{}{}{}{}", date.day, kNarrowGap,
                     kMonths[static_cast<std::size_t>(date.month - 1)], kNarrowGap, date.year);
}

std::string NumberFormat::month(Day month) const {
  const CivilDate date = to_civil(month);
  if (language_ == Language::kChinese) return fmt::format("{}年{}月", date.year, date.month);
  return fmt::format("{}{}{}", kMonths[static_cast<std::size_t>(date.month - 1)], kNarrowGap,
                     date.year);
}

std::string NumberFormat::short_month(Day month) const {
  const CivilDate date = to_civil(month);
  if (language_ == Language::kChinese) return fmt::format("{}-{:02}", date.year, date.month);
  return fmt::format("{}{}{:02}", kMonths[static_cast<std::size_t>(date.month - 1)], kNarrowGap,
                     date.year % 100);
}

std::string NumberFormat::time(Time time) const {
  const Day date = to_day(time);
  const std::int64_t minutes = (time.micros - to_time(date).micros) / kMicrosPerSecond / 60;
  return fmt::format("{} {:02}:{:02} UTC", day(date), minutes / 60, minutes % 60);
}

std::string NumberFormat::currency_symbol() const {
  for (const Symbol& symbol : kSymbols) {
    if (symbol.code == currency_.code()) return std::string(symbol.text);
  }
  return std::string(currency_.code()) + std::string(kNarrowGap);
}

std::string NumberFormat::currency_name() const {
  return currency_ == Currency() ? "" : std::string(currency_.code());
}

}  // namespace perennial::report
