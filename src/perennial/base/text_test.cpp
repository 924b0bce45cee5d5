#include "perennial/base/text.h"

#include <gtest/gtest.h>

namespace perennial {
namespace {

TEST(Text, ParsesWholeNumbersOnly) {
  EXPECT_EQ(parse_double(" 12.5 "), 12.5);
  EXPECT_EQ(parse_double("+3"), 3.0);
  EXPECT_EQ(parse_double("1e3"), 1000.0);
  for (const char* bad : {"", " ", "12x", "nan", "inf", "1e999", "+-3", "1,5"})
    EXPECT_FALSE(parse_double(bad)) << bad;
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_FALSE(parse_int("99999999999999999999"));
  EXPECT_FALSE(parse_int("1.0"));
}

TEST(Text, JudgesUtf8) {
  EXPECT_TRUE(is_valid_utf8("caf\xC3\xA9 \xE5\xBA\x97 \xF0\x9F\x8E\x81"));
  for (const char* bad : {"\xC0\xAF", "\xED\xA0\x80", "\xE9", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
}

TEST(Text, ReadsWindows1252WhereUtf8Fails) {
  EXPECT_EQ(to_utf8("caf\xE9"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("\x80"
                    "5"),
            "\xE2\x82\xAC"
            "5");
  EXPECT_EQ(to_utf8("caf\xC3\xA9"), "caf\xC3\xA9");
}

TEST(Text, SplitsAndTrims) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(trim("\t a b \r\n"), "a b");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(escape_html("<a & 'b'>"), "&lt;a &amp; &#39;b&#39;&gt;");
  EXPECT_EQ(quote_sql("it's"), "'it''s'");
}

}  // namespace
}  // namespace perennial
