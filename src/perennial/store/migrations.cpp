#include "perennial/store/migrations.h"

#include <array>
#include <cstdint>

#include "perennial/base/error.h"
#include "perennial/store/migration_files.h"

namespace perennial::store {
namespace {

std::int64_t tables_named(Connection& connection, std::string_view condition) {
  return read_value<std::int64_t>(
      connection,
      fmt::format("SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() "
                  "AND NOT internal AND NOT temporary AND {}",
                  condition));
}

}  // namespace

std::span<const Migration> migrations() {
  static const std::array<Migration, 1> kList = {{
      {1, "0001_facts", migration_files::k0001FactsSql},
  }};
  return kList;
}

int schema_version(Connection& connection) {
  if (tables_named(connection, "table_name = 'schema_migrations'") == 0) {
    if (tables_named(connection, "true") > 0) {
      fail(ErrorKind::kBadInput,
           "the database holds tables but is not a shop's; name the folder of a shop");
    }
    return 0;
  }
  return static_cast<int>(read_value<std::int64_t>(
      connection, "SELECT coalesce(max(version), 0)::BIGINT FROM schema_migrations"));
}

void migrate(Connection& connection, std::span<const Migration> list, Time now) {
  const int present = schema_version(connection);
  const int newest = list.empty() ? 0 : list.back().version;
  if (present > newest) {
    fail(ErrorKind::kUnsupported,
         "the shop's schema is version {}, this build knows {}; use the newer perennial that wrote "
         "it",
         present, newest);
  }
  for (const Migration& step : list) {
    if (step.version <= present) continue;
    Transaction transaction(connection);
    connection.run(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT NOT NULL, name VARCHAR NOT "
        "NULL, applied_at TIMESTAMP NOT NULL)");
    connection.run(step.sql);
    connection.prepare("INSERT INTO schema_migrations VALUES ($1, $2, $3)")
        .bind(static_cast<std::int64_t>(step.version), step.name, now)
        .query();
    transaction.commit();
    connection.run("CHECKPOINT");
  }
}

}  // namespace perennial::store
