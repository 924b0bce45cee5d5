// Numbers, dates and intervals as a reader of the report's language writes them.
//
// Digits   counts whole; money whole from 100 on, with the currency's decimals below; shares one decimal below 10 %;
//          figures from ten million on are shortened (12.3 million, 1,230 万)
// Absent   what is not finite is written as kDash
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "perennial/base/money.h"
#include "perennial/base/time.h"
#include "perennial/report/data.h"
#include "perennial/report/language.h"

namespace perennial::report {

inline constexpr std::string_view kDash = "\xE2\x80\x93";

class NumberFormat {
 public:
  NumberFormat(Language language, Currency currency) : language_(language), currency_(currency) {}

  std::string count(double n) const;                // 1,234
  std::string decimal(double x, int digits) const;  // 1,234.50
  std::string significant(double x) const;          // three significant digits: 0.123, 12.3, 1,234
  std::string signed_decimal(double x, int digits) const;  // +0.123; the sign always shown
  std::string percent(double share) const;                 // 0.524 -> "52 %", zh "52%"
  std::string money(double amount) const;                  // £1,234
  std::string amount(
      double amount) const;  // the same without currency, for tables that name it once

  // "(80 %: 900 to 1,600)" beside a value that `one` writes; "" without an interval.
  std::string count_interval(const Estimate& estimate) const;
  std::string money_interval(const Estimate& estimate) const;
  // "900 to 1,600" for tables, whose note names the level once.
  std::string amount_range(const Estimate& estimate) const;
  std::string decimal_range(const Estimate& estimate, int digits) const;
  std::string percent_range(const Estimate& estimate) const;

  std::string day(Day day) const;            // 9 Dec 2011, 2011年12月9日
  std::string month(Day month) const;        // Dec 2011, 2011年12月
  std::string short_month(Day month) const;  // Dec 11, 11-12: for axes
  std::string time(Time time) const;         // 9 Dec 2011, 12:50 UTC

  std::string currency_symbol() const;  // "£", "CHF ", "" for XXX: stands before the amount
  std::string currency_name() const;    // "GBP", "" for XXX
  Language language() const { return language_; }
  Currency currency() const { return currency_; }

 private:
  template <typename Write>
  std::string range(const Estimate& estimate, Write write) const;
  std::string with_level(const Estimate& estimate, const std::string& range) const;
  std::string shortened(double x) const;

  Language language_;
  Currency currency_;
};

}  // namespace perennial::report
