#include "perennial/journey/sql_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "perennial/base/error.h"

namespace perennial::journey {
namespace {

std::string value_of(std::string_view blank, const SqlValues& values) {
  const std::size_t space = blank.find(' ');
  const std::string_view name = blank.substr(0, space);
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == name; });
  if (found == values.end()) throw Bug(fmt::format("no value for {{{{{}}}}} in SQL", blank));
  if (space == std::string_view::npos) return found->second;
  const std::string_view column = blank.substr(space + 1);
  std::string phrase;
  for (const char c : found->second) {
    if (c == '$') {
      phrase += column;
    } else {
      phrase += c;
    }
  }
  return phrase;
}

}  // namespace

std::string fill_sql(std::string_view sql, const SqlValues& values) {
  std::string out;
  out.reserve(sql.size() + 1024);
  for (;;) {
    const std::size_t open = sql.find("{{");
    out += sql.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = sql.find("}}", open);
    CHECK(close != std::string_view::npos);
    out += value_of(sql.substr(open + 2, close - open - 2), values);
    sql.remove_prefix(close + 2);
  }
}

std::string sql_date(Day day) { return fmt::format("DATE '{}'", format_day(day)); }

std::string sql_end(Day day) { return fmt::format("TIMESTAMP '{} 00:00:00'", format_day(day + 1)); }

// What careless trackers send where an id should be. Joined by such an id, a whole shop becomes one person.
std::string known_id(std::string_view column) {
  return fmt::format(
      "CASE WHEN regexp_matches({0}, '(?i)^\\s*([0-]*|-1|null|none|nil|nan|undefined|unknown|"
      "anonymous|guest|true|false|distinct_?id|\\[object object\\])\\s*$') THEN NULL ELSE {0} END",
      column);
}

}  // namespace perennial::journey
