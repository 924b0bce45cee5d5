// DuckDB behind values: a database, its connections, statements, results by column and appends by column.
//
// Shapes   a result is read chunk by chunk; within a chunk, column<T>(i) is a span of rows() values, and text(i, row)
//          a view that lives until the next call of next()
// Types    int32_t reads INTEGER and DATE; int64_t BIGINT and TIMESTAMP; double DOUBLE; bool BOOLEAN; text VARCHAR.
//          Cast in the SQL (`::DOUBLE`); a column of another type is a Bug that names the column
// Errors   what DuckDB refuses is thrown as perennial::Error with its message and the statement's first line
// Threads  a connection serves one thread at a time; make one per thread
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "perennial/base/time.h"

namespace perennial::store {

class Result {
 public:
  Result(Result&&) noexcept;
  Result& operator=(Result&&) noexcept;
  ~Result();

  std::size_t column_count() const;
  const std::string& column_name(std::size_t column) const;
  std::int64_t rows_changed() const;  // by INSERT, UPDATE or DELETE

  bool next();               // fetches the next chunk; false at the end
  std::size_t rows() const;  // of the current chunk
  bool is_null(std::size_t column, std::size_t row) const;
  template <typename T>
  std::span<const T> column(std::size_t column) const;
  std::string_view text(std::size_t column, std::size_t row) const;

 private:
  friend class Connection;
  friend class Statement;
  struct State;
  explicit Result(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A prepared statement: bind(...) sets all parameters ($1, $2, ...) at once.
class Statement {
 public:
  using Value = std::variant<std::monostate, bool, std::int32_t, std::int64_t, double,
                             std::string_view, Time, Day>;
  Statement(Statement&&) noexcept;
  ~Statement();

  template <typename... Args>
  Statement& bind(const Args&... args) {
    std::size_t index = 0;
    (bind_one(++index, Value(args)), ...);
    return *this;
  }
  Result query();

 private:
  friend class Connection;
  struct State;
  explicit Statement(std::unique_ptr<State> state);
  void bind_one(std::size_t index, const Value& value);
  std::unique_ptr<State> state_;
};

// One column of an append. NaN doubles, string views without data and empty optionals become NULL. DECIMAL(18, s)
// columns take int64_t values scaled by 10^s; TIMESTAMP columns take optional int64_t microseconds.
using ColumnData =
    std::variant<std::span<const std::int64_t>, std::span<const std::int32_t>,
                 std::span<const double>, std::span<const bool>, std::span<const std::string_view>,
                 std::span<const std::string>, std::span<const Time>, std::span<const Day>,
                 std::span<const std::optional<std::int64_t>>,
                 std::span<const std::optional<bool>>>;

// Appends rows to one table, column by column, in data chunks.
class Appender {
 public:
  Appender(Appender&&) noexcept;
  ~Appender();  // drops what was not flushed by close()

  void append(std::span<const ColumnData> columns);  // all of one length, in the order of the table
  void close();                                      // flushes; throws what DuckDB refused

 private:
  friend class Connection;
  struct State;
  explicit Appender(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  void run(std::string_view sql);  // one or several statements, results dropped
  Result query(std::string_view sql);
  Statement prepare(std::string_view sql);
  Appender append_to(std::string_view schema, std::string_view table,
                     std::string_view catalog = {});
  void interrupt();  // from another thread: the running statement throws kInterrupted

 private:
  friend class Database;
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {
    connection_.run("BEGIN TRANSACTION");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

enum class Access { kRead, kWrite };

class Database {
 public:
  struct Options {
    Access access = Access::kWrite;
    int threads = 0;              // 0: one per core
    std::string memory_limit;     // "2GB"; empty: DuckDB's default
    std::filesystem::path spill;  // folder for what does not fit in memory; empty: beside the file
  };
  // An empty path opens a database in memory. kLocked when another process holds the file.
  Database(const std::filesystem::path& path, const Options& options);
  Database(Database&&) noexcept;
  ~Database();
  Connection connect();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string library_version();  // "1.5.6"

namespace detail {
template <typename T>
struct Reader;
}

// All rows of a query as one vector per column: read_columns<std::string, double>(connection, "SELECT a, b ...").
// Takes bool, int32_t, int64_t, double (NULL is NaN), std::string (NULL is ""), Time, Day, and std::optional of these;
// a NULL in any other column is a Bug.
template <typename... Ts>
std::tuple<std::vector<Ts>...> read_columns(Result result);
template <typename... Ts>
std::tuple<std::vector<Ts>...> read_columns(Connection& connection, std::string_view sql) {
  return read_columns<Ts...>(connection.query(sql));
}

// The single value of a query with one row and one column.
template <typename T>
T read_value(Connection& connection, std::string_view sql);

}  // namespace perennial::store

#include "perennial/store/database_read.h"  // IWYU pragma: export
