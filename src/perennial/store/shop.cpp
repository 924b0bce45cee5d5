#include "perennial/store/shop.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/money.h"
#include "perennial/base/text.h"
#include "perennial/store/migrations.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

// Somebody may hold the file without our lock (a DuckDB shell): DuckDB's refusal ends in "(PID 1234)".
int holder_in(std::string_view message) {
  constexpr std::string_view kMark = "(PID ";
  const std::size_t at = message.find(kMark);
  int pid = 0;
  if (at != std::string_view::npos) {
    const std::string_view rest = message.substr(at + kMark.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), pid);
  }
  return pid;
}

Database open_facts(const fs::path& shop, Access access, Database::Options options) {
  options.access = access;
  try {
    return Database(shop / "facts.duckdb", options);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kLocked) fail_locked(shop, access, holder_in(error.what()));
    throw;
  }
}

void attach_derived(Connection& connection, const fs::path& file, Access access) {
  connection.run(fmt::format("ATTACH {} AS derived{}", quote_sql(file.string()),
                             access == Access::kRead ? " (READ_ONLY)" : ""));
}

void remove_database(const fs::path& file) {
  fs::remove(file);
  fs::remove(fs::path(file) += ".wal");
}

// Everything in derived.duckdb follows from the facts, so a file whose bytes cannot be read is no loss and is made
// anew. A folder that may not be written or a full disk is another matter.
bool is_beyond_reading(const Error& error) {
  const std::string_view message = error.what();
  return message.find("Permission denied") == std::string_view::npos &&
         message.find("No space") == std::string_view::npos;
}

void prepare_derived(const fs::path& shop) {
  const fs::path file = shop / "derived.duckdb";
  if (fs::exists(file)) {
    try {
      Database::Options options;
      options.access = Access::kRead;
      const Database readable(file, options);
      return;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kLocked) {
        fail_locked(shop, Access::kWrite, holder_in(error.what()));
      }
      if (!is_beyond_reading(error)) throw;
      remove_database(file);
    }
  } else {
    remove_database(file);  // a log without its file
  }
  const Database made(file, {});
}

// The facts with the schema of this build. A shop of an older build is written to even when it is to be read.
Database open_current(const fs::path& shop, Access access, Time now,
                      const Database::Options& options) {
  {
    Database database = open_facts(shop, access, options);
    Connection connection = database.connect();
    if (access == Access::kWrite || schema_version(connection) >= migrations().back().version) {
      migrate(connection, migrations(), now);
      return database;
    }
  }
  open_current(shop, Access::kWrite, now, options);
  return open_facts(shop, access, options);
}

}  // namespace

Shop::Shop(fs::path path, Access access, DirectoryLock lock, Database database)
    : path_(std::move(path)),
      access_(access),
      lock_(std::move(lock)),
      database_(std::move(database)) {}

Shop Shop::create(const fs::path& path, const Settings& settings, Time now,
                  const Database::Options& options) {
  const std::string currency =
      settings.currency.empty() ? "" : std::string(Currency(settings.currency).code());
  if (fs::exists(path / "facts.duckdb")) {
    fail(ErrorKind::kAlreadyExists, "{} holds a shop already; import into it or name a new folder",
         path.string());
  }
  std::error_code code;
  if (fs::exists(path) && !fs::is_empty(path, code)) {
    fail(ErrorKind::kAlreadyExists,
         "{} is not empty and holds no shop; name a new or an empty folder", path.string());
  }
  fs::create_directories(path / "models", code);
  if (code) {
    fail(ErrorKind::kIo, "{} cannot be made: {}", path.string(), code.message());
  }
  {
    const Database made(path / "facts.duckdb", {});
  }
  Shop shop = open(path, Access::kWrite, now, options);
  if (!currency.empty()) shop.set_setting("currency", currency, now);
  shop.checkpoint();
  return shop;
}

Shop Shop::open(const fs::path& path, Access access, Time now, const Database::Options& options) {
  if (!fs::exists(path / "facts.duckdb")) {
    fail(ErrorKind::kNotFound, "{} is not a shop; `perennial init {}` makes one", path.string(),
         path.string());
  }
  DirectoryLock lock(path, access);
  Database database = open_current(path, access, now, options);
  prepare_derived(path);
  Connection connection = database.connect();
  connection.run("SET GLOBAL TimeZone = 'UTC'");
  attach_derived(connection, path / "derived.duckdb", access);
  return Shop(path, access, std::move(lock), std::move(database));
}

Connection Shop::connect() { return database_.connect(); }

void Shop::use_scratch_derived() {
  Connection connection = connect();
  connection.run("DETACH derived");
  connection.run("ATTACH ':memory:' AS derived (READ_WRITE)");
}

std::optional<std::string> Shop::setting(std::string_view name) {
  Connection connection = connect();
  const auto [values] = read_columns<std::string>(
      connection
          .prepare("SELECT value FROM settings WHERE name = $1 ORDER BY time DESC, rowid DESC "
                   "LIMIT 1")
          .bind(name)
          .query());
  if (values.empty()) return std::nullopt;
  return values[0];
}

void Shop::set_setting(std::string_view name, std::string_view value, Time now) {
  Connection connection = connect();
  connection.prepare("INSERT INTO settings VALUES ($1, $2, $3)").bind(name, value, now).query();
}

void Shop::checkpoint() {
  Connection connection = connect();
  connection.run("CHECKPOINT facts");
  connection.run("CHECKPOINT derived");
}

}  // namespace perennial::store
