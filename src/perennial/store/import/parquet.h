// Parquet through DuckDB: a role's columns, typed and checked as those of text are.
//
// Typed    numbers, timestamps, dates, booleans and texts are cast inside DuckDB, many rows at a time
// Texts    where a number or time is wanted and the file has a text, the rows go through the same parsing as CSV
// Lines    the row's number in the file, the first row is 1
#pragma once

#include <string>

#include "perennial/store/import/match.h"
#include "perennial/store/import/raw_table.h"

namespace perennial::store {

// A SELECT that gives the rows of the raw table, good ones only; nothing when a text must be parsed. The rejects of
// the file are written first.
std::optional<std::string> parquet_select(Connection& connection, const RolePlayer& player);

// Reads such a file through the parser of text.
void read_parquet_as_text(Connection& connection, const RolePlayer& player, RawTable& table);

std::int64_t parquet_rows(Connection& connection, const SourceFile& file);

}  // namespace perennial::store
