#include "perennial/store/import/parquet.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "perennial/base/text.h"

namespace perennial::store {
namespace {

constexpr std::int64_t kSlice = 2'000'000;

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

enum class Family { kText, kWhole, kFraction, kBoolean, kInstant, kZoned, kOther };

Family family(std::string_view type) {
  if (type == "VARCHAR" || type.starts_with("ENUM")) return Family::kText;
  if (type == "DOUBLE" || type == "FLOAT") return Family::kFraction;
  if (type.starts_with("DECIMAL") || type.ends_with("INT") || type == "INTEGER" ||
      type == "UINTEGER") {
    return Family::kWhole;
  }
  if (type == "BOOLEAN") return Family::kBoolean;
  if (type == "TIMESTAMP WITH TIME ZONE") return Family::kZoned;
  if (type == "DATE" || type.starts_with("TIMESTAMP")) return Family::kInstant;
  return Family::kOther;
}

std::string as_id(const std::string& c, Family from) {
  if (from == Family::kText) return fmt::format("id_of({}::VARCHAR)", c);
  if (from == Family::kFraction) {
    return fmt::format(
        "CASE WHEN isnan({0}) THEN NULL WHEN {0} = trunc({0}) AND abs({0}) < 9e15 THEN "
        "{0}::BIGINT::VARCHAR ELSE {0}::VARCHAR END",
        c);
  }
  return c + "::VARCHAR";
}

std::string as_epoch(const std::string& c, Family from, std::int64_t micros) {
  if (from == Family::kFraction)
    return fmt::format("TRY(make_timestamp(({}::DOUBLE * {})::BIGINT))", c, micros);
  return fmt::format("TRY(make_timestamp({}::BIGINT * {}))", c, micros);
}

// The value of column `c` as the raw column; nothing when it takes parsing of text.
std::optional<std::string> convert(FieldType type, const std::string& c, Family from) {
  const bool number = from == Family::kWhole || from == Family::kFraction;
  switch (type) {
    case FieldType::kText:
      return from == Family::kText ? fmt::format("text_of({}::VARCHAR)", c) : c + "::VARCHAR";
    case FieldType::kId:
      return as_id(c, from);
    case FieldType::kNumber:
    case FieldType::kDecimalComma:
    case FieldType::kQuantity:
    case FieldType::kQuantityDecimalComma:
      if (!number) return std::nullopt;
      return fmt::format("TRY_CAST({} AS {})", c, sql_type(type));
    case FieldType::kInteger:
      if (!number) return std::nullopt;
      return fmt::format("CASE WHEN {0} = trunc({0}) THEN TRY_CAST({0} AS BIGINT) END", c);
    case FieldType::kReal:
      if (!number) return std::nullopt;
      return c + "::DOUBLE";
    case FieldType::kBoolean:
      if (from == Family::kBoolean) return c;
      if (from == Family::kWhole)
        return fmt::format("CASE {} WHEN 1 THEN true WHEN 0 THEN false END", c);
      return std::nullopt;
    default:
      break;
  }
  if (from == Family::kZoned) return fmt::format("make_timestamp(epoch_us({}))", c);
  if (from == Family::kInstant) return c + "::TIMESTAMP";
  if (!number) return std::nullopt;
  if (type == FieldType::kEpochSeconds) return as_epoch(c, from, kMicrosPerSecond);
  if (type == FieldType::kEpochMillis) return as_epoch(c, from, 1000);
  if (type == FieldType::kEpochMicros) return as_epoch(c, from, 1);
  return std::nullopt;
}

std::string_view defect_of(FieldType type) {
  switch (type) {
    case FieldType::kInteger:
    case FieldType::kNumber:
    case FieldType::kDecimalComma:
    case FieldType::kQuantity:
    case FieldType::kQuantityDecimalComma:
    case FieldType::kReal:
      return name(RejectReason::kBadNumber);
    case FieldType::kBoolean:
      return name(RejectReason::kBadBoolean);
    default:
      return name(RejectReason::kBadTime);
  }
}

// The columns of the SELECT and, as WHEN clauses, the defects that a row may have.
struct Columns {
  std::string list;
  std::string defects;
};

// The constant of a field without a column, or NULL.
std::string literal(const Field& field) {
  if (!field.constant) return fmt::format("NULL::{}", sql_type(field.type));
  std::string kept;
  const FieldResult result = read_field(field.type, *field.constant, kept);
  if (sql_type(field.type) == "TIMESTAMP" && !result.defect)
    return fmt::format("make_timestamp({})", std::get<std::int64_t>(result.value));
  return fmt::format("{}::{}", quote_sql(*field.constant), sql_type(field.type));
}

bool add_column(Columns& out, const Field& field, const SourceFile& file, int place) {
  if (place < 0) {
    out.list += fmt::format(", {} AS {}", literal(field), quote_name(field.column));
    return true;
  }
  const auto at = static_cast<std::size_t>(place);
  const std::string column = quote_name(file.columns[at]);
  const Family from = family(file.types[at]);
  const auto value = convert(field.type, column, from);
  if (!value) return false;
  out.list += fmt::format(", {} AS {}", *value, quote_name(field.column));
  const std::string header = file.columns[at];
  const std::string present = from == Family::kFraction
                                  ? fmt::format("{0} IS NOT NULL AND NOT isnan({0})", column)
                                  : column + " IS NOT NULL";
  const bool is_text = field.type == FieldType::kText || field.type == FieldType::kId;
  const bool same = field.type == FieldType::kReal || *value == column + "::TIMESTAMP";
  if (!is_text && !same) {
    out.defects += fmt::format(
        " WHEN {} AND {} IS NULL THEN {{'field': {}, 'reason': '{}', 'message': {} || "
        "left({}::VARCHAR, 60) || '\"'}}",
        present, *value, quote_sql(header), defect_of(field.type), quote_sql(header + " is \""),
        column);
  }
  if (field.need == Need::kValue) {
    out.defects += fmt::format(
        " WHEN {} IS NULL THEN {{'field': {}, 'reason': '{}', 'message': {}}}", *value,
        quote_sql(header), name(RejectReason::kMissingValue), quote_sql(header + " is empty"));
    if (sql_type(field.type) == "TIMESTAMP") {
      out.defects += fmt::format(
          " WHEN {} < TIMESTAMP '{}' THEN {{'field': {}, 'reason': '{}', 'message': {} || "
          "left({}::VARCHAR, 60) || '\"'}}",
          *value, format_day(to_day(kEarliestTime)), quote_sql(header),
          name(RejectReason::kBadTime), quote_sql(header + " is \""), column);
    }
  }
  return true;
}

std::string from_file(const SourceFile& file) {
  return fmt::format("read_parquet({}, file_row_number = true, binary_as_string = true)",
                     quote_sql(file.path.string()));
}

}  // namespace

std::optional<std::string> parquet_select(Connection& connection, const RolePlayer& player) {
  const SourceFile& file = *player.file;
  Columns columns;
  for (std::size_t i = 0; i < player.role->fields.size(); ++i) {
    if (!add_column(columns, player.role->fields[i], file, player.places[i])) return std::nullopt;
  }
  std::string good;
  if (!columns.defects.empty()) {
    const std::string defect = fmt::format("CASE{} END", columns.defects);
    connection.run(fmt::format(
        "INSERT INTO staged_rejects SELECT {}, line, defect.field, defect.reason, "
        "defect.message, NULL FROM (SELECT file_row_number + 1 AS line, {} AS defect FROM {}) "
        "WHERE defect IS NOT NULL",
        quote_sql(file.name), defect, from_file(file)));
    good = fmt::format(" WHERE ({}) IS NULL", defect);
  }
  return fmt::format("SELECT {} AS file, file_row_number + 1 AS line{} FROM {}{}",
                     quote_sql(file.name), columns.list, from_file(file), good);
}

void read_parquet_as_text(Connection& connection, const RolePlayer& player, RawTable& table) {
  const SourceFile& file = *player.file;
  std::string list;
  for (std::size_t i = 0; i < player.places.size(); ++i) {
    const int place = player.places[i];
    const auto& constant = player.role->fields[i].constant;
    list += place < 0 ? fmt::format(", {}::VARCHAR", constant ? quote_sql(*constant) : "NULL")
                      : fmt::format(", {}::VARCHAR",
                                    quote_name(file.columns[static_cast<std::size_t>(place)]));
  }
  const std::int64_t rows = parquet_rows(connection, file);
  std::vector<std::string_view> values(player.places.size());
  for (std::int64_t begin = 0; begin < rows; begin += kSlice) {
    Result result = connection.query(
        fmt::format("SELECT file_row_number + 1{} FROM {} WHERE file_row_number >= {} AND "
                    "file_row_number < {}",
                    list, from_file(file), begin, begin + kSlice));
    while (result.next()) {
      const auto lines = result.column<std::int64_t>(0);
      for (std::size_t row = 0; row < result.rows(); ++row) {
        for (std::size_t i = 0; i < values.size(); ++i)
          values[i] = result.is_null(i + 1, row) ? std::string_view() : result.text(i + 1, row);
        table.add({file.name, lines[row], {}}, values);
      }
      table.flush();
    }
  }
}

std::int64_t parquet_rows(Connection& connection, const SourceFile& file) {
  return read_value<std::int64_t>(connection, "SELECT count(*) FROM " + from_file(file));
}

}  // namespace perennial::store
