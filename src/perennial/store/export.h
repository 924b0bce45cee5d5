// The result of a query as a file: Parquet, CSV, TSV or JSON lines, by the ending of its name.
//
// Formats  .parquet (zstd); .csv, .tsv (RFC 4180, with a header); .jsonl, .ndjson (an object a line). The text formats
//          may end in .gz or .zst. NULL is an empty field in CSV and null in JSON
// Errors   kInvalidArgument for another ending; kAlreadyExists unless told to overwrite; what DuckDB refuses. The
//          file appears whole or not at all
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "perennial/store/database.h"

namespace perennial::store {

enum class Existing { kRefuse, kOverwrite };

// Returns the number of rows. `query` is one SELECT; give it an ORDER BY for a file that is always the same.
std::int64_t export_query(Connection& connection, std::string_view query,
                          const std::filesystem::path& path, Existing existing);

}  // namespace perennial::store
