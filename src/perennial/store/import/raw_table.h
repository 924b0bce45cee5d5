// Rows of text into a typed temporary table, column by column; what does not fit becomes a reject.
//
// Lifetime  texts given to add() must live until the next flush()
// Cost      no allocation per row; about 40 ns a field, parsing included
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/store/database.h"
#include "perennial/store/import/field.h"

namespace perennial::store {

// Where a row came from.
struct RowOrigin {
  std::string_view file;
  std::int64_t line = 0;
  std::string_view raw;  // the row as it stands, for the reject
};

// Collects rows of staged_rejects(file, line, field, reason, message, raw), a temporary table that it creates.
class Rejects {
 public:
  explicit Rejects(Connection& connection);
  void add(const RowOrigin& origin, std::string_view field, RejectReason reason,
           std::string_view message);
  void flush();
  std::int64_t count() const { return count_; }

 private:
  Connection& connection_;
  std::vector<std::string> files_, fields_, reasons_, messages_, raws_;
  std::vector<std::int64_t> lines_;
  std::int64_t count_ = 0;
};

class RawTable {
 public:
  // Creates the temporary table.
  RawTable(Connection& connection, std::string name, std::vector<Field> fields, Rejects& rejects);

  void create();  // the temporary table `name` (file VARCHAR, line BIGINT, the fields), empty
  // One text per field, empty for NULL. False when the row was rejected.
  bool add(const RowOrigin& origin, std::span<const std::string_view> values);
  void flush();
  void clear();  // empties the table

  const std::string& name() const { return name_; }
  const std::vector<Field>& fields() const { return fields_; }
  std::int64_t rows() const { return rows_; }               // taken since the last clear()
  std::int64_t recoded_fields() const { return recoded_; }  // were not UTF-8

 private:
  struct Column {
    std::vector<std::string_view> texts;
    std::vector<std::optional<std::int64_t>> numbers;  // BIGINT, DECIMAL, TIMESTAMP
    std::vector<double> reals;
    std::vector<std::optional<bool>> booleans;
  };
  void reject(const RowOrigin& origin, const Field& field, RejectReason reason,
              std::string_view text);
  bool push(Column& column, const Field& field, const RowOrigin& origin, std::string_view text);

  Connection& connection_;
  std::string name_;
  std::vector<Field> fields_;
  Rejects& rejects_;
  std::vector<std::string_view> files_;
  std::vector<std::int64_t> lines_;
  std::vector<Column> columns_;
  std::deque<std::string> kept_;  // recoded texts
  std::string scratch_;
  std::int64_t rows_ = 0;
  std::int64_t recoded_ = 0;
};

}  // namespace perennial::store
