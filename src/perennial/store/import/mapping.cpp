#include "perennial/store/import/mapping.h"

#include <toml++/toml.h>
#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/store/import/formats.h"

namespace perennial::store {
namespace {

class MappingParser {
 public:
  explicit MappingParser(const std::filesystem::path& path) : path_(path.string()) {}

  std::vector<MappedFile> parse() {
    toml::table root;
    try {
      root = toml::parse_file(path_);
    } catch (const toml::parse_error& error) {
      refuse(error.source().begin.line, error.description());
    }
    allow_only(root, {"name", "file"});
    const std::string name = text_of(root, "name").value_or("mapping");
    const toml::array* files = root["file"].as_array();
    if (files == nullptr || files->empty())
      refuse(1, "there is no [[file]]; docs/formats/mapping.md shows one");
    std::vector<MappedFile> mapping;
    for (const toml::node& node : *files) {
      const toml::table* file = node.as_table();
      if (file == nullptr) refuse(line_of(node), "[[file]] must be a table");
      mapping.push_back(parse_file(*file, name));
    }
    return mapping;
  }

 private:
  [[noreturn]] void refuse(std::size_t line, std::string_view what) const {
    fail(ErrorKind::kInvalidArgument, "{} line {}: {}", path_, line, what);
  }
  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

  void allow_only(const toml::table& table, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
      std::string list;
      for (const std::string_view allowed : keys)
        list += (list.empty() ? "" : ", ") + std::string(allowed);
      refuse(line_of(value),
             fmt::format("\"{}\" is not known here; there are {}", key.str(), list));
    }
  }

  std::optional<std::string> text_of(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    const auto text = node->value_exact<std::string>();
    if (!text || text->empty()) refuse(line_of(*node), fmt::format("{} must be a text", key));
    return text;
  }

  MappedFile parse_file(const toml::table& file, const std::string& name) const {
    allow_only(file, {"match", "delimiter", "header", "table", "columns"});
    MappedFile mapped{formats::perennial(), 0, {}, text_of(file, "match").value_or("*"), {}, true};
    mapped.format.info.id = name;
    mapped.format.info.title = "the mapping " + path_;
    if (const auto delimiter = text_of(file, "delimiter")) {
      if (delimiter->size() != 1)
        refuse(line_of(*file.get("delimiter")),
               "delimiter must be one character (\"\\t\" is a tab)");
      mapped.delimiter = delimiter->front();
    }
    if (const toml::node* header = file.get("header")) {
      const auto value = header->value_exact<bool>();
      if (!value) refuse(line_of(*header), "header must be true or false");
      mapped.header = *value;
    }
    parse_table(mapped, file);
    return mapped;
  }

  void parse_table(MappedFile& mapped, const toml::table& file) const {
    const auto table = text_of(file, "table");
    auto& roles = mapped.format.roles;
    const auto role = std::find_if(roles.begin(), roles.end(), [&](const Role& candidate) {
      return table && candidate.name == *table;
    });
    if (role == roles.end()) {
      refuse(line_of(file),
             "table must be events, order_lines, items, customers, identities, "
             "campaigns or exposures");
    }
    mapped.role = static_cast<std::size_t>(role - roles.begin());
    mapped.sources.resize(role->fields.size());
    const toml::table* columns = file["columns"].as_table();
    if (columns == nullptr) refuse(line_of(file), "[file.columns] is missing");
    for (const auto& [key, value] : *columns) {
      const auto field = std::find_if(role->fields.begin(), role->fields.end(),
                                      [&](const Field& one) { return one.column == key.str(); });
      if (field == role->fields.end())
        refuse(line_of(value), fmt::format("{} has no column \"{}\"; there are {}", role->name,
                                           key.str(), columns_of(*role)));
      parse_column(*field, mapped.sources[static_cast<std::size_t>(field - role->fields.begin())],
                   value);
    }
    for (std::size_t i = 0; i < role->fields.size(); ++i) {
      const Field& field = role->fields[i];
      if (field.need == Need::kValue && !field.constant &&
          std::holds_alternative<std::monostate>(mapped.sources[i])) {
        refuse(line_of(*columns), fmt::format("{} needs the column {}", role->name, field.column));
      }
    }
  }

  static std::string columns_of(const Role& role) {
    std::string list;
    for (const Field& field : role.fields) list += (list.empty() ? "" : ", ") + field.column;
    return list;
  }

