#include "perennial/store/import/staging.h"

#include <algorithm>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/store/fact_writer.h"
#include "perennial/store/import/formats_sql.h"
#include "perennial/store/import/parquet.h"
#include "perennial/store/import/read_file.h"

namespace perennial::store {
namespace {

constexpr std::int64_t kSlice = 1'000'000;

// Rows without an id of their own get one from their content and its occurrence, which takes all rows at once.
bool has_own_ids(const RolePlayer& player) {
  for (std::size_t i = 0; i < player.places.size(); ++i) {
    if (player.role->fields[i].column == "event_id") return player.places[i] >= 0;
  }
  return true;
}

}  // namespace

Staging::Staging(Connection& connection, const Plan& plan, std::string_view currency, Time now)
    : connection_(connection), plan_(plan), rejects_(connection) {
  const Format& format = *plan.format;
  connection_.run(formats_sql::kMacrosSql);
  connection_.run(
      fmt::format("SET VARIABLE source = {}; SET VARIABLE currency = {}; SET VARIABLE now = "
                  "make_timestamp({});",
                  quote_sql(format.info.id),
                  quote_sql(format.currency.empty() ? currency : std::string_view(format.currency)),
                  now.micros));
  take_ids(false);
  create_staged_tables();
  for (const Role& role : format.roles) {
    raw_tables_.try_emplace(role.name, connection_, "raw_" + role.name, role.fields, rejects_);
  }
  if (format.make_reader != nullptr) {
    messages_ =
        format.make_reader([this](std::string_view role) -> RawTable& { return raw_table(role); });
  }
}

RawTable& Staging::raw_table(std::string_view role) {
  const auto found = raw_tables_.find(role);
  CHECK(found != raw_tables_.end());
  return found->second;
}

void Staging::create_staged_tables() {
  for (const std::string_view table : fact_tables()) {
    connection_.run(fmt::format(
        "CREATE OR REPLACE TEMP TABLE staged_{0} AS SELECT * EXCLUDE (import_id) FROM {0} LIMIT 0",
        table));
  }
  connection_.run("CREATE OR REPLACE TEMP TABLE staged_notes (topic VARCHAR, count BIGINT)");
}

void Staging::run(Progress& progress, const std::function<void()>& take) {
  take_ = take;
  const bool sliced =
      plan_.format->sliced && std::all_of(plan_.players.begin(), plan_.players.end(), has_own_ids);
  for (const RolePlayer& player : plan_.players) {
    if (player.role->unused) {
      notes_.push_back(fmt::format("{}: not needed, not read", player.file->name));
    } else if (player.role->kept || !sliced) {
      read_whole(progress, player);
    }
  }
  if (!sliced) {
    finish_slice();
    return;
  }
  for (const RolePlayer& player : plan_.players) {
    if (!player.role->kept && !player.role->unused) run_sliced(progress, player);
  }
}

void Staging::read_whole(Progress& progress, const RolePlayer& player) {
  ProgressTask task(progress, player.file->name, player.file->bytes);
  RawTable& table = raw_table(player.role->name);
  std::int64_t rows = 0;
  if (player.file->kind == FileKind::kParquet) {
    if (const auto select = parquet_select(connection_, player)) {
      connection_.run(fmt::format("INSERT INTO {} {}", table.name(), *select));
    } else {
      read_parquet_as_text(connection_, player, table);
    }
    rows = parquet_rows(connection_, *player.file);
    task.advance(player.file->bytes);
  } else {
    FileReading reading(player, {&table, messages_.get(), &rejects_});
    while (reading.read(kSlice, task)) {
    }
    rows = reading.rows();
  }
  note_file(player, rows);
}

void Staging::run_sliced(Progress& progress, const RolePlayer& player) {
  ProgressTask task(progress, player.file->name, player.file->bytes);
  RawTable& table = raw_table(player.role->name);
  if (player.file->kind == FileKind::kParquet) {
    const std::int64_t rows = parquet_rows(connection_, *player.file);
    if (const auto select = parquet_select(connection_, player)) {
      run_parquet_view(player, *select);
    } else {
      read_parquet_as_text(connection_, player, table);
      finish_slice();
    }
    task.advance(player.file->bytes);
    note_file(player, rows);
    return;
  }
  FileReading reading(player, {&table, messages_.get(), &rejects_});
  for (bool more = true; more;) {
    more = reading.read(kSlice, task);
    // Occurrences of rows without an id are counted over the whole file: from the first such row on it is one slice.
    if (!more || !lacks_ids(player)) finish_slice();
  }
  note_file(player, reading.rows());
}

// The SQL reads the file itself, through a view in the raw table's place: no copy in between.
void Staging::run_parquet_view(const RolePlayer& player, const std::string& select) {
  RawTable& table = raw_table(player.role->name);
  connection_.run(fmt::format("DROP TABLE {}", table.name()));
  connection_.run(fmt::format("CREATE TEMP VIEW {} AS {}", table.name(), select));
  take_ids(!lacks_ids(player));
  run_sql();
  take_ids(false);
  connection_.run(fmt::format("DROP VIEW {}", table.name()));
  table.create();
}

bool Staging::lacks_ids(const RolePlayer& player) {
  const bool has_ids = std::ranges::any_of(
      player.role->fields, [](const Field& field) { return field.column == "event_id"; });
  if (!has_ids) return false;
  RawTable& table = raw_table(player.role->name);
  table.flush();
  return read_value<std::int64_t>(
             connection_,
             fmt::format("SELECT count(*) FROM {} WHERE event_id IS NULL", table.name())) > 0;
}

void Staging::take_ids(bool all_given) {
  connection_.run(
      fmt::format("CREATE OR REPLACE TEMP MACRO with_ids(raw_table) AS TABLE FROM {}(raw_table)",
                  all_given ? "with_own_ids" : "with_made_ids"));
}

void Staging::finish_slice() {
  for (auto& [role, table] : raw_tables_) table.flush();
  run_sql();
  for (const Role& role : plan_.format->roles) {
    if (!role.kept) raw_table(role.name).clear();
  }
}

void Staging::run_sql() {
  rejects_.flush();
  connection_.run(plan_.format->sql);
  take_();
  for (const std::string_view table : fact_tables())
    connection_.run(fmt::format("DELETE FROM staged_{}", table));
  connection_.run("DELETE FROM staged_rejects");
}

void Staging::note_file(const RolePlayer& player, std::int64_t rows) {
  rows_read_ += rows;
  if (rows == 0) notes_.push_back(fmt::format("{}: a header and no rows", player.file->name));
}

std::vector<std::string> Staging::notes() {
  std::vector<std::string> all = plan_.notes;
  all.insert(all.end(), plan_.format->notes.begin(), plan_.format->notes.end());
  all.insert(all.end(), notes_.begin(), notes_.end());
  std::int64_t recoded = 0;
  for (const auto& [role, table] : raw_tables_) recoded += table.recoded_fields();
  if (recoded > 0) {
    all.push_back(fmt::format("{} values were not UTF-8 and were read as Windows-1252",
                              with_thousands(recoded)));
  }
  const auto [topics, counts] = read_columns<std::string, std::int64_t>(
      connection_,
      "SELECT topic, sum(count)::BIGINT FROM staged_notes GROUP BY topic HAVING sum(count) > 0 "
      "ORDER BY topic");
  for (std::size_t i = 0; i < topics.size(); ++i)
    all.push_back(fmt::format("{}: {}", topics[i], with_thousands(counts[i])));
  return all;
}

}  // namespace perennial::store
