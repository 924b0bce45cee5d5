#include "perennial/base/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial {
namespace {

// Active ISO 4217 codes by number of minor digits; sorted within each text.
constexpr std::string_view kTwoDigits =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG";
constexpr std::string_view kNoDigits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF XXX";
constexpr std::string_view kThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

bool lists(std::string_view codes, std::string_view code) {
  for (std::size_t i = 0; i + 3 <= codes.size(); i += 4) {
    if (codes.substr(i, 3) == code) return true;
  }
  return false;
}

std::int64_t checked(bool overflowed, std::int64_t value, Money a, Money b) {
  if (overflowed)
    fail(ErrorKind::kBadInput, "money: {} and {} go beyond 64 bits", a.format(), b.format());
  return value;
}

}  // namespace

std::optional<Currency> Currency::find(std::string_view code) {
  if (code.size() != 3) return std::nullopt;
  Currency currency;
  std::transform(code.begin(), code.end(), currency.code_, [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (lists(kTwoDigits, currency.code())) {
    currency.digits_ = 2;
  } else if (lists(kThreeDigits, currency.code())) {
    currency.digits_ = 3;
  } else if (!lists(kNoDigits, currency.code())) {
    return std::nullopt;
  }
  return currency;
}

Currency::Currency(std::string_view code) {
  const auto found = find(code);
  if (!found)
    fail(ErrorKind::kInvalidArgument, "currency \"{}\" is not an ISO 4217 code such as EUR", code);
  *this = *found;
}

std::int64_t Currency::minor_per_major() const {
  static constexpr std::array<std::int64_t, 4> kPowers = {1, 10, 100, 1000};
  return kPowers[static_cast<std::size_t>(digits())];
}

double Money::major() const {
  return static_cast<double>(minor) / static_cast<double>(currency.minor_per_major());
}

std::string Money::format() const {
  const std::int64_t unit = currency.minor_per_major();
  const auto magnitude =
      minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  std::string whole = fmt::format("{}", magnitude / static_cast<std::uint64_t>(unit));
  for (std::size_t i = whole.size(); i > 3; i -= 3) whole.insert(i - 3, ",");
  std::string text = (minor < 0 ? "-" : "") + whole;
  if (currency.digits() > 0) {
    text += fmt::format(".{:0{}}", magnitude % static_cast<std::uint64_t>(unit), currency.digits());
  }
  return text + " " + std::string(currency.code());
}

Money operator+(Money a, Money b) {
  CHECK(a.currency == b.currency);
  std::int64_t sum = 0;
  const bool overflowed = __builtin_add_overflow(a.minor, b.minor, &sum);
  return {checked(overflowed, sum, a, b), a.currency};
}

Money operator-(Money a, Money b) {
  CHECK(a.currency == b.currency);
  std::int64_t difference = 0;
  const bool overflowed = __builtin_sub_overflow(a.minor, b.minor, &difference);
  return {checked(overflowed, difference, a, b), a.currency};
}

Money operator*(Money a, std::int64_t quantity) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a.minor, quantity, &product)) {
    fail(ErrorKind::kBadInput, "money: {} times {} goes beyond 64 bits", a.format(), quantity);
  }
  return {product, a.currency};
}

Money round_to_money(double major, Currency currency) {
  const double minor = std::round(major * static_cast<double>(currency.minor_per_major()));
  if (!(std::abs(minor) < 9.2e18))
    fail(ErrorKind::kBadInput, "money: {} {} cannot be held", major, currency.code());
  return {static_cast<std::int64_t>(minor), currency};
}

}  // namespace perennial
