// A shop: one directory that holds everything known about it.
//
//   <shop>/facts.duckdb      what happened, append-only (docs/formats/shop.md)
//   <shop>/derived.duckdb    what follows from the facts; may be deleted at any time
//   <shop>/models/           <name>/<version>/, written by the engine
//
// Story    open, connect() once per thread, work, let it go out of scope. A connection's current catalog is `facts`;
//          the other file is the catalog `derived`. Temporary tables belong to one connection
// Access   one writer, or any number of readers, among all processes; readers may create temporary tables only
// Errors   create: kAlreadyExists. open: kNotFound, kLocked (names the process that has it), kUnsupported (written by
//          a newer build), kBadInput (facts.duckdb is something else), kIo
// Time     the shop never reads the clock: `now` stamps migrations and settings. The time zone of SQL is UTC
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "perennial/base/time.h"
#include "perennial/store/database.h"
#include "perennial/store/directory_lock.h"

namespace perennial::store {

class Shop {
 public:
  struct Settings {
    std::string currency;  // ISO 4217, the main currency; empty: not set
  };

  // Makes the folder (parents too) and an empty shop in it. The folder may exist if it is empty.
  static Shop create(const std::filesystem::path& path, const Settings& settings, Time now,
                     const Database::Options& options = {});

  // A shop of an older build is brought up to date first, and a derived.duckdb that is missing or cannot be read is
  // made anew; both write to the folder even when the shop is opened for reading. `options.access` is ignored.
  static Shop open(const std::filesystem::path& path, Access access, Time now,
                   const Database::Options& options = {});

  Connection connect();

  // From now on the catalog `derived` of every connection is an empty one in memory: what is built into it is gone with
  // this object, and the file stays as it is. REQUIRES: no connection is open.
  void use_scratch_derived();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path models_dir() const { return path_ / "models"; }
  Access access() const { return access_; }

  std::optional<std::string> setting(std::string_view name);  // the latest value
  void set_setting(std::string_view name, std::string_view value, Time now);

  // Moves both files' logs into the files. Worth a call after a large import; never needed for safety.
  void checkpoint();

 private:
  Shop(std::filesystem::path path, Access access, DirectoryLock lock, Database database);

  std::filesystem::path path_;
  Access access_;
  DirectoryLock lock_;  // outlives the database
  Database database_;
};

}  // namespace perennial::store
