// JSON objects, one a line.
//
// Flat     the members of an object as texts: strings as they are, numbers and booleans as written, null as empty,
//          objects and arrays as JSON
// Nested   formats of messages (Segment, GA4) turn each object into rows through a JsonReader
// Fuzzed   tests/fuzz/segment_fuzz.cpp: any bytes give rows or a reject, never more
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/store/import/raw_table.h"

namespace perennial::store {

// Keys of the object in their order; nothing when the text is not a JSON object.
std::optional<std::vector<std::string>> json_keys(std::string_view json);

// Cuts flat objects into the fields of one raw table.
class FlatJson {
 public:
  // `keys`: one per value given out; empty for a field that the file does not have.
  explicit FlatJson(std::vector<std::string> keys);
  FlatJson(FlatJson&&) noexcept;
  ~FlatJson();
  // One text per key, valid until the next call of clear(); nothing when the text is not a JSON object.
  std::optional<std::vector<std::string_view>> read(std::string_view json);
  void clear();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Turns one JSON object into rows of raw tables. One reader serves one import.
class JsonReader {
 public:
  virtual ~JsonReader() = default;
  // Adds the object's rows; false when it is not a JSON object or lacks what every message has, then with the reason
  // in the table's rejects.
  virtual void add(const RowOrigin& origin, Rejects& rejects) = 0;
  virtual void flush() = 0;  // of all tables; texts kept for rows may go
};

}  // namespace perennial::store
