// Money: an exact amount in the minor unit of an ISO 4217 currency.
//
// Units    minor units (cents, pence, fen; whole yen), as the currency has them
// Errors   adding two currencies is a Bug; an unknown code is kInvalidArgument; a sum beyond 64 bits is kBadInput
// Source   ISO 4217 active codes and minor-unit digits
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perennial {

class Currency {
 public:
  Currency() = default;                      // "XXX", no currency
  explicit Currency(std::string_view code);  // throws kInvalidArgument for an unknown code
  static std::optional<Currency> find(std::string_view code);  // any letter case

  std::string_view code() const { return {code_, 3}; }
  int digits() const { return digits_; }  // 2 for EUR, 0 for JPY, 3 for KWD
  std::int64_t minor_per_major() const;
  bool operator==(const Currency&) const = default;

 private:
  char code_[3] = {'X', 'X', 'X'};
  std::int8_t digits_ = 0;
};

struct Money {
  std::int64_t minor = 0;
  Currency currency;

  double major() const;        // 12.34 for 1234 minor EUR; for models and charts
  std::string format() const;  // "1,234.50 GBP"
  bool operator==(const Money&) const = default;
};

Money operator+(Money a, Money b);
Money operator-(Money a, Money b);
Money operator*(Money a, std::int64_t quantity);
Money round_to_money(
    double major,
    Currency currency);  // half away from zero; kBadInput when not finite or too large

}  // namespace perennial
