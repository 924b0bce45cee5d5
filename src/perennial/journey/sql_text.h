// SQL files with blanks: `{{end}}` is replaced by a value, `{{latest name}}` by a phrase made for a column.
//
// The files keep to the SQL that other engines share; what differs between engines (the latest value by time, a field
// of a JSON text) is a phrase with a name, so that another engine needs another list of phrases and no other files.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/base/time.h"

namespace perennial::journey {

// What stands for a blank. In the value of a phrase, `$` marks the place of the column.
using SqlValues = std::vector<std::pair<std::string_view, std::string>>;

inline constexpr Day kFirstDay{-719'162};  // 0001-01-01

std::string fill_sql(std::string_view sql,
                     const SqlValues& values);  // a blank without a value is a Bug

std::string sql_date(Day day);                  // DATE '2011-12-09'
std::string sql_end(Day day);                   // the first instant after the day, as a TIMESTAMP
std::string known_id(std::string_view column);  // the column, or NULL when its value names nobody

}  // namespace perennial::journey
