// From the files of a plan to the temporary tables staged_<fact table> and staged_rejects.
//
// Story    files -> raw_<role> (typed) -> the format's SQL -> staged tables -> take(), slice by slice. The SQL may use
//          getvariable('source'), ('currency'), ('now'), the macros of macros.sql, and may INSERT INTO staged_notes
// Tables   a staged table has the columns of its fact table without import_id, as FactWriter takes it
// Threads  as many as the connection's database has; the text parser is one
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "perennial/base/progress.h"
#include "perennial/base/time.h"
#include "perennial/store/database.h"
#include "perennial/store/import/json_lines.h"
#include "perennial/store/import/match.h"
#include "perennial/store/import/raw_table.h"

namespace perennial::store {

class Staging {
 public:
  // `currency`: of amounts for which neither the file nor the format names one. REQUIRES: the plan outlives this.
  Staging(Connection& connection, const Plan& plan, std::string_view currency, Time now);

  // Calls take() after each slice, with that slice in the staged tables; afterwards they are emptied.
  void run(Progress& progress, const std::function<void()>& take);

  std::int64_t rows_read() const { return rows_read_; }
  std::vector<std::string> notes();  // what the data turned out to hold; after run()

 private:
  void create_staged_tables();
  RawTable& raw_table(std::string_view role);
  void read_whole(Progress& progress, const RolePlayer& player);
  void run_sliced(Progress& progress, const RolePlayer& player);
  void run_parquet_view(const RolePlayer& player, const std::string& select);
  void finish_slice();
  bool lacks_ids(const RolePlayer& player);  // a row of the raw table has none
  void take_ids(bool all_given);
  void run_sql();
  void note_file(const RolePlayer& player, std::int64_t rows);

  Connection& connection_;
  const Plan& plan_;
  Rejects rejects_;
  std::map<std::string, RawTable, std::less<>> raw_tables_;
  std::unique_ptr<JsonReader> messages_;
  std::function<void()> take_;
  std::int64_t rows_read_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace perennial::store
