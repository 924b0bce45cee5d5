#include "perennial/store/import/source_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/store/import/json_lines.h"

namespace perennial::store {
namespace {

constexpr std::size_t kHead = std::size_t{64} * 1024;
constexpr std::size_t kMostRecords = 50;

std::string read_head(const std::filesystem::path& path, bool& complete) {
  const auto source = open_bytes(path);
  std::string head(kHead, '\0');
  std::size_t got = 0;
  while (got < kHead) {
    const std::size_t more = source->read(head.data() + got, kHead - got);
    if (more == 0) break;
    got += more;
  }
  complete = got < kHead;
  head.resize(got);
  return head;
}

SampleRecords sample(std::string_view head, bool complete, Dialect dialect) {
  SampleRecords records;
  DelimitedReader reader(open_memory(head), dialect);
  while (records.size() <= kMostRecords && reader.next_block()) {
    while (records.size() <= kMostRecords && reader.next_record()) {
      if (reader.record().defect) continue;
      const auto fields = reader.record().fields;
      auto& record = records.emplace_back();
      for (const std::string_view field : fields) record.push_back(to_utf8(field));
    }
  }
  // The last record may be cut where the head ends.
  if (records.size() > kMostRecords || (!complete && records.size() > 1)) records.pop_back();
  return records;
}

// How many records have as many fields as the first one, if those are several.
std::size_t evenness(const SampleRecords& records) {
  if (records.empty() || records[0].size() < 2) return 0;
  return static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(),
                    [&](const auto& record) { return record.size() == records[0].size(); }));
}

void find_dialect(SourceFile& file, std::string_view head, bool complete,
                  std::optional<char> known) {
  Dialect base;
  base.carriage_returns =
      head.find('\n') == std::string_view::npos && head.find('\r') != std::string_view::npos;
  std::pair<double, std::size_t> best{0, 0};  // even share, fields
  file.dialect = base;
  const auto consider = [&](Dialect dialect) {
    SampleRecords records = sample(head, complete, dialect);
    const std::size_t even = evenness(records);
    if (even == 0) return;
    const std::pair<double, std::size_t> score{
        static_cast<double>(even) / static_cast<double>(records.size()), records[0].size()};
    if (score <= best) return;
    best = score;
    file.dialect = dialect;
    file.records = std::move(records);
  };
  if (known) {
    base.delimiter = *known;
    if (*known == ' ') base.layout = Layout::kBlanks;
    file.dialect = base;
    file.records = sample(head, complete, base);
    return;
  }
  for (const char delimiter : {',', ';', '\t', '|'}) {
    Dialect dialect = base;
    dialect.delimiter = delimiter;
    consider(dialect);
  }
  if (best.second == 0) {
    Dialect dialect = base;
    dialect.layout = Layout::kBlanks;
    consider(dialect);
  }
  if (best.second == 0) file.records = sample(head, complete, base);
}

void read_json_keys(SourceFile& file, std::string_view head, bool complete) {
  file.dialect.layout = Layout::kLines;
  DelimitedReader reader(open_memory(head), file.dialect);
  std::size_t objects = 0;
  while (objects < kMostRecords && reader.next_block()) {
    while (objects < kMostRecords && reader.next_record()) {
      const std::string_view line = reader.record().raw;
      const auto keys = json_keys(line);
      if (!keys) continue;
      if (objects++ == 0) file.first_object = line;
      for (const std::string& key : *keys) {
        if (std::find(file.columns.begin(), file.columns.end(), key) == file.columns.end())
          file.columns.push_back(key);
      }
    }
  }
  if (objects == 0 && !complete) {
    fail(ErrorKind::kBadInput,
         "{} begins like JSON, but its first line is no object; write one object per line",
         file.name);
  }
}

bool is_parquet(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::array<char, 4> magic{};
  return stream.read(magic.data(), magic.size()) && std::string_view(magic.data(), 4) == "PAR1";
}

void describe_parquet(SourceFile& file, Connection& connection) {
  const auto [names, types] = read_columns<std::string, std::string>(
      connection, fmt::format("SELECT column_name, column_type FROM (DESCRIBE FROM "
                              "read_parquet({}, binary_as_string = true))",
                              quote_sql(file.path.string())));
  file.kind = FileKind::kParquet;
  file.columns = names;
  file.types = types;
}

}  // namespace

std::string header_key(std::string_view header) {
  std::string key;
  for (const char c : to_lower_ascii(header)) {
    const bool separator = c == ' ' || c == '_' || c == '-' || c == '.' || c == '\t' || c == '"';
    if (!separator) key += c;
  }
  return key;
}

SourceFile inspect_text(std::string_view head, bool complete, std::string name,
                        std::optional<char> delimiter) {
  SourceFile file;
  file.name = std::move(name);
  file.kind = FileKind::kDelimited;
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    fail(ErrorKind::kBadInput, "{} is empty; name a file with rows in it", file.name);
  }
  if (head[first] == '{') {
    file.kind = FileKind::kJsonLines;
    read_json_keys(file, head, complete);
    return file;
  }
  if (head[first] == '[') {
    fail(ErrorKind::kBadInput,
         "{} holds one JSON array; write one object per line (jq -c '.[]' does it)", file.name);
  }
  const auto nuls = std::count(head.begin(), head.end(), '\0');
  if (static_cast<std::size_t>(nuls) * 4 > head.size()) {
    fail(ErrorKind::kBadInput,
         "{} is not text, or UTF-16 without a byte order mark; save it as UTF-8", file.name);
  }
  find_dialect(file, head, complete, delimiter);
  if (!file.records.empty()) file.columns = file.records[0];
  return file;
}

SourceFile inspect(Connection& connection, const std::filesystem::path& path, std::string name,
                   std::optional<char> delimiter) {
  if (!std::filesystem::exists(path)) {
    fail(ErrorKind::kNotFound, "{} is not there; check the path", path.string());
  }
  SourceFile file;
  if (is_parquet(path)) {
    file.path = path;
    file.name = std::move(name);
    describe_parquet(file, connection);
  } else {
    bool complete = false;
    const std::string head = read_head(path, complete);
    file = inspect_text(head, complete, std::move(name), delimiter);
    file.path = path;
  }
  file.bytes = std::filesystem::file_size(path);
  return file;
}

}  // namespace perennial::store
