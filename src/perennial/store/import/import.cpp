#include "perennial/store/import/import.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/store/fact_writer.h"
#include "perennial/store/import/mapping.h"
#include "perennial/store/import/match.h"
#include "perennial/store/import/reasons.h"
#include "perennial/store/import/staging.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostExamples = 5;

struct Inputs {
  std::vector<SourceFile> files;
  std::vector<bool> from_folder;
  std::vector<std::string> notes;
};

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.'))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    fail(ErrorKind::kBadInput, "{} holds no files; name a folder with the files of one format",
         folder.string());
  }
  return files;
}

// A file is shown by its name alone where that is clear.
std::vector<std::string> shown_names(const std::vector<fs::path>& paths) {
  std::map<std::string, int> uses;
  for (const fs::path& path : paths) ++uses[path.filename().string()];
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const fs::path& path : paths) {
    const std::string name = path.filename().string();
    names.push_back(uses[name] == 1 ? name : path.string());
  }
  return names;
}

Inputs inspect_inputs(Connection& connection, const std::vector<fs::path>& given,
                      const std::vector<MappedFile>& mapping) {
  std::vector<fs::path> paths;
  std::vector<bool> from_folder;
  for (const fs::path& input : given) {
    const bool folder = fs::is_directory(input);
    const auto found = folder ? files_in(input) : std::vector<fs::path>{input};
    paths.insert(paths.end(), found.begin(), found.end());
    from_folder.insert(from_folder.end(), found.size(), folder);
  }
  if (paths.empty()) fail(ErrorKind::kInvalidArgument, "import: no files were named; name some");

  Inputs inputs;
  const auto names = shown_names(paths);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    try {
      std::optional<char> delimiter;
      if (!mapping.empty()) delimiter = mapped_file(mapping, paths[i]).delimiter;
      inputs.files.push_back(inspect(connection, paths[i], names[i], delimiter));
      inputs.from_folder.push_back(from_folder[i]);
    } catch (const Error& error) {
      if (!from_folder[i] || error.kind() != ErrorKind::kBadInput) throw;
      inputs.notes.push_back(fmt::format("passed over: {}", error.what()));
    }
  }
  if (inputs.files.empty()) {
    fail(ErrorKind::kBadInput, "{}: no file in it can be read", given[0].string());
  }
  return inputs;
}

// Collects figures from the staged tables, slice by slice.
class Tally {
 public:
  explicit Tally(Connection& connection) : connection_(connection) {}

  void count_rejects() {
    const auto [reasons, counts] = read_columns<std::string, std::int64_t>(
        connection_, "SELECT reason, count(*) FROM temp.staged_rejects GROUP BY reason");
    for (std::size_t i = 0; i < reasons.size(); ++i) add_rejects(reasons[i], counts[i]);
  }
  void add_facts(std::string_view table, FactWriter::Counts counts) {
    if (counts.stored + counts.known == 0) return;
    auto found = std::find_if(facts_.begin(), facts_.end(),
                              [&](const FactCount& fact) { return fact.table == table; });
    if (found == facts_.end()) found = facts_.insert(facts_.end(), {std::string(table), 0, 0, 0});
    found->staged += counts.stored + counts.known;
    found->stored += counts.stored;
    found->known += counts.known;
  }
  std::vector<FactCount> facts() const { return facts_; }
  std::vector<RejectCount> rejects() {
    std::stable_sort(rejects_.begin(), rejects_.end(),
                     [](const RejectCount& a, const RejectCount& b) {
                       return std::tie(b.count, a.reason) < std::tie(a.count, b.reason);
                     });
    return rejects_;
  }

 private:
  void add_rejects(const std::string& reason, std::int64_t count) {
    CHECK(is_reject_reason(reason));
    auto found = std::find_if(rejects_.begin(), rejects_.end(),
                              [&](const RejectCount& known) { return known.reason == reason; });
    if (found == rejects_.end()) found = rejects_.insert(rejects_.end(), {reason, 0, {}});
    found->count += count;
    const std::size_t wanted = kMostExamples - std::min(kMostExamples, found->examples.size());
    const auto [files, lines, fields, messages] =
        read_columns<std::string, std::int64_t, std::string, std::string>(
            connection_
                .prepare("SELECT file, line, field, message FROM temp.staged_rejects WHERE reason "
                         "= $1 ORDER BY file, line LIMIT $2")
                .bind(std::string_view(reason), static_cast<std::int64_t>(wanted))
                .query());
    for (std::size_t i = 0; i < files.size(); ++i)
      found->examples.push_back({files[i], lines[i], fields[i], messages[i]});
  }

