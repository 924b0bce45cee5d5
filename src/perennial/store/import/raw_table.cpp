#include "perennial/store/import/raw_table.h"

#include <limits>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/text.h"

namespace perennial::store {
namespace {

constexpr std::size_t kLongestRaw = 1000;
constexpr std::size_t kLongestShown = 60;

// Valid UTF-8 without NUL, at most `most` bytes: fit for the database and for a message.
std::string presentable(std::string_view text, std::size_t most) {
  std::string clean = to_utf8(text.substr(0, most));
  for (char& c : clean) {
    if (c == '\0') c = ' ';
  }
  return clean;
}

bool is_number_column(FieldType type) {
  const std::string_view name = sql_type(type);
  return name == "BIGINT" || name == "TIMESTAMP" || name.starts_with("DECIMAL");
}

}  // namespace

Rejects::Rejects(Connection& connection) : connection_(connection) {
  connection_.run(
      "CREATE OR REPLACE TEMP TABLE staged_rejects (file VARCHAR, line BIGINT, field VARCHAR, "
      "reason VARCHAR, message VARCHAR, raw VARCHAR)");
}

void Rejects::add(const RowOrigin& origin, std::string_view field, RejectReason reason,
                  std::string_view message) {
  files_.emplace_back(origin.file);
  lines_.push_back(origin.line);
  fields_.emplace_back(field);
  reasons_.emplace_back(name(reason));
  messages_.emplace_back(message);
  raws_.push_back(presentable(origin.raw, kLongestRaw));
  ++count_;
  if (files_.size() >= 10'000) flush();
}

void Rejects::flush() {
  if (files_.empty()) return;
  Appender appender = connection_.append_to("main", "staged_rejects", "temp");
  const ColumnData columns[] = {
      std::span<const std::string>(files_),    std::span<const std::int64_t>(lines_),
      std::span<const std::string>(fields_),   std::span<const std::string>(reasons_),
      std::span<const std::string>(messages_), std::span<const std::string>(raws_)};
  appender.append(columns);
  appender.close();
  files_.clear();
  lines_.clear();
  fields_.clear();
  reasons_.clear();
  messages_.clear();
  raws_.clear();
}

RawTable::RawTable(Connection& connection, std::string name, std::vector<Field> fields,
                   Rejects& rejects)
    : connection_(connection),
      name_(std::move(name)),
      fields_(std::move(fields)),
      rejects_(rejects),
      columns_(fields_.size()) {
  create();
}

void RawTable::create() {
  std::string columns;
  for (const Field& field : fields_)
    columns += fmt::format(", \"{}\" {}", field.column, sql_type(field.type));
  connection_.run(
      fmt::format("CREATE OR REPLACE TEMP TABLE {} (file VARCHAR, line BIGINT{})", name_, columns));
}

void RawTable::reject(const RowOrigin& origin, const Field& field, RejectReason reason,
                      std::string_view text) {
  const std::string& header = field.header.empty() ? field.column : field.header;
  std::string message;
  switch (reason) {
    case RejectReason::kMissingValue:
      message = fmt::format("{} is empty", header);
      break;
    case RejectReason::kFieldTooLong:
      message = fmt::format("{} has {} bytes, at most 1 MiB is taken", header,
                            with_thousands(static_cast<std::int64_t>(text.size())));
      break;
    case RejectReason::kNulByte:
      message = fmt::format("{} holds a NUL byte", header);
      break;
    default:
      message = fmt::format("{} is \"{}\"", header, presentable(text, kLongestShown));
  }
  rejects_.add(origin, header, reason, message);
}

bool RawTable::push(Column& column, const Field& field, const RowOrigin& origin,
                    std::string_view text) {
  const FieldResult result = read_field(field.type, text, scratch_);
  const bool missing = std::holds_alternative<std::monostate>(result.value);
  if (result.defect || (missing && field.need == Need::kValue)) {
    reject(origin, field, result.defect.value_or(RejectReason::kMissingValue), text);
    return false;
  }
  if (field.need == Need::kValue && sql_type(field.type) == "TIMESTAMP" &&
      std::get<std::int64_t>(result.value) < kEarliestTime.micros) {
    reject(origin, field, RejectReason::kBadTime, text);
    return false;
  }
  if (is_number_column(field.type)) {
    column.numbers.emplace_back(missing ? std::nullopt
                                        : std::optional(std::get<std::int64_t>(result.value)));
  } else if (field.type == FieldType::kReal) {
    column.reals.push_back(missing ? std::numeric_limits<double>::quiet_NaN()
                                   : std::get<double>(result.value));
  } else if (field.type == FieldType::kBoolean) {
    column.booleans.emplace_back(missing ? std::nullopt
                                         : std::optional(std::get<bool>(result.value)));
  } else if (missing) {
    column.texts.emplace_back();
  } else if (result.recoded) {
    ++recoded_;
    column.texts.emplace_back(kept_.emplace_back(scratch_));
  } else {
    column.texts.push_back(std::get<std::string_view>(result.value));
  }
  return true;
}

bool RawTable::add(const RowOrigin& origin, std::span<const std::string_view> values) {
  CHECK(values.size() == fields_.size());
  const std::size_t rows = lines_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (push(columns_[i], fields_[i], origin, values[i])) continue;
    for (Column& column : columns_) {  // take back what the row has pushed
      if (column.texts.size() > rows) column.texts.resize(rows);
      if (column.numbers.size() > rows) column.numbers.resize(rows);
      if (column.reals.size() > rows) column.reals.resize(rows);
      if (column.booleans.size() > rows) column.booleans.resize(rows);
    }
    return false;
  }
  files_.push_back(origin.file);
  lines_.push_back(origin.line);
  ++rows_;
  return true;
}

void RawTable::flush() {
  if (!lines_.empty()) {
    std::vector<ColumnData> data{std::span<const std::string_view>(files_),
                                 std::span<const std::int64_t>(lines_)};
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const Column& column = columns_[i];
      if (is_number_column(fields_[i].type)) {
        data.emplace_back(std::span<const std::optional<std::int64_t>>(column.numbers));
      } else if (fields_[i].type == FieldType::kReal) {
        data.emplace_back(std::span<const double>(column.reals));
      } else if (fields_[i].type == FieldType::kBoolean) {
        data.emplace_back(std::span<const std::optional<bool>>(column.booleans));
      } else {
        data.emplace_back(std::span<const std::string_view>(column.texts));
      }
    }
    Appender appender = connection_.append_to("main", name_, "temp");
    appender.append(data);
    appender.close();
  }
  files_.clear();
  lines_.clear();
  for (Column& column : columns_) {
    column.texts.clear();
    column.numbers.clear();
    column.reals.clear();
    column.booleans.clear();
  }
  kept_.clear();
}

void RawTable::clear() {
  flush();
  connection_.run(fmt::format("DELETE FROM {}", name_));
  rows_ = 0;
}

}  // namespace perennial::store
