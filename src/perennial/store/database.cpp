#include "perennial/store/database.h"

#include <duckdb.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

std::string first_line(std::string_view sql) {
  const std::size_t start = sql.find_first_not_of(" \n\t");
  if (start == std::string_view::npos) return "";
  return std::string(sql.substr(start, std::min<std::size_t>(sql.find('\n', start) - start, 120)));
}

[[noreturn]] void refuse(const char* message, std::string_view sql) {
  const std::string text = message != nullptr ? message : "no message";
  if (text.starts_with("INTERRUPT"))
    fail(ErrorKind::kInterrupted, "stopped on request; what was committed is kept");
  if (text.starts_with("IO Error")) fail(ErrorKind::kIo, "database: {}", text);
  if (text.starts_with("Out of Memory")) {
    fail(ErrorKind::kIo, "database: {}; give it more with --memory or free disk for spilling",
         text);
  }
  fail(ErrorKind::kBadInput, "database: {} (in \"{}\")", text, first_line(sql));
}

}  // namespace

// --- Result -----------------------------------------------------------------------------------------------------

struct Result::State {
  duckdb_result result{};
  duckdb_data_chunk chunk = nullptr;
  std::size_t rows = 0;
  std::vector<std::string> names;
  std::vector<duckdb_type> types;
  std::vector<void*> data;
  std::vector<std::uint64_t*> validity;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (chunk != nullptr) duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
  }

  void describe() {
    const std::size_t columns = duckdb_column_count(&result);
    for (std::size_t i = 0; i < columns; ++i) {
      names.emplace_back(duckdb_column_name(&result, i));
      types.push_back(duckdb_column_type(&result, i));
    }
    data.resize(columns);
    validity.resize(columns);
  }

  [[noreturn]] void wrong_type(std::size_t column, std::string_view wanted) const {
    throw Bug(fmt::format("database: column {} has DuckDB type {}, read as {}", names[column],
                          static_cast<int>(types[column]), wanted));
  }
};

Result::Result(std::unique_ptr<State> state) : state_(std::move(state)) {}
Result::Result(Result&&) noexcept = default;
Result& Result::operator=(Result&&) noexcept = default;
Result::~Result() = default;

std::size_t Result::column_count() const { return state_->names.size(); }
const std::string& Result::column_name(std::size_t column) const {
  return state_->names.at(column);
}
std::int64_t Result::rows_changed() const {
  return static_cast<std::int64_t>(duckdb_rows_changed(&state_->result));
}
std::size_t Result::rows() const { return state_->rows; }

bool Result::next() {
  State& s = *state_;
  if (s.chunk != nullptr) duckdb_destroy_data_chunk(&s.chunk);
  s.chunk = duckdb_fetch_chunk(s.result);
  if (s.chunk == nullptr) {
    s.rows = 0;
    const char* error = duckdb_result_error(&s.result);
    if (error != nullptr && *error != '\0') refuse(error, "");
    return false;
  }
  s.rows = duckdb_data_chunk_get_size(s.chunk);
  for (std::size_t i = 0; i < s.data.size(); ++i) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(s.chunk, i);
    s.data[i] = duckdb_vector_get_data(vector);
    s.validity[i] = duckdb_vector_get_validity(vector);
  }
  return s.rows > 0 || next();
}

bool Result::is_null(std::size_t column, std::size_t row) const {
  std::uint64_t* mask = state_->validity[column];
  return mask != nullptr && (mask[row / 64] >> (row % 64) & 1) == 0;
}

