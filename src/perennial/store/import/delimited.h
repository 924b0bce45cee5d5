// Text by records (CSV, TSV, runs of blanks, plain lines), with the physical line of each.
//
// Grammar  RFC 4180: a field that begins with a quote ends at the next single quote, "" inside stands for one, line
//          ends inside count as text. Line ends are LF, CRLF or (in a file without LF) CR. Empty lines are skipped
// Defects  text after a closing quote, a quote still open at the end, a record over 64 MiB: such a record is given
//          with its defect and only its first line is taken; reading goes on at the next line
// Use      while (reader.next_block()) while (reader.next_record()) ... reader.record(); the texts of its fields
//          stay valid until the next call of next_block(), the record itself until next_record()
// Cost     about 1 GB/s; memory is one block (16 KiB, growing to 1 MiB), or the largest record
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/store/import/byte_source.h"
#include "perennial/store/import/reasons.h"

namespace perennial::store {

enum class Layout {
  kDelimited,  // one delimiter, quotes as above
  kBlanks,     // runs of spaces or tabs between fields, leading ones skipped, no quotes
  kLines,      // the line is the only field
};

struct Dialect {
  Layout layout = Layout::kDelimited;
  char delimiter = ',';
  bool carriage_returns = false;  // CR alone ends a line
};

struct Record {
  std::int64_t line = 0;  // of its first byte; the first line is 1
  std::span<const std::string_view> fields;
  std::string_view raw;  // as it stands in the file, line end apart
  std::optional<RejectReason> defect;
};

class DelimitedReader {
 public:
  DelimitedReader(std::unique_ptr<ByteSource> source, Dialect dialect);

  bool next_block();   // false at the end of the input
  bool next_record();  // false at the end of the block
  const Record& record() const { return record_; }
  std::uint64_t consumed() const { return source_->consumed(); }

 private:
  enum class Outcome { kRecord, kBlank, kIncomplete };
  Outcome read_delimited();
  Outcome read_line();
  Outcome defect(RejectReason reason);
  Outcome finish(std::size_t end);
  Outcome skip_blank(std::size_t end);
  std::size_t line_end_from(std::size_t at) const;
  std::size_t after_line_end(std::size_t end) const;
  std::optional<std::size_t> read_quoted_field(std::size_t at);
  std::size_t skip_plain(std::size_t at) const;
  bool is_line_end(std::size_t at) const;
  void skip_overlong_line();

  std::unique_ptr<ByteSource> source_;
  Dialect dialect_;
  std::array<bool, 256> stops_{};  // bytes that may end a plain field
  std::vector<char> buffer_;
  std::size_t at_ = 0;   // next record
  std::size_t end_ = 0;  // of what was read
  bool eof_ = false;
  bool skipping_ = false;  // inside a line that was given up as too long
  std::int64_t line_ = 1;
  std::int64_t inner_lines_ = 0;  // line ends inside the quotes of the current record
  std::vector<std::string_view> fields_;
  std::deque<std::string> unescaped_;  // fields that held "", for this block
  Record record_;
};

}  // namespace perennial::store
