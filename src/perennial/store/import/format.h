// What a format is: the files it consists of, how each is recognised and read, and the SQL that turns them into facts.
//
// Story    every file of a set plays a role; a role's fields become the columns of the temporary table
//          raw_<role>(file, line, ...), typed and checked; the format's SQL then fills staged_<fact table> and
//          staged_rejects from the raw tables (a role without a file leaves its table empty)
// Adding   a format is one entry in formats.cpp, one .sql file beside it, a fixture and a page in docs/formats
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/store/import/field.h"

namespace perennial::store {

class RawTable;
class JsonReader;

using SampleRecords = std::vector<std::vector<std::string>>;

struct Role {
  std::string name;   // raw_<name>
  std::string files;  // what people know the file by: "orders.csv"
  std::vector<Field> fields;
  std::vector<std::string> needs = {};  // roles without which this one cannot be read

  // Files without a header are known by their first records; fields then stand in the order above, and
  // `lines_before_data` are skipped.
  bool (*looks_like)(const SampleRecords& records) = nullptr;
  std::size_t lines_before_data = 0;

  // Read before the others and kept for all slices (a category tree).
  bool kept = false;
  // Recognised, and passed over with a note: it holds nothing that facts have a place for.
  bool unused = false;
  // Roles that no file plays by itself (the products of a Segment message) are filled by the format's JsonReader.
  bool filled_by_reader = false;
};

// The raw tables of an import, by role.
using RawTables = std::function<RawTable&(std::string_view role)>;

struct FormatInfo {
  std::string id;     // for --format
  std::string title;  // "UCI Online Retail"
  std::string files;  // "online_retail.csv or .parquet: InvoiceNo, StockCode, ..."
};

struct Format {
  FormatInfo info;
  std::vector<Role> roles;
  std::string sql;
  std::string currency = {};            // of amounts that name none; empty: the shop's
  std::vector<std::string> notes = {};  // what people should know about figures from this format
  bool sliced = false;                  // the SQL may see the rows in slices of a million

  // For nested JSON lines: whether an object is of this format, and what turns it into rows.
  bool (*is_message)(std::string_view json) = nullptr;
  std::unique_ptr<JsonReader> (*make_reader)(const RawTables& tables) = nullptr;
};

// Every format there is, in the order in which help lists them.
const std::vector<Format>& all_formats();
const Format& find_format(std::string_view id);  // kInvalidArgument names the formats there are

}  // namespace perennial::store
