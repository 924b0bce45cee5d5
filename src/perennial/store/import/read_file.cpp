#include "perennial/store/import/read_file.h"

#include <algorithm>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

std::string describe(RejectReason reason) {
  return std::string(kRejectReasons[static_cast<std::size_t>(reason)].meaning);
}

// The key of each field in JSON objects: as the file writes it, or as the format does where the first objects have
// none (a later one may).
std::vector<std::string> keys_of(const RolePlayer& player) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < player.places.size(); ++i) {
    const Field& field = player.role->fields[i];
    keys.push_back(player.places[i] >= 0
                       ? player.file->columns[static_cast<std::size_t>(player.places[i])]
                   : field.header.empty() ? field.column
                                          : field.header);
  }
  return keys;
}

bool all_empty(std::span<const std::string_view> fields) {
  return std::all_of(fields.begin(), fields.end(),
                     [](std::string_view field) { return field.empty(); });
}

}  // namespace

FileReading::FileReading(const RolePlayer& player, RowSink sink)
    : player_(player),
      sink_(sink),
      reader_(open_bytes(player.file->path), player.file->dialect),
      flat_json_(keys_of(player)),
      lines_to_skip_(player.file->kind == FileKind::kJsonLines ? 0 : player.header_lines),
      values_(player.places.size()) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto& constant = player.role->fields[i].constant;
    if (player.places[i] < 0 && constant) values_[i] = *constant;
  }
}

bool FileReading::read(std::int64_t most, ProgressTask& progress) {
  const std::int64_t until = rows_ + most;
  while (rows_ < until) {
    if (!reader_.next_block()) return false;
    while (reader_.next_record()) take(reader_.record());
    flush();
    progress.advance(reader_.consumed() - consumed_);
    consumed_ = reader_.consumed();
  }
  return true;
}

void FileReading::flush() {
  if (sink_.messages != nullptr) {
    sink_.messages->flush();
  } else {
    sink_.table->flush();
    flat_json_.clear();
  }
}

void FileReading::take(const Record& record) {
  if (lines_to_skip_ > 0) {
    --lines_to_skip_;
    return;
  }
  ++rows_;
  const RowOrigin origin{player_.file->name, record.line, record.raw};
  if (record.defect) {
    sink_.rejects->add(origin, "", *record.defect, describe(*record.defect));
  } else if (sink_.messages != nullptr) {
    sink_.messages->add(origin, *sink_.rejects);
  } else if (player_.file->kind == FileKind::kJsonLines) {
    take_object(origin);
  } else {
    take_fields(origin, record.fields);
  }
}

void FileReading::take_fields(const RowOrigin& origin, std::span<const std::string_view> fields) {
  const std::size_t expected = player_.width;
  if (fields.size() < expected ||
      (fields.size() > expected && !all_empty(fields.subspan(expected)))) {
    sink_.rejects->add(origin, "", RejectReason::kWrongFieldCount,
                       fmt::format("{} fields where {} are expected", fields.size(), expected));
    return;
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const int place = player_.places[i];
    if (place >= 0) values_[i] = fields[static_cast<std::size_t>(place)];
  }
  sink_.table->add(origin, values_);
}

void FileReading::take_object(const RowOrigin& origin) {
  auto values = flat_json_.read(origin.raw);
  if (values) {
    for (std::size_t i = 0; i < values->size(); ++i) {
      if (player_.places[i] < 0 && player_.role->fields[i].constant) (*values)[i] = values_[i];
    }
    sink_.table->add(origin, *values);
  } else {
    sink_.rejects->add(origin, "", RejectReason::kBadJson, describe(RejectReason::kBadJson));
  }
}

}  // namespace perennial::store
