// Any bytes are records: every record lies in order of lines, and its fields within sight.
#include <cstdint>
#include <string_view>

#include "perennial/base/error.h"
#include "perennial/store/import/delimited.h"
#include "perennial/store/import/field.h"

using namespace perennial;
using namespace perennial::store;

namespace {

void read(std::string_view bytes, Dialect dialect) {
  DelimitedReader reader(open_memory(bytes), dialect);
  std::int64_t last = 0;
  std::string kept;
  while (reader.next_block()) {
    while (reader.next_record()) {
      const Record& record = reader.record();
      CHECK(record.line > last);
      CHECK(record.defect.has_value() == record.fields.empty());
      last = record.line;
      for (const std::string_view field : record.fields) {
        for (const FieldType type :
             {FieldType::kText, FieldType::kId, FieldType::kNumber, FieldType::kQuantity,
              FieldType::kMonthFirst, FieldType::kEpochMillis, FieldType::kBoolean}) {
          read_field(type, field, kept);
        }
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    read(bytes, {});
    read(bytes, {.delimiter = ';', .carriage_returns = true});
    read(bytes, {.layout = Layout::kBlanks});
    read(bytes, {.layout = Layout::kLines});
  } catch (const Error&) {  // damaged compression
  }
  return 0;
}
