// One verb as a subcommand: flags from its fields, then run, then print.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"

namespace perennial::cli {

// Flags that every verb takes.
struct CommonFlags {
  bool quiet = false;
  bool json = false;
  int threads = 0;
  std::uint64_t seed = 1;
  std::string memory;
};

using Action = std::function<void(engine::Context&)>;

std::string flag_name(
    const engine::FieldInfo& info);  // "--dry-run", or "shop" for a positional one
std::string flag_help(const engine::FieldInfo& info);  // help with choices, range and default
CLI::Option* add_flag(CLI::App& command, const engine::FieldInfo& info,
                      const std::function<void(const std::string&)>& assign);
void print_json(const nlohmann::json& value);

// A verb of two words ("evaluate value") stands below the verb of its first word, which must be there.
CLI::App* add_command(CLI::App& app, std::string_view name, std::string_view summary);

// Adds Verb as a subcommand; on use, `chosen` becomes the action that runs and prints it.
template <typename Verb>
void add_verb(CLI::App& app, const CommonFlags& common, Action& chosen,
              const std::function<void(const typename Verb::Output&)>& print) {
  CLI::App* command = add_command(app, Verb::kName, Verb::kSummary);
  const auto input = std::make_shared<typename Verb::Input>();
  for (const auto& field : Verb::fields()) {
    add_flag(*command, field,
             [field, input](const std::string& text) { field.assign(*input, text); });
  }
  command->callback([&common, &chosen, command, input, print] {
    if (!command->get_subcommands().empty()) {  // `evaluate value`, not `evaluate`
      for (const engine::FieldInfo& field : Verb::fields())
        if (command->get_option(flag_name(field))->count() > 0)
          throw CLI::ExtrasError({flag_name(field) + " belongs after the last word of the verb"});
      return;
    }
    for (const engine::FieldInfo& field : Verb::fields())
      if (field.required && command->get_option(flag_name(field))->count() == 0)
        throw CLI::RequiredError(flag_name(field));
    chosen = [&common, input, print](engine::Context& context) {
      const auto output = Verb::run(*input, context);
      if (common.json) {
        print_json(to_json(output));
      } else {
        print(output);
      }
    };
  });
}

}  // namespace perennial::cli