template <>
std::span<const std::int32_t> Result::column(std::size_t column) const {
  const duckdb_type type = state_->types[column];
  if (type != DUCKDB_TYPE_INTEGER && type != DUCKDB_TYPE_DATE)
    state_->wrong_type(column, "int32_t");
  return {static_cast<const std::int32_t*>(state_->data[column]), state_->rows};
}
template <>
std::span<const std::int64_t> Result::column(std::size_t column) const {
  const duckdb_type type = state_->types[column];
  if (type != DUCKDB_TYPE_BIGINT && type != DUCKDB_TYPE_TIMESTAMP)
    state_->wrong_type(column, "int64_t");
  return {static_cast<const std::int64_t*>(state_->data[column]), state_->rows};
}
template <>
std::span<const double> Result::column(std::size_t column) const {
  if (state_->types[column] != DUCKDB_TYPE_DOUBLE) state_->wrong_type(column, "double");
  return {static_cast<const double*>(state_->data[column]), state_->rows};
}
template <>
std::span<const bool> Result::column(std::size_t column) const {
  if (state_->types[column] != DUCKDB_TYPE_BOOLEAN) state_->wrong_type(column, "bool");
  return {static_cast<const bool*>(state_->data[column]), state_->rows};
}

std::string_view Result::text(std::size_t column, std::size_t row) const {
  const duckdb_type type = state_->types[column];
  if (type != DUCKDB_TYPE_VARCHAR && type != DUCKDB_TYPE_BLOB) state_->wrong_type(column, "text");
  auto* strings = static_cast<duckdb_string_t*>(state_->data[column]);
  return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

void detail::unexpected_null(const Result& result, std::size_t column) {
  throw Bug(fmt::format("database: column {} holds NULL where a value was promised",
                        result.column_name(column)));
}

// --- Connection and Statement -----------------------------------------------------------------------------------

struct Connection::State {
  duckdb_connection connection = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { duckdb_disconnect(&connection); }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

void Connection::run(std::string_view sql) { query(sql); }

Result Connection::query(std::string_view sql) {
  auto state = std::make_unique<Result::State>();
  const std::string terminated(sql);
  if (duckdb_query(state_->connection, terminated.c_str(), &state->result) == DuckDBError) {
    refuse(duckdb_result_error(&state->result), sql);
  }
  state->describe();
  return Result(std::move(state));
}

void Connection::interrupt() { duckdb_interrupt(state_->connection); }

struct Statement::State {
  duckdb_prepared_statement statement = nullptr;
  std::string sql;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { duckdb_destroy_prepare(&statement); }
};

Statement::Statement(std::unique_ptr<State> state) : state_(std::move(state)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement Connection::prepare(std::string_view sql) {
  auto state = std::make_unique<Statement::State>();
  state->sql = sql;
  if (duckdb_prepare(state_->connection, state->sql.c_str(), &state->statement) == DuckDBError) {
    refuse(duckdb_prepare_error(state->statement), sql);
  }
  return Statement(std::move(state));
}

void Statement::bind_one(std::size_t index, const Value& value) {
  duckdb_prepared_statement statement = state_->statement;
  const auto bind = [&](const auto& v) {
    using T = std::decay_t<decltype(v)>;
    if constexpr (std::is_same_v<T, std::monostate>)
      return duckdb_bind_null(statement, index);
    else if constexpr (std::is_same_v<T, bool>)
      return duckdb_bind_boolean(statement, index, v);
    else if constexpr (std::is_same_v<T, std::int32_t>)
      return duckdb_bind_int32(statement, index, v);
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return duckdb_bind_int64(statement, index, v);
    else if constexpr (std::is_same_v<T, double>)
      return duckdb_bind_double(statement, index, v);
    else if constexpr (std::is_same_v<T, Time>)
      return duckdb_bind_timestamp(statement, index, {v.micros});
    else if constexpr (std::is_same_v<T, Day>)
      return duckdb_bind_date(statement, index, {v.days});
    else
      return duckdb_bind_varchar_length(statement, index, v.data(), v.size());
  };
  if (std::visit(bind, value) == DuckDBError) {
    throw Bug(fmt::format("database: parameter {} of \"{}\" cannot be bound", index,
                          first_line(state_->sql)));
  }
}

Result Statement::query() {
  auto state = std::make_unique<Result::State>();
  if (duckdb_execute_prepared(state_->statement, &state->result) == DuckDBError) {
    refuse(duckdb_result_error(&state->result), state_->sql);
  }
  state->describe();
  return Result(std::move(state));
}

// --- Appender ---------------------------------------------------------------------------------------------------

struct Appender::State {
  duckdb_appender appender = nullptr;
  std::vector<duckdb_logical_type> types;
  duckdb_data_chunk chunk = nullptr;
  std::string table;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (chunk != nullptr) duckdb_destroy_data_chunk(&chunk);
    for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
    duckdb_appender_destroy(&appender);
  }
};

Appender::Appender(std::unique_ptr<State> state) : state_(std::move(state)) {}
Appender::Appender(Appender&&) noexcept = default;
Appender::~Appender() = default;

Appender Connection::append_to(std::string_view schema, std::string_view table,
                               std::string_view catalog) {
  auto state = std::make_unique<Appender::State>();
  state->table = table;
  const std::string schema_name(schema);
  const std::string catalog_name(catalog);
  if (duckdb_appender_create_ext(
          state_->connection, catalog.empty() ? nullptr : catalog_name.c_str(), schema_name.c_str(),
          state->table.c_str(), &state->appender) == DuckDBError) {
    refuse(duckdb_appender_error(state->appender), fmt::format("append to {}", table));
  }
  const std::size_t columns = duckdb_appender_column_count(state->appender);
  for (std::size_t i = 0; i < columns; ++i)
    state->types.push_back(duckdb_appender_column_type(state->appender, i));
  state->chunk = duckdb_create_data_chunk(state->types.data(), columns);
  return Appender(std::move(state));
}

namespace {

std::size_t length(const ColumnData& column) {
  return std::visit([](const auto& values) { return values.size(); }, column);
}

void set_null(duckdb_vector vector, std::size_t row) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

bool takes(duckdb_logical_type type, const ColumnData& column) {
  duckdb_type id = duckdb_get_type_id(type);
  if (id == DUCKDB_TYPE_DECIMAL) id = duckdb_decimal_internal_type(type);
  switch (id) {
    case DUCKDB_TYPE_BIGINT:
      return std::holds_alternative<std::span<const std::int64_t>>(column) ||
             std::holds_alternative<std::span<const std::optional<std::int64_t>>>(column);
    case DUCKDB_TYPE_INTEGER:
      return std::holds_alternative<std::span<const std::int32_t>>(column);
    case DUCKDB_TYPE_DOUBLE:
      return std::holds_alternative<std::span<const double>>(column);
    case DUCKDB_TYPE_BOOLEAN:
      return std::holds_alternative<std::span<const bool>>(column) ||
             std::holds_alternative<std::span<const std::optional<bool>>>(column);
    case DUCKDB_TYPE_TIMESTAMP:
      return std::holds_alternative<std::span<const Time>>(column) ||
             std::holds_alternative<std::span<const std::optional<std::int64_t>>>(column);
    case DUCKDB_TYPE_DATE:
      return std::holds_alternative<std::span<const Day>>(column);
    case DUCKDB_TYPE_VARCHAR:
      return std::holds_alternative<std::span<const std::string_view>>(column) ||
             std::holds_alternative<std::span<const std::string>>(column);
    default:
      return false;
  }
}

template <typename T>
void fill_optionals(duckdb_vector vector, std::span<const std::optional<T>> values) {
  T* data = static_cast<T*>(duckdb_vector_get_data(vector));
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (const std::optional<T>& value = values[row]) {
      data[row] = *value;
    } else {
      set_null(vector, row);
    }
  }
}

void fill(duckdb_vector vector, const ColumnData& column, std::size_t begin, std::size_t count) {
  std::visit(
      [&](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        const auto part = values.subspan(begin, count);
        if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>) {
          for (std::size_t row = 0; row < count; ++row) {
            if (part[row].data() == nullptr) {
              set_null(vector, row);
            } else {
              duckdb_vector_assign_string_element_len(vector, row, part[row].data(),
                                                      part[row].size());
            }
          }
        } else if constexpr (std::is_same_v<T, std::optional<std::int64_t>> ||
                             std::is_same_v<T, std::optional<bool>>) {
          fill_optionals(vector, part);
        } else {
          std::copy(part.begin(), part.end(), static_cast<T*>(duckdb_vector_get_data(vector)));
          if constexpr (std::is_same_v<T, double>) {
            for (std::size_t row = 0; row < count; ++row) {
              if (std::isnan(part[row])) set_null(vector, row);
            }
          }
        }
      },
      column);
}

}  // namespace

