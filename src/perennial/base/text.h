// Small text tools: trimming, splitting, numbers, UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perennial {

std::string_view trim(std::string_view text);  // ASCII white space at both ends
std::vector<std::string_view> split(std::string_view text, char separator);
std::string to_lower_ascii(std::string_view text);

// The whole text as a number, surrounding white space apart; nothing for "", "12x", overflow or NaN.
std::optional<double> parse_double(std::string_view text);
std::optional<std::int64_t> parse_int(std::string_view text);

bool is_valid_utf8(std::string_view text);  // no overlong forms, no surrogates
// Valid UTF-8 as it is, else every byte read as Windows-1252.
std::string to_utf8(std::string_view text);

std::string with_thousands(std::int64_t n);  // "1,234,567"
std::string escape_html(std::string_view text);
std::string quote_sql(std::string_view text);  // 'it''s'

}  // namespace perennial
