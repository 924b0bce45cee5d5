// A lock on a shop's folder: many readers or one writer, among processes and within one.
//
// Story    flock(2) on the folder itself, so no lock file stays behind and the kernel drops the lock when the process
//          dies. DuckDB locks its files too, but against other processes only: two instances of one file in a process
//          would break it
// Errors   kLocked, naming the holder where the system tells
#pragma once

#include <filesystem>
#include <string>

#include "perennial/store/database.h"

namespace perennial::store {

class DirectoryLock {
 public:
  // Does not wait. REQUIRES: the folder exists.
  DirectoryLock(const std::filesystem::path& folder, Access access);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  int descriptor_;
};

// The one sentence of kLocked: who holds the shop, as far as known, and what to do. `pid` 0: not known.
[[noreturn]] void fail_locked(const std::filesystem::path& shop, Access access, int pid);

}  // namespace perennial::store
