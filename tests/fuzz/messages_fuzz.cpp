// Any line gives Segment and GA4 rows, or rejects, never more; and the rows fit their tables.
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "perennial/store/import/format.h"
#include "perennial/store/import/json_lines.h"

using namespace perennial;
using namespace perennial::store;

namespace {

// A reader of one format with tables of its own; emptied now and then.
class Harness {
 public:
  explicit Harness(std::string_view format_id)
      : database_("", {}), connection_(database_.connect()), rejects_(connection_) {
    const Format& format = find_format(format_id);
    for (const Role& role : format.roles)
      tables_.try_emplace(role.name, connection_, "raw_" + role.name, role.fields, rejects_);
    reader_ = format.make_reader(
        [this](std::string_view role) -> RawTable& { return tables_.at(std::string(role)); });
  }
  void read(std::string_view bytes) {
    reader_->add({"input", ++line_, bytes}, rejects_);
    reader_->flush();
    if (line_ % 1000 != 0) return;
    for (auto& [role, table] : tables_) table.clear();
    rejects_.flush();
    connection_.run("DELETE FROM staged_rejects");
  }

 private:
  Database database_;
  Connection connection_;
  Rejects rejects_;
  std::map<std::string, RawTable> tables_;
  std::unique_ptr<JsonReader> reader_;
  std::int64_t line_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Harness segment("segment");
  static Harness ga4("ga4");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  segment.read(bytes);
  ga4.read(bytes);
  return 0;
}
