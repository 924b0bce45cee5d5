// The schema of facts.duckdb, as a list of numbered steps that only grows.
//
// Story    each step is one .sql file, run alone in its transaction together with its row in schema_migrations, and
//          checkpointed after: DuckDB's log has a history of replay faults when schema changes and data share it, so
//          after a migration the log is empty
// Errors   kUnsupported when the file's schema is newer than the list; kBadInput when the file is not a shop's;
//          a step that fails or is interrupted leaves the version before it
#pragma once

#include <span>
#include <string_view>

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::store {

struct Migration {
  int version;            // 1, 2, 3, ... without gaps
  std::string_view name;  // of its file
  std::string_view sql;
};

std::span<const Migration> migrations();  // of this build

// Of the connection's current catalog; 0 when it is empty.
int schema_version(Connection& connection);

// Brings the current catalog up to the last step of the list. REQUIRES: no transaction is open.
void migrate(Connection& connection, std::span<const Migration> list, Time now);

}  // namespace perennial::store