  void parse_column(Field& field, ColumnSource& source, const toml::node& node) const {
    if (set_source(source, node)) return;
    const toml::table* table = node.as_table();
    if (table == nullptr)
      refuse(line_of(node),
             fmt::format("{} must be a column's name or number, or a table", field.column));
    allow_only(*table, {"column", "constant", "format", "decimal"});
    const toml::node* column = table->get("column");
    const toml::node* constant = table->get("constant");
    if ((column == nullptr) == (constant == nullptr))
      refuse(line_of(node), fmt::format("{} needs either column or constant", field.column));
    set_format(field, *table);
    if (column != nullptr && !set_source(source, *column))
      refuse(line_of(*column), "column must be a name or a number from 1");
    if (constant != nullptr) set_constant(field, *constant);
  }

  static bool set_source(ColumnSource& source, const toml::node& node) {
    if (const auto name = node.value_exact<std::string>()) {
      source = *name;
      return true;
    }
    const auto number = node.value_exact<std::int64_t>();
    if (number && *number >= 1) source = *number;
    return number && *number >= 1;
  }

  void set_constant(Field& field, const toml::node& node) const {
    std::string text;
    if (const auto value = node.value_exact<std::string>()) {
      text = *value;
    } else if (const auto number = node.value_exact<std::int64_t>()) {
      text = std::to_string(*number);
    } else if (const auto real = node.value_exact<double>()) {
      text = fmt::format("{}", *real);
    } else if (const auto boolean = node.value_exact<bool>()) {
      text = *boolean ? "true" : "false";
    } else {
      refuse(line_of(node), "constant must be a text, a number, true or false");
    }
    std::string kept;
    if (read_field(field.type, text, kept).defect)
      refuse(line_of(node), fmt::format("\"{}\" cannot be the {}", text, field.column));
    field.constant = text;
  }

  void set_format(Field& field, const toml::table& table) const {
    if (const auto format = text_of(table, "format")) {
      static constexpr std::pair<std::string_view, FieldType> kFormats[] = {
          {"iso", FieldType::kTime},
          {"day_first", FieldType::kDayFirst},
          {"month_first", FieldType::kMonthFirst},
          {"seconds", FieldType::kEpochSeconds},
          {"millis", FieldType::kEpochMillis},
          {"micros", FieldType::kEpochMicros}};
      const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                       [&](const auto& one) { return one.first == *format; });
      if (sql_type(field.type) != "TIMESTAMP" || found == std::end(kFormats)) {
        refuse(line_of(table),
               "format is for times: iso, day_first, month_first, seconds, millis or micros");
      }
      field.type = found->second;
    }
    if (const auto decimal = text_of(table, "decimal")) {
      const bool number = field.type == FieldType::kNumber || field.type == FieldType::kQuantity;
      if (!number || (*decimal != "," && *decimal != "."))
        refuse(line_of(table), "decimal is for numbers: \",\" or \".\"");
      if (*decimal == ",") {
        field.type = field.type == FieldType::kNumber ? FieldType::kDecimalComma
                                                      : FieldType::kQuantityDecimalComma;
      }
    }
  }

  std::string path_;
};

bool takes(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= name.size(); ++skip) {
      if (takes(pattern.substr(1), name.substr(skip))) return true;
    }
    return false;
  }
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         takes(pattern.substr(1), name.substr(1));
}

int place_of(const ColumnSource& source, const SourceFile& file) {
  if (const auto* number = std::get_if<std::int64_t>(&source)) {
    if (static_cast<std::size_t>(*number) > file.columns.size()) {
      fail(ErrorKind::kBadInput, "{}: column {} is asked for, there are {}", file.name, *number,
           file.columns.size());
    }
    return static_cast<int>(*number - 1);
  }
  const auto* name = std::get_if<std::string>(&source);
  if (name == nullptr) return -1;
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    if (header_key(file.columns[i]) == header_key(*name)) found.push_back(i);
  }
  if (found.size() == 1) return static_cast<int>(found[0]);
  fail(ErrorKind::kBadInput, "{}: the mapping asks for the column \"{}\", which stands {} in it",
       file.name, *name, found.empty() ? "not" : "more than once");
}

}  // namespace

std::vector<MappedFile> read_mapping(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path))
    fail(ErrorKind::kNotFound, "--map {}: there is no such file", path.string());
  return MappingParser(path).parse();
}

const MappedFile& mapped_file(const std::vector<MappedFile>& mapping,
                              const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  for (const MappedFile& mapped : mapping) {
    if (takes(mapped.pattern, name)) return mapped;
  }
  fail(ErrorKind::kBadInput, "{}: no [[file]] of the mapping matches this name", path.string());
}

Plan plan_mapped(const MappedFile& mapped, const SourceFile& file) {
  Plan plan;
  plan.format = &mapped.format;
  RolePlayer player{&mapped.format.roles[mapped.role], &file, {}, file.columns.size()};
  for (const ColumnSource& source : mapped.sources) player.places.push_back(place_of(source, file));
  player.header_lines = mapped.header ? 1 : 0;
  plan.players.push_back(std::move(player));
  return plan;
}

}  // namespace perennial::store
