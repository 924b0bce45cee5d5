#include "perennial/store/export.h"

#include <array>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/text.h"

namespace perennial::store {
namespace {

struct Ending {
  std::string_view text;
  std::string_view options;  // of COPY
};

constexpr std::array<Ending, 5> kFormats = {{
    {".parquet", "FORMAT parquet, COMPRESSION zstd"},
    {".csv", "FORMAT csv, HEADER true"},
    {".tsv", "FORMAT csv, HEADER true, DELIMITER '\t'"},
    {".jsonl", "FORMAT json"},
    {".ndjson", "FORMAT json"},
}};
constexpr std::array<Ending, 2> kCompressions = {{
    {".gz", ", COMPRESSION gzip"},
    {".zst", ", COMPRESSION zstd"},
}};

std::string options_for(const std::filesystem::path& path) {
  const std::string lower = to_lower_ascii(path.filename().string());
  std::string_view name = lower;
  std::string_view compression;
  for (const Ending& ending : kCompressions) {
    if (name.ends_with(ending.text)) {
      name.remove_suffix(ending.text.size());
      compression = ending.options;
      break;
    }
  }
  for (const Ending& ending : kFormats) {
    const bool compressed_twice = ending.text == ".parquet" && !compression.empty();
    if (name.ends_with(ending.text) && !compressed_twice) {
      return std::string(ending.options).append(compression);
    }
  }
  fail(ErrorKind::kInvalidArgument,
       "{}: the ending names no format; use .parquet, .csv, .tsv or .jsonl (the last three also "
       "with .gz or .zst)",
       path.string());
}

}  // namespace

std::int64_t export_query(Connection& connection, std::string_view query,
                          const std::filesystem::path& path, Existing existing) {
  const std::string options = options_for(path);
  if (existing == Existing::kRefuse && std::filesystem::exists(path)) {
    fail(ErrorKind::kAlreadyExists, "{} is there already; name another file or add --overwrite",
         path.string());
  }
  FileReplacement file(path);
  const std::int64_t rows = connection
                                .query(fmt::format("COPY ({}) TO {} ({}, USE_TMP_FILE false)",
                                                   query, quote_sql(file.path().string()), options))
                                .rows_changed();
  file.commit();
  return rows;
}

}  // namespace perennial::store
