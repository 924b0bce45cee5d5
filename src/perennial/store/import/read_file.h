// One text file of a set into its raw tables, in slices.
//
// Rows     with another number of fields than the header are rejected, unless all surplus fields are empty; a header
//          without rows is legal
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "perennial/base/progress.h"
#include "perennial/store/import/json_lines.h"
#include "perennial/store/import/match.h"
#include "perennial/store/import/raw_table.h"

namespace perennial::store {

// Where the rows of a file go: into one table, or through a reader of messages.
struct RowSink {
  RawTable* table = nullptr;
  JsonReader* messages = nullptr;
  Rejects* rejects = nullptr;
};

class FileReading {
 public:
  FileReading(const RolePlayer& player, RowSink sink);

  // Takes about `most` rows more, whole blocks at a time; false when the file is at its end.
  bool read(std::int64_t most, ProgressTask& progress);
  std::int64_t rows() const { return rows_; }  // read so far, rejected ones included

 private:
  void take(const Record& record);
  void take_fields(const RowOrigin& origin, std::span<const std::string_view> fields);
  void take_object(const RowOrigin& origin);
  void flush();

  const RolePlayer& player_;
  RowSink sink_;
  DelimitedReader reader_;
  FlatJson flat_json_;
  std::size_t lines_to_skip_ = 0;
  std::int64_t rows_ = 0;
  std::uint64_t consumed_ = 0;
  std::vector<std::string_view> values_;
};

}  // namespace perennial::store
