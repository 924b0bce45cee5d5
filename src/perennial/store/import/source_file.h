// What a file is, judged by its first bytes: Parquet, JSON lines or delimited text, and what its columns are called.
//
// Delimited  the delimiter among , ; tab and | that cuts the first records most evenly; else runs of blanks
// JSON       the keys of the first objects, in the order of their first appearance
// Errors     kNotFound, kIo; kBadInput for an empty file and for what is none of these, with the way out
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "perennial/store/database.h"
#include "perennial/store/import/delimited.h"
#include "perennial/store/import/format.h"

namespace perennial::store {

enum class FileKind { kParquet, kJsonLines, kDelimited };

struct SourceFile {
  std::filesystem::path path;
  std::string name;  // as shown, and as stored with rejects
  FileKind kind = FileKind::kDelimited;
  std::uint64_t bytes = 0;
  Dialect dialect;                   // of text
  std::vector<std::string> columns;  // header, keys or Parquet columns
  std::vector<std::string> types;    // Parquet: DuckDB's types
  SampleRecords records;             // delimited text: the first ones, the header included
  std::string first_object;          // JSON lines
};

// `delimiter`: of text, when it is known.
SourceFile inspect(Connection& connection, const std::filesystem::path& path, std::string name,
                   std::optional<char> delimiter = {});

// The same for text at hand: what inspect() does with the first 64 KiB of a file. `complete`: nothing follows.
SourceFile inspect_text(std::string_view head, bool complete, std::string name,
                        std::optional<char> delimiter = {});

// "Customer ID" and "customer_id" to "customerid": how header names are compared.
std::string header_key(std::string_view header);

}  // namespace perennial::store
