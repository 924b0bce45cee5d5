#include "perennial/store/import/delimited.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace perennial::store {
namespace {

constexpr std::size_t kFirstBlock = std::size_t{16} << 10;
constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kLongestRecord = std::size_t{64} << 20;

std::string halve_quotes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"') ++i;  // the second of a pair
  }
  return out;
}

}  // namespace

DelimitedReader::DelimitedReader(std::unique_ptr<ByteSource> source, Dialect dialect)
    : source_(std::move(source)), dialect_(dialect), buffer_(kFirstBlock) {
  stops_[static_cast<unsigned char>(dialect.delimiter)] = true;
  stops_['\n'] = true;
  stops_['\r'] = true;
}

bool DelimitedReader::next_block() {
  unescaped_.clear();
  if (at_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= at_;
    at_ = 0;
    if (!eof_ && buffer_.size() < kBlock) buffer_.resize(buffer_.size() * 2);
  } else if (end_ == buffer_.size()) {
    buffer_.resize(buffer_.size() * 2);
  }
  while (!eof_ && end_ < buffer_.size()) {
    const std::size_t got = source_->read(buffer_.data() + end_, buffer_.size() - end_);
    if (got == 0) eof_ = true;
    end_ += got;
  }
  return at_ < end_;
}

bool DelimitedReader::next_record() {
  if (skipping_) skip_overlong_line();
  while (at_ < end_) {
    const Outcome outcome = dialect_.layout == Layout::kDelimited ? read_delimited() : read_line();
    if (outcome == Outcome::kRecord) return true;
    if (outcome == Outcome::kIncomplete) {
      if (end_ - at_ < kLongestRecord) return false;
      defect(RejectReason::kRecordTooLong);
      return true;
    }
  }
  return false;
}

bool DelimitedReader::is_line_end(std::size_t at) const {
  const char c = buffer_[at];
  if (c == '\n') return true;
  if (c != '\r') return false;
  return dialect_.carriage_returns || (at + 1 < end_ ? buffer_[at + 1] == '\n' : eof_);
}

// The first line end at or after `at`, or end_.
std::size_t DelimitedReader::line_end_from(std::size_t at) const {
  while (at < end_) {
    const char wanted = dialect_.carriage_returns ? '\r' : '\n';
    const void* found = std::memchr(buffer_.data() + at, wanted, end_ - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
    return at > 0 && wanted == '\n' && buffer_[at - 1] == '\r' && at - 1 >= at_ ? at - 1 : at;
  }
  return end_;
}

std::size_t DelimitedReader::after_line_end(std::size_t end) const {
  if (end >= end_) return end_;
  return buffer_[end] == '\r' && end + 1 < end_ && buffer_[end + 1] == '\n' ? end + 2 : end + 1;
}

// Takes the record that stands in [at_, end), its fields being in fields_.
DelimitedReader::Outcome DelimitedReader::finish(std::size_t end) {
  record_ = {line_, fields_, {buffer_.data() + at_, end - at_}, std::nullopt};
  line_ += 1 + inner_lines_;
  at_ = after_line_end(end);
  return Outcome::kRecord;
}

DelimitedReader::Outcome DelimitedReader::skip_blank(std::size_t end) {
  at_ = after_line_end(end);
  ++line_;
  return Outcome::kBlank;
}

// Gives up on the record that begins at at_, and takes its first line only.
DelimitedReader::Outcome DelimitedReader::defect(RejectReason reason) {
  fields_.clear();
  inner_lines_ = 0;
  const std::size_t end = line_end_from(at_);
  skipping_ = end == end_ && !eof_;
  finish(end);
  if (skipping_) --line_;
  record_.defect = reason;
  return Outcome::kRecord;
}

void DelimitedReader::skip_overlong_line() {
  const std::size_t end = line_end_from(at_);
  if (end == end_) {
    at_ = end_;
    return;
  }
  at_ = after_line_end(end);
  ++line_;
  skipping_ = false;
}

std::size_t DelimitedReader::skip_plain(std::size_t at) const {
  while (at < end_ && !stops_[static_cast<unsigned char>(buffer_[at])]) ++at;
  return at;
}

// Reads the quoted field whose quote stands at `at`; where it ends, or nothing when the closing quote is not in the
// buffer.
std::optional<std::size_t> DelimitedReader::read_quoted_field(std::size_t at) {
  const std::size_t start = at + 1;
  std::size_t from = start;
  bool doubled = false;
  for (;;) {
    const void* found =
        from < end_ ? std::memchr(buffer_.data() + from, '"', end_ - from) : nullptr;
    if (found == nullptr) return std::nullopt;
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
    if (quote + 1 == end_ && !eof_) return std::nullopt;
    if (quote + 1 < end_ && buffer_[quote + 1] == '"') {
      doubled = true;
      from = quote + 2;
      continue;
    }
    const std::string_view value(buffer_.data() + start, quote - start);
    inner_lines_ += std::count(value.begin(), value.end(), dialect_.carriage_returns ? '\r' : '\n');
    fields_.push_back(doubled ? unescaped_.emplace_back(halve_quotes(value)) : value);
    return quote + 1;
  }
}

DelimitedReader::Outcome DelimitedReader::read_delimited() {
  fields_.clear();
  inner_lines_ = 0;
  for (std::size_t at = at_;;) {
    if (at < end_ && buffer_[at] == '"') {
      const auto after = read_quoted_field(at);
      if (!after) return eof_ ? defect(RejectReason::kUnterminatedQuote) : Outcome::kIncomplete;
      at = *after;
    } else {
      std::size_t stop = skip_plain(at);
      while (stop < end_ && buffer_[stop] == '\r' && !is_line_end(stop)) {
        if (stop + 1 == end_ && !eof_) return Outcome::kIncomplete;
        stop = skip_plain(stop + 1);
      }
      if (stop == at_ && stop < end_ && is_line_end(stop)) {
        return skip_blank(stop);
      }
      fields_.emplace_back(buffer_.data() + at, stop - at);
      at = stop;
    }
    if (at == end_) return eof_ ? finish(at) : Outcome::kIncomplete;
    if (buffer_[at] == '\r' && at + 1 == end_ && !eof_) return Outcome::kIncomplete;
    if (buffer_[at] == dialect_.delimiter) {
      ++at;
    } else if (is_line_end(at)) {
      return finish(at);
    } else {
      return defect(RejectReason::kBadQuote);
    }
  }
}

DelimitedReader::Outcome DelimitedReader::read_line() {
  const std::size_t end = line_end_from(at_);
  if (end == end_ && !eof_) return Outcome::kIncomplete;
  fields_.clear();
  inner_lines_ = 0;
  const auto is_blank = [&](std::size_t at) { return buffer_[at] == ' ' || buffer_[at] == '\t'; };
  if (dialect_.layout == Layout::kLines) {
    if (end > at_) fields_.emplace_back(buffer_.data() + at_, end - at_);
    return fields_.empty() ? skip_blank(end) : finish(end);
  }
  for (std::size_t at = at_; at < end;) {
    while (at < end && is_blank(at)) ++at;
    const std::size_t start = at;
    while (at < end && !is_blank(at)) ++at;
    if (at > start) fields_.emplace_back(buffer_.data() + start, at - start);
  }
  return fields_.empty() ? skip_blank(end) : finish(end);
}

}  // namespace perennial::store
