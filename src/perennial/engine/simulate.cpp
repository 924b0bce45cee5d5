#include "perennial/engine/simulate.h"

#include <nlohmann/json.hpp>

#include "perennial/base/money.h"
#include "perennial/engine/simulate_files.h"

namespace perennial::engine {

std::vector<Field<Simulate::Input>> Simulate::fields() {
  return {
      field("out", &Input::out, "folder to make; the known truth goes to its subfolder truth")
          .as_positional(),
      field("customers", &Input::customers, "people who register").between(1, 20'000'000),
      field("days", &Input::days, "length of the history").between(1, 3650),
      field("start", &Input::start, "its first day"),
      field("format", &Input::format, "of the files").one_of({"parquet", "csv"}),
      field("currency", &Input::currency, "ISO 4217 code of all amounts"),
      field("erlang_k", &Input::erlang_k, "regularity of purchases: 1 random, more is more regular")
          .between(1, 20),
      field("pictures", &Input::pictures, "draw a picture of every item: pictures/<item>.png"),
  };
}

Simulate::Output Simulate::run(const Input& input, Context& context) {
  simulate::Options options;
  options.customers = input.customers;
  options.days = input.days;
  options.seed = context.seed;
  options.start_day = input.start;
  options.currency = std::string(Currency(input.currency).code());
  options.purchase.erlang_k = input.erlang_k;
  options.pictures = input.pictures;
  const SimulateSummary summary = write_simulated_shop(
      options, input.out, input.format == "csv" ? FileFormat::kCsv : FileFormat::kParquet,
      context.threads, context.progress);
  Output output{.folder = input.out,
                .rows = {},
                .bytes = static_cast<std::uint64_t>(summary.bytes),
                .seconds = summary.seconds};
  for (const SimulateSummary::Table& table : summary.tables)
    output.rows.emplace_back(table.name, table.rows);
  return output;
}

nlohmann::json to_json(const Simulate::Output& output) {
  nlohmann::json rows = nlohmann::json::object();
  for (const auto& [table, count] : output.rows) rows[table] = count;
  return {{"folder", output.folder.string()},
          {"rows", rows},
          {"bytes", output.bytes},
          {"seconds", output.seconds}};
}

}  // namespace perennial::engine
