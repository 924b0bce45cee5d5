#include "perennial/base/money.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "perennial/base/error.h"

namespace perennial {
namespace {

TEST(Currency, KnowsMinorDigits) {
  EXPECT_EQ(Currency("GBP").digits(), 2);
  EXPECT_EQ(Currency("jpy").digits(), 0);
  EXPECT_EQ(Currency("KWD").minor_per_major(), 1000);
  EXPECT_EQ(Currency("cny").code(), "CNY");
  for (const char* bad : {"", "EURO", "ABC", "E R", "   "})
    EXPECT_FALSE(Currency::find(bad)) << bad;
  EXPECT_THROW(Currency("ABC"), Error);
}

TEST(Money, FormatsWithSeparatorsAndSign) {
  EXPECT_EQ((Money{123450, Currency("GBP")}).format(), "1,234.50 GBP");
  EXPECT_EQ((Money{-5, Currency("EUR")}).format(), "-0.05 EUR");
  EXPECT_EQ((Money{1234567, Currency("JPY")}).format(), "1,234,567 JPY");
  EXPECT_EQ((Money{std::numeric_limits<std::int64_t>::min(), Currency("JPY")}).format(),
            "-9,223,372,036,854,775,808 JPY");
}

TEST(Money, AddsExactlyOrRefuses) {
  const Currency euro("EUR");
  EXPECT_EQ((Money{10, euro} + Money{20, euro}).minor, 30);
  EXPECT_THROW((Money{std::numeric_limits<std::int64_t>::max(), euro} + Money{1, euro}), Error);
  EXPECT_THROW((Money{1, euro} + Money{1, Currency("USD")}), Bug);
  EXPECT_THROW((Money{std::numeric_limits<std::int64_t>::max(), euro} * 2), Error);
}

TEST(Money, RoundsBackToItself) {
  EXPECT_TRUE(rc::check("minor -> major -> minor", [](std::int32_t minor) {
    const Money money{minor, Currency("USD")};
    RC_ASSERT(round_to_money(money.major(), money.currency) == money);
  }));
  EXPECT_THROW(round_to_money(std::numeric_limits<double>::quiet_NaN(), Currency("USD")), Error);
  EXPECT_THROW(round_to_money(1e300, Currency("USD")), Error);
}

}  // namespace
}  // namespace perennial
