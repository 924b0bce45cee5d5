// Prints the version of the DuckDB library ("1.5.6") after a query through the header's API.
#include <duckdb.h>

#include <cstdio>

int main() {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  duckdb_result result;
  if (duckdb_open(nullptr, &database) == DuckDBError) return 1;
  if (duckdb_connect(database, &connection) == DuckDBError) return 1;
  if (duckdb_query(connection, "SELECT 42", &result) == DuckDBError) return 1;
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  const char* version = duckdb_library_version();
  std::puts(version[0] == 'v' ? version + 1 : version);
  return 0;
}
