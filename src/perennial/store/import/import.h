// Importing: from files in any known format to facts of the shop.
//
// Story    files are recognised by their content, read, checked row by row, and stored in batches; importing the same
//          files again stores nothing new. Files that belong together (orders and their lines) are given together,
//          or as their folder
// Rejects  a row that cannot be taken is stored in `rejects` with file, line, field, reason and message, and counted
//          in the report; nothing is dropped in silence
// Errors   kBadInput when a file is of no known format, empty, or lacks a file that it needs; kInvalidArgument for an
//          unknown --format or a mapping that makes no sense; kInterrupted keeps what was committed
// Cost     about 3 s per million rows of CSV and 1.5 s of Parquet on two cores, storing included; formats that join
//          files hold them in temporary tables, which spill to disk
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/base/progress.h"
#include "perennial/base/time.h"
#include "perennial/store/import/format.h"
#include "perennial/store/shop.h"

namespace perennial::store {

struct ImportRequest {
  std::vector<std::filesystem::path> inputs;     // files, or folders whose files are taken
  std::optional<std::string> format;             // an id of formats(); else recognised
  std::optional<std::filesystem::path> mapping;  // a TOML file (docs/formats/mapping.md); else no
  bool dry_run = false;                          // everything but the write
  Time now;                                      // stamps the import, and facts that have no time
};

struct FactCount {
  std::string table;
  std::int64_t staged = 0;  // facts that the files hold
  std::int64_t stored = 0;  // of them, new; in a dry run: would be
  std::int64_t known = 0;   // of them, stored before or repeated
};

struct RejectExample {
  std::string file;
  std::int64_t line = 0;
  std::string field;
  std::string message;
};

struct RejectCount {
  std::string reason;
  std::int64_t count = 0;
  std::vector<RejectExample> examples;  // the first few
};

struct ImportReport {
  std::string format;
  std::vector<std::string> files;
  bool dry_run = false;
  std::int64_t rows_read = 0;        // of all files, rejected ones included, headers not
  std::vector<FactCount> facts;      // tables that got none are left out
  std::vector<RejectCount> rejects;  // most frequent reason first
  std::vector<std::string> notes;    // what was done with what the files hold
};

// REQUIRES: the shop is open for writing, a dry run excepted.
ImportReport import_files(Shop& shop, const ImportRequest& request, Progress& progress);

// What --format takes.
std::vector<FormatInfo> formats();

}  // namespace perennial::store
