// A simulated shop as files: the fact tables in Perennial's interchange format, and the truth beside them.
//
// Files    events, order_lines, customers, identities, exposures (in parts "events-007.parquet" when the shop is large),
//          items, campaigns; truth/customers, truth/exposures, truth/items, truth/days and truth/parameters.json. A table
//          without rows has no file. Columns: those of the fact tables; of the truth: docs/models/simulate.md. With
//          options.pictures also pictures/<item id>.png
// Errors   kAlreadyExists when the folder holds something; kIo when the disk refuses. The folder appears when all is
//          written: until then its files are in "<folder>.partial"
// Threads  parts are made and written in parallel, each by its own database in memory; the same options give the same
//          bytes for any number of threads
// Cost     about 4 us of one core an event in Parquet, making it included; memory 100 MB and 300 MB a thread
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/base/progress.h"
#include "perennial/simulate/options.h"

namespace perennial::engine {

enum class FileFormat { kParquet, kCsv };

struct SimulateSummary {
  struct Table {
    std::string name;  // "events", "truth/customers"
    std::int64_t rows = 0;
    std::int64_t files = 0;
  };
  std::vector<Table> tables;
  std::int64_t bytes = 0;
  double seconds = 0;
};

SimulateSummary write_simulated_shop(const simulate::Options& options,
                                     const std::filesystem::path& folder, FileFormat format,
                                     Threads threads, Progress& progress);

}  // namespace perennial::engine
