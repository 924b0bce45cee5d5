// Which format a set of files is of, and which role each file plays.
//
// Rule     a file can play a role when it has all columns that the role must have (letter case, blanks, "_", "-" and
//          "." do not matter); of several formats the one with the most columns found wins
// Errors   kBadInput when nothing fits, two formats fit equally, files of a folder belong to different formats, a
//          role lacks another that it needs, or a column that is wanted stands twice in a header: each names the
//          file and the way out
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/store/import/format.h"
#include "perennial/store/import/source_file.h"

namespace perennial::store {

// Where each field of the role stands among the file's columns; -1 when it does not.
using Places = std::vector<int>;
std::optional<Places> match(const Role& role, const SourceFile& file);

struct RolePlayer {
  const Role* role = nullptr;
  const SourceFile* file = nullptr;
  Places places;                 // empty for files of messages
  std::size_t width = 0;         // fields of a record of text
  std::size_t header_lines = 1;  // records of text before the first row
};

struct Plan {
  const Format* format = nullptr;
  std::vector<RolePlayer> players;
  std::vector<std::string> notes;  // files that were passed over, columns that were not read
};

// REQUIRES: the files outlive the plan. `from_folder[i]`: file i was found in a folder, and may be passed over.
Plan make_plan(const std::vector<Format>& formats, const std::vector<SourceFile>& files,
               const std::vector<bool>& from_folder);

}  // namespace perennial::store
