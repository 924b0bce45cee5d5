// Moves staged rows into the facts: deduplicated, in batches that are stored whole or not at all.
//
//   FactWriter writer(connection);
//   writer.begin_import("retailrocket", files, now);
//   ... fill temp.staged_events, temp.staged_rejects on the same connection (again and again for slices of a file)
//   writer.write_all(progress);
//   writer.finish();
//
// Staged   a table temp.staged_<fact table> has columns of the fact table by name (those that may be NULL can be left
//          out), no import_id, and may have `file` and `line`, which are not stored. Writing leaves it empty
// Known    a row whose event_id is stored already, or stood earlier in the staged table, is counted and dropped;
//          which one of a file is kept does not depend on threads. The same ids come once in the table for ever
// Batch    at most batch_rows new rows and their row in import_batches are one transaction: after a crash the sums of
//          import_batches are the rows of the facts, and importing the files again stores what is missing
// Rejects  one that is on record with the same file, line, field, reason and raw text is not recorded again
// Cost     a call of write() compares the staged ids with all stored ones once: on two cores about 0.1 s per million
//          staged and 0.04 s per million stored, so write slices of a million rows or more. Storing takes about 0.9 s
//          per million rows; docs/formats/shop.md has the measurements
// Errors   staged columns that the fact table does not have, or lack of one that it needs, is a Bug; a NULL where the
//          facts need a value is kBadInput; kInterrupted between two batches
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "perennial/base/progress.h"
#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::store {

// events, order_lines, items, customers, identities, campaigns, exposures.
std::span<const std::string_view> fact_tables();

class FactWriter {
 public:
  struct Counts {
    std::int64_t stored = 0;
    std::int64_t known = 0;
    std::int64_t rejected = 0;  // whether on record already or not
    Counts& operator+=(const Counts& other);
    bool operator==(const Counts&) const = default;
  };

  // Whole row groups of DuckDB, so that no batch leaves a short one behind.
  static constexpr std::int64_t kBatchRows = std::int64_t{4} * 122'880;

  // REQUIRES: a connection of a shop opened for writing, which outlives the writer; batch_rows >= 1.
  explicit FactWriter(Connection& connection, std::int64_t batch_rows = kBatchRows);

  // Returns the new import's id. `now` stamps the import and its batches.
  std::int64_t begin_import(std::string_view format, std::span<const std::string> files, Time now);

  // Each returns what this call did; a staged table that does not exist counts as empty. REQUIRES: begin_import.
  Counts write(std::string_view fact_table, Progress& progress);
  Counts write_rejects();
  Counts write_all(Progress& progress);  // every fact table and the rejects

  // Marks the import as come to its end and checkpoints. Returns the counts of the whole import.
  Counts finish();

 private:
  bool is_staged(std::string_view table);
  std::string columns_to_store(std::string_view fact_table);
  void find_known(std::string_view fact_table, std::int64_t staged_rows);
  void record_batch(std::string_view fact_table, const Counts& counts, bool last);
  void empty_staged(std::string_view table);

  Connection& connection_;
  std::int64_t batch_rows_;
  std::int64_t import_id_ = 0;  // 0: no import begun
  std::int64_t next_batch_ = 1;
  Time now_;
  Counts counts_;
};

}  // namespace perennial::store
