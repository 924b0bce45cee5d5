#include "perennial/store/fact_writer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

// Rows [begin, end) by rowid of a staged table, of which `fresh` are to be stored.
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t rows = 0;
  std::int64_t fresh = 0;
};

// The staged table cut into stretches with at most batch_rows fresh rows each. Reads temp.fact_writer_known.
std::vector<Stretch> cut(Connection& connection, std::string_view staged, std::int64_t batch_rows) {
  const auto [parts, rows, known] = read_columns<std::int64_t, std::int64_t, std::int64_t>(
      connection,
      fmt::format("SELECT part, count(*), coalesce(sum(known), 0)::BIGINT FROM ("
                  "SELECT rowid // {0} AS part, 0 AS known FROM {1} UNION ALL "
                  "SELECT row // {0}, 1 FROM temp.fact_writer_known) GROUP BY part ORDER BY part",
                  batch_rows, staged));
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::int64_t staged_rows = rows[i] - known[i];  // known rows stand in both halves
    const Stretch part{.begin = parts[i] * batch_rows,
                       .end = (parts[i] + 1) * batch_rows,
                       .rows = staged_rows,
                       .fresh = staged_rows - known[i]};
    if (!stretches.empty() && stretches.back().fresh + part.fresh <= batch_rows) {
      Stretch& last = stretches.back();
      last.end = part.end;
      last.rows += part.rows;
      last.fresh += part.fresh;
    } else {
      stretches.push_back(part);
    }
  }
  return stretches;
}

}  // namespace

std::span<const std::string_view> fact_tables() {
  static constexpr std::array<std::string_view, 7> kTables = {
      "customers", "identities", "items", "campaigns", "exposures", "order_lines", "events"};
  return kTables;
}

FactWriter::Counts& FactWriter::Counts::operator+=(const Counts& other) {
  stored += other.stored;
  known += other.known;
  rejected += other.rejected;
  return *this;
}

FactWriter::FactWriter(Connection& connection, std::int64_t batch_rows)
    : connection_(connection), batch_rows_(batch_rows) {
  CHECK(batch_rows >= 1);
}

std::int64_t FactWriter::begin_import(std::string_view format, std::span<const std::string> files,
                                      Time now) {
  now_ = now;
  next_batch_ = 1;
  counts_ = {};
  const std::string list = nlohmann::json(std::vector<std::string>(files.begin(), files.end()))
                               .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  Transaction transaction(connection_);
  import_id_ = read_value<std::int64_t>(
      connection_, "SELECT coalesce(max(import_id), 0) + 1 FROM facts.main.imports");
  connection_.prepare("INSERT INTO facts.main.imports VALUES ($1, $2, $3, $4)")
      .bind(import_id_, format, std::string_view(list), now)
      .query();
  transaction.commit();
  return import_id_;
}

bool FactWriter::is_staged(std::string_view table) {
  return read_value<std::int64_t>(
             connection_,
             fmt::format("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'temp' AND "
                         "table_name = 'staged_{}'",
                         table)) == 1;
}

// The staged columns that the facts have, as a list for SQL. Throws Bug when the two do not fit.
std::string FactWriter::columns_to_store(std::string_view fact_table) {
  const auto [shared, unknown, missing] = read_columns<std::string, std::string, std::string>(
      connection_,
      fmt::format(
          "WITH staged AS (SELECT column_name AS name FROM duckdb_columns() WHERE database_name = "
          "'temp' AND table_name = 'staged_{0}' AND column_name NOT IN ('file', 'line')), "
          "fact AS (SELECT column_name AS name, is_nullable FROM duckdb_columns() WHERE "
          "database_name = 'facts' AND table_name = '{0}' AND column_name <> 'import_id') "
          "SELECT (SELECT string_agg(name, ', ') FROM staged SEMI JOIN fact USING (name)), "
          "(SELECT string_agg(name, ', ') FROM staged ANTI JOIN fact USING (name)), "
          "(SELECT string_agg(name, ', ') FROM fact ANTI JOIN staged USING (name) WHERE NOT "
          "is_nullable)",
          fact_table));
  if (!unknown[0].empty()) {
    throw Bug(fmt::format("staged_{} has columns that {} has not: {}", fact_table, fact_table,
                          unknown[0]));
  }
  if (!missing[0].empty()) {
    throw Bug(fmt::format("staged_{} lacks columns that {} needs: {}", fact_table, fact_table,
                          missing[0]));
  }
  return shared[0];
}

// Fills temp.fact_writer_known(row) with the rowids of staged rows that are not to be stored.
void FactWriter::find_known(std::string_view fact_table, std::int64_t staged_rows) {
  connection_.run("CREATE OR REPLACE TEMP TABLE fact_writer_known (row BIGINT)");
  const std::int64_t stored_before =
      connection_
          .query(fmt::format("INSERT INTO temp.fact_writer_known SELECT s.rowid FROM "
                             "temp.staged_{0} s SEMI JOIN facts.main.{0} USING (event_id)",
                             fact_table))
          .rows_changed();
  if (stored_before == staged_rows) return;

  // Equal ids have equal hashes, so no hash twice means no id twice; grouping 8-byte hashes takes half the time of
  // grouping the ids, and nearly every import ends here.
  const auto repeated_hashes = fmt::format(
      "SELECT hash(event_id) FROM temp.staged_{} GROUP BY 1 HAVING count(*) > 1", fact_table);
  if (read_value<std::int64_t>(connection_,
                               fmt::format("SELECT count(*) FROM ({})", repeated_hashes)) == 0) {
    return;
  }
  connection_.run(fmt::format(
      "INSERT INTO temp.fact_writer_known SELECT row FROM (SELECT rowid AS row, row_number() OVER "
      "(PARTITION BY event_id ORDER BY rowid) AS occurrence FROM temp.staged_{} WHERE "
      "hash(event_id) IN ({})) WHERE occurrence > 1 AND row NOT IN (SELECT row FROM "
      "temp.fact_writer_known)",
      fact_table, repeated_hashes));
}