  Connection& connection_;
  std::vector<FactCount> facts_;
  std::vector<RejectCount> rejects_;
};

// What FactWriter::write would count. The ids of earlier slices of this run are kept beside the stored ones.
FactWriter::Counts would_store(Connection& connection, std::string_view table) {
  connection.run(fmt::format(
      "CREATE TEMP TABLE IF NOT EXISTS seen_{0} AS SELECT event_id FROM {0} LIMIT 0", table));
  const auto staged = read_value<std::int64_t>(
      connection, fmt::format("SELECT count(*) FROM temp.staged_{}", table));
  const std::int64_t fresh =
      connection
          .query(fmt::format("INSERT INTO seen_{0} SELECT DISTINCT event_id FROM temp.staged_{0} s "
                             "WHERE NOT EXISTS (FROM {0} f WHERE f.event_id = s.event_id) AND NOT "
                             "EXISTS (FROM seen_{0} f WHERE f.event_id = s.event_id)",
                             table))
          .rows_changed();
  return {fresh, staged - fresh, 0};
}

// One plan for the set of files; under a mapping, one for each file.
std::vector<Plan> make_plans(const std::vector<Format>& formats,
                             const std::vector<MappedFile>& mapping, const Inputs& inputs) {
  if (mapping.empty()) return {make_plan(formats, inputs.files, inputs.from_folder)};
  std::vector<Plan> plans;
  for (const SourceFile& file : inputs.files)
    plans.push_back(plan_mapped(mapped_file(mapping, file.path), file));
  return plans;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// What an item says of its picture may be relative to them.
std::vector<std::string> absolute_paths(const std::vector<std::string>& files) {
  std::vector<std::string> paths;
  for (const std::string& file : files) paths.push_back(fs::absolute(file).string());
  return paths;
}

}  // namespace

ImportReport import_files(Shop& shop, const ImportRequest& request, Progress& progress) {
  if (request.mapping && request.format) {
    fail(ErrorKind::kInvalidArgument,
         "import: --format and --map exclude each other; a mapping is a format of its own");
  }
  Connection connection = shop.connect();
  const auto mapping = request.mapping ? read_mapping(*request.mapping) : std::vector<MappedFile>();
  const Inputs inputs = inspect_inputs(connection, request.inputs, mapping);
  std::vector<Format> forced;
  if (request.format) forced.push_back(find_format(*request.format));
  const auto plans = make_plans(forced.empty() ? all_formats() : forced, mapping, inputs);

  ImportReport report;
  report.format = plans[0].format->info.id;
  report.dry_run = request.dry_run;
  for (const Plan& plan : plans) {
    for (const RolePlayer& player : plan.players)
      report.files.push_back(player.file->path.string());
  }
  report.notes = inputs.notes;

  Tally tally(connection);
  FactWriter writer(connection);
  if (!request.dry_run)
    writer.begin_import(report.format, absolute_paths(report.files), request.now);
  const std::string currency = shop.setting("currency").value_or("XXX");
  for (const Plan& plan : plans) {
    Staging staging(connection, plan, currency, request.now);
    staging.run(progress, [&] {
      tally.count_rejects();
      for (const std::string_view table : fact_tables()) {
        tally.add_facts(table, request.dry_run ? would_store(connection, table)
                                               : writer.write(table, progress));
      }
      if (!request.dry_run) writer.write_rejects();
    });
    report.rows_read += staging.rows_read();
    append(report.notes, staging.notes());
  }
  if (!request.dry_run) writer.finish();
  report.facts = tally.facts();
  report.rejects = tally.rejects();
  return report;
}

std::vector<FormatInfo> formats() {
  std::vector<FormatInfo> list;
  for (const Format& format : all_formats()) list.push_back(format.info);
  return list;
}

}  // namespace perennial::store
