#include "perennial/engine/import.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "perennial/store/shop.h"

namespace perennial::engine {

std::vector<Field<Import::Input>> Import::fields() {
  std::vector<std::string> ids;
  for (const store::FormatInfo& format : store::formats()) ids.push_back(format.id);
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("files", &Input::files, "files, or folders of files that belong together")
          .as_positional(),
      field("format", &Input::format, "read the files as; default: recognised from their content")
          .one_of(std::move(ids)),
      field("map", &Input::map,
            "a TOML file that says which column is what (docs/formats/mapping.md)"),
      field("dry_run", &Input::dry_run, "say what would be taken and what not, write nothing"),
  };
}

Import::Output Import::run(const Input& input, Context& context) {
  const auto start = std::chrono::steady_clock::now();
  store::Shop shop = store::Shop::open(input.shop, store::Access::kWrite, context.now,
                                       context.database_options(store::Access::kWrite));
  Output output{.shop = input.shop, .report = {}};
  output.report = store::import_files(shop,
                                      {.inputs = input.files,
                                       .format = input.format,
                                       .mapping = input.map,
                                       .dry_run = input.dry_run,
                                       .now = context.now},
                                      context.progress);
  output.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return output;
}

nlohmann::json to_json(const Import::Output& output) {
  const store::ImportReport& report = output.report;
  nlohmann::json facts = nlohmann::json::array();
  std::int64_t stored = 0;
  std::int64_t known = 0;
  for (const store::FactCount& count : report.facts) {
    facts.push_back({{"table", count.table},
                     {"staged", count.staged},
                     {"stored", count.stored},
                     {"known", count.known}});
    stored += count.stored;
    known += count.known;
  }
  nlohmann::json rejects = nlohmann::json::array();
  std::int64_t rejected = 0;
  for (const store::RejectCount& count : report.rejects) {
    nlohmann::json examples = nlohmann::json::array();
    for (const store::RejectExample& example : count.examples) {
      examples.push_back({{"file", example.file},
                          {"line", example.line},
                          {"field", example.field},
                          {"message", example.message}});
    }
    rejects.push_back({{"reason", count.reason}, {"rows", count.count}, {"examples", examples}});
    rejected += count.count;
  }
  return {{"format", report.format},       {"files", report.files},    {"dry_run", report.dry_run},
          {"rows_read", report.rows_read}, {"rows_stored", stored},    {"rows_known", known},
          {"rows_rejected", rejected},     {"facts", facts},           {"rejects", rejects},
          {"notes", report.notes},         {"seconds", output.seconds}};
}

}  // namespace perennial::engine