void FactWriter::record_batch(std::string_view fact_table, const Counts& counts, bool last) {
  connection_
      .prepare("INSERT INTO facts.main.import_batches VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
      .bind(import_id_, next_batch_, fact_table, counts.stored, counts.known, counts.rejected, now_,
            last)
      .query();
  ++next_batch_;
}

// A new empty table in its place, since deleting rows would not give the memory back.
void FactWriter::empty_staged(std::string_view table) {
  connection_.run(fmt::format(
      "CREATE OR REPLACE TEMP TABLE staged_{0} AS SELECT * FROM temp.staged_{0} LIMIT 0", table));
}

FactWriter::Counts FactWriter::write(std::string_view fact_table, Progress& progress) {
  CHECK(import_id_ > 0);
  CHECK(std::ranges::find(fact_tables(), fact_table) != fact_tables().end());
  if (!is_staged(fact_table)) return {};
  const std::string staged = fmt::format("temp.staged_{}", fact_table);
  const auto staged_rows =
      read_value<std::int64_t>(connection_, fmt::format("SELECT count(*) FROM {}", staged));
  if (staged_rows == 0) return {};
  const std::string columns = columns_to_store(fact_table);

  ProgressTask task(progress, fmt::format("Storing {}", fact_table),
                    static_cast<std::uint64_t>(staged_rows));
  find_known(fact_table, staged_rows);
  Counts counts;
  for (const Stretch& stretch : cut(connection_, staged, batch_rows_)) {
    const Counts batch{.stored = stretch.fresh, .known = stretch.rows - stretch.fresh};
    Transaction transaction(connection_);
    if (batch.stored > 0) {
      const std::int64_t inserted =
          connection_
              .query(fmt::format(
                  "INSERT INTO facts.main.{0} ({1}, import_id) SELECT {1}, {2} FROM {3} WHERE "
                  "rowid >= {4} AND rowid < {5}{6}",
                  fact_table, columns, import_id_, staged, stretch.begin, stretch.end,
                  batch.known == 0 ? ""
                                   : " AND rowid NOT IN (SELECT row FROM temp.fact_writer_known)"))
              .rows_changed();
      CHECK(inserted == batch.stored);
    }
    record_batch(fact_table, batch, false);
    transaction.commit();
    counts += batch;
    counts_ += batch;
    task.advance(static_cast<std::uint64_t>(stretch.rows));
  }
  connection_.run("DROP TABLE temp.fact_writer_known");
  empty_staged(fact_table);
  return counts;
}

FactWriter::Counts FactWriter::write_rejects() {
  CHECK(import_id_ > 0);
  if (!is_staged("rejects")) return {};
  const auto staged_rows =
      read_value<std::int64_t>(connection_, "SELECT count(*) FROM temp.staged_rejects");
  if (staged_rows == 0) return {};

  Transaction transaction(connection_);
  const std::int64_t recorded =
      connection_
          .query(fmt::format(
              "INSERT INTO facts.main.rejects SELECT {}, file, line, field, reason, message, raw "
              "FROM temp.staged_rejects s WHERE NOT EXISTS (FROM facts.main.rejects r WHERE r.file "
              "= s.file AND r.line = s.line AND r.reason = s.reason AND r.field IS NOT DISTINCT "
              "FROM s.field AND r.raw IS NOT DISTINCT FROM s.raw) QUALIFY row_number() OVER "
              "(PARTITION BY file, line, field, reason, raw ORDER BY rowid) = 1 ORDER BY file, "
              "line, rowid",
              import_id_))
          .rows_changed();
  record_batch("rejects", {.known = staged_rows - recorded, .rejected = recorded}, false);
  transaction.commit();
  empty_staged("rejects");
  const Counts counts{.rejected = staged_rows};
  counts_ += counts;
  return counts;
}

FactWriter::Counts FactWriter::write_all(Progress& progress) {
  Counts counts;
  for (const std::string_view table : fact_tables()) counts += write(table, progress);
  counts += write_rejects();
  return counts;
}

FactWriter::Counts FactWriter::finish() {
  CHECK(import_id_ > 0);
  record_batch("", {}, true);
  // How many places of a table the checkpoint fills up that inserts left half empty. One an import is enough to keep
  // daily files from making tables of crumbs; after a first load it would only hold the import up.
  const auto rows = read_value<std::int64_t>(
      connection_,
      "SELECT coalesce(sum(estimated_size), 0)::BIGINT FROM duckdb_tables() WHERE database_name = "
      "'facts'");
  connection_.run(
      fmt::format("SET GLOBAL max_vacuum_tasks = {}", 2 * counts_.stored > rows ? 0 : 1));
  connection_.run("CHECKPOINT facts");
  import_id_ = 0;
  return std::exchange(counts_, {});
}

}  // namespace perennial::store
