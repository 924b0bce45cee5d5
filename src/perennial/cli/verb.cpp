#include "perennial/cli/verb.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace perennial::cli {

std::string flag_name(const engine::FieldInfo& info) {
  if (info.positional) return info.name;
  std::string name = "--" + info.name;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string flag_help(const engine::FieldInfo& info) {
  std::string help = info.help;
  if (!info.choices.empty()) help += fmt::format(": {}", fmt::join(info.choices, ", "));
  if (info.low && info.high) help += fmt::format(" ({} to {})", *info.low, *info.high);
  if (!info.required && !info.default_value.empty())
    help += fmt::format(" [{}]", info.default_value);
  return help;
}

namespace {
std::string_view type_name(engine::FieldType type) {
  switch (type) {
    case engine::FieldType::kText:
      return "TEXT";
    case engine::FieldType::kPath:
      return "PATH";
    case engine::FieldType::kInteger:
      return "N";
    case engine::FieldType::kNumber:
      return "X";
    case engine::FieldType::kFlag:
      return "";
    case engine::FieldType::kDay:
      return "YYYY-MM-DD";
  }
  return "";
}
}  // namespace

CLI::Option* add_flag(CLI::App& command, const engine::FieldInfo& info,
                      const std::function<void(const std::string&)>& assign) {
  if (info.type == engine::FieldType::kFlag) {
    return command.add_flag_callback(
        flag_name(info), [assign] { assign("true"); }, flag_help(info));
  }
  CLI::Option* option = command.add_option(
      flag_name(info),
      [assign](const std::vector<std::string>& values) {
        for (const std::string& value : values) assign(value);
        return true;
      },
      flag_help(info));
  option->type_name(std::string(type_name(info.type)));
  if (info.repeated) {
    option->expected(info.required ? 1 : 0, 1 << 20);
  } else {
    option->expected(1);
  }
  if (info.required) option->required();
  return option;
}

CLI::App* add_command(CLI::App& app, std::string_view name, std::string_view summary) {
  CLI::App* parent = &app;
  const std::size_t space = name.find(' ');
  if (space != std::string_view::npos) {
    parent = app.get_subcommand(std::string(name.substr(0, space)));
    name.remove_prefix(space + 1);
    // The parser would ask for the parent's required flags too; add_verb asks for them when it is the parent's turn.
    for (CLI::Option* option : parent->get_options()) {
      if (!option->get_required()) continue;
      option->required(false);
      option->description(option->get_description() + " (required)");
    }
  }
  return parent->add_subcommand(std::string(name), std::string(summary));
}

void print_json(const nlohmann::json& value) {
  std::puts(value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

}  // namespace perennial::cli
