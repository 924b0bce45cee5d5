// What a verb needs besides its input: the clock, the seed, threads, progress. Faces make it; nothing is global.
#pragma once

#include <cstdint>
#include <string>

#include "perennial/base/parallel.h"
#include "perennial/base/progress.h"
#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::engine {

struct Context {
  Time now;                // when the verb was called
  std::uint64_t seed = 1;  // of every random draw
  Threads threads;
  std::string memory_limit;  // of the database, e.g. "2GB"; empty: DuckDB's default
  Progress& progress;

  store::Database::Options database_options(store::Access access) const {
    return {.access = access, .threads = threads.count, .memory_limit = memory_limit, .spill = {}};
  }
};

}  // namespace perennial::engine
