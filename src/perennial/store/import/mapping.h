// A mapping: a TOML file that says which column of a foreign file is which column of the facts.
//
// Story    each [[file]] names a fact table and where its columns come from: a column of the file, or a constant; the
//          rows then go the way of Perennial's own files, with the same checks. docs/formats/mapping.md is the manual
// Errors   kInvalidArgument names the line of the TOML file and what is possible; kBadInput when an input has none of
//          the columns that are asked for, or no [[file]] matches it
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "perennial/store/import/match.h"

namespace perennial::store {

// Where a field comes from: a column by name, a column by number (from 1), or nowhere (a constant, or NULL).
using ColumnSource = std::variant<std::monostate, std::string, std::int64_t>;

struct MappedFile {
  Format format;                      // Perennial's own, with the types that the mapping asks for
  std::size_t role = 0;               // in format.roles: the fact table
  std::vector<ColumnSource> sources;  // one per field of the role
  std::string pattern;                // of file names; "*" and "?" as in the shell
  std::optional<char> delimiter;
  bool header = true;
};

std::vector<MappedFile> read_mapping(const std::filesystem::path& path);

// The first [[file]] whose pattern takes the name; kBadInput when there is none.
const MappedFile& mapped_file(const std::vector<MappedFile>& mapping,
                              const std::filesystem::path& path);

// REQUIRES: mapping and file outlive the plan.
Plan plan_mapped(const MappedFile& mapped, const SourceFile& file);

}  // namespace perennial::store