void Appender::append(std::span<const ColumnData> columns) {
  State& s = *state_;
  CHECK(columns.size() == s.types.size());
  const std::size_t rows = columns.empty() ? 0 : length(columns[0]);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    CHECK(length(columns[i]) == rows);
    if (!takes(s.types[i], columns[i]))
      throw Bug(fmt::format("database: column {} of {} has another type", i, s.table));
  }
  const std::size_t capacity = duckdb_vector_size();
  for (std::size_t begin = 0; begin < rows; begin += capacity) {
    const std::size_t count = std::min(capacity, rows - begin);
    duckdb_data_chunk_reset(s.chunk);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      fill(duckdb_data_chunk_get_vector(s.chunk, i), columns[i], begin, count);
    }
    duckdb_data_chunk_set_size(s.chunk, count);
    if (duckdb_append_data_chunk(s.appender, s.chunk) == DuckDBError) {
      refuse(duckdb_appender_error(s.appender), "append to " + s.table);
    }
  }
}

void Appender::close() {
  if (duckdb_appender_close(state_->appender) == DuckDBError) {
    refuse(duckdb_appender_error(state_->appender), "append to " + state_->table);
  }
}

// --- Transaction and Database -----------------------------------------------------------------------------------

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const std::exception&) {
    open_ = false;  // the connection is gone, and the transaction with it
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

struct Database::State {
  duckdb_database database = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { duckdb_close(&database); }
};

Database::Database(const std::filesystem::path& path, const Options& options)
    : state_(std::make_unique<State>()) {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) == DuckDBError) throw Bug("database: no configuration");
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty() && duckdb_set_config(config, name, value.c_str()) == DuckDBError) {
      duckdb_destroy_config(&config);
      fail(ErrorKind::kInvalidArgument, "database: {} cannot be \"{}\"", name, value);
    }
  };
  set("access_mode", path.empty()                      ? ""
                     : options.access == Access::kRead ? "READ_ONLY"
                                                       : "READ_WRITE");
  set("threads", options.threads > 0 ? std::to_string(options.threads) : "");
  set("memory_limit", options.memory_limit);
  set("temp_directory", options.spill.string());
  // Of new files: that of the oldest DuckDB we build against. Its newer text compression stores events a third faster
  // than DuckDB's default, the version of 0.10.
  set("storage_compatibility_version", "v1.4.0");
  // Large inserts go into the file as they come, and only their place into the log: it stays far below this, and an import
  // is not held up by checkpoints halfway.
  set("checkpoint_threshold", "1GB");
  set("autoinstall_known_extensions", "false");
  set("autoload_known_extensions", "false");

  char* message = nullptr;
  const std::string file = path.string();
  const duckdb_state opened =
      duckdb_open_ext(path.empty() ? nullptr : file.c_str(), &state_->database, config, &message);
  duckdb_destroy_config(&config);
  if (opened == DuckDBError) {
    const std::string text = message != nullptr ? message : "no message";
    duckdb_free(message);
    if (text.find("Could not set lock") != std::string::npos) {
      fail(ErrorKind::kLocked,
           "{} is open in another process; wait for it or stop it, then run this again ({})", file,
           text);
    }
    fail(ErrorKind::kIo, "{} cannot be opened: {}", file, text);
  }
}

Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Connection Database::connect() {
  auto state = std::make_unique<Connection::State>();
  if (duckdb_connect(state_->database, &state->connection) == DuckDBError)
    throw Bug("database: no connection");
  return Connection(std::move(state));
}

std::string library_version() {
  const std::string_view version = duckdb_library_version();
  return std::string(version.starts_with('v') ? version.substr(1) : version);
}

}  // namespace perennial::store
