#include "perennial/engine/export.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "perennial/engine/run_info.h"
#include "perennial/store/export.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

struct Exportable {
  std::string_view name;
  std::string_view query;
  bool is_fact;  // there without a run
};

constexpr std::array<Exportable, 20> kExportables = {{
    {"scores", "SELECT * FROM derived.scores ORDER BY customer_id", false},
    {"features", "SELECT * FROM derived.features ORDER BY customer_id", false},
    {"next_steps", "SELECT * EXCLUDE (capped) FROM derived.next_steps ORDER BY customer_id", false},
    {"recommendations", "SELECT * FROM derived.recommendations ORDER BY customer_id, rank", false},
    {"similar_items", "SELECT * FROM derived.similar_items ORDER BY item_id, rank", false},
    {"customers", "SELECT * FROM derived.customers ORDER BY customer_id", false},
    {"stages", "SELECT * FROM derived.stages ORDER BY customer_id, as_of", false},
    {"stage_flows", "SELECT * FROM derived.stage_flows ORDER BY ALL", false},
    {"rfm", "SELECT * FROM derived.rfm ORDER BY customer_id", false},
    {"cohorts", "SELECT * FROM derived.cohorts ORDER BY cohort, period", false},
    {"orders", "SELECT * FROM derived.orders ORDER BY time, order_id, customer_id", false},
    {"catalogue", "SELECT * FROM derived.catalogue ORDER BY item_id", false},
    {"rejects", "SELECT * FROM rejects ORDER BY import_id, file, line", true},
    {"fact_events", "SELECT * EXCLUDE (source, import_id) FROM events ORDER BY time, event_id",
     true},
    {"fact_order_lines",
     "SELECT * EXCLUDE (source, import_id) FROM order_lines ORDER BY time, event_id", true},
    {"fact_items", "SELECT * EXCLUDE (source, import_id) FROM items ORDER BY time, event_id", true},
    {"fact_customers",
     "SELECT * EXCLUDE (source, import_id) FROM customers ORDER BY time, event_id", true},
    {"fact_identities",
     "SELECT * EXCLUDE (source, import_id) FROM identities ORDER BY time, event_id", true},
    {"fact_campaigns",
     "SELECT * EXCLUDE (source, import_id) FROM campaigns ORDER BY time, event_id", true},
    {"fact_exposures",
     "SELECT * EXCLUDE (source, import_id) FROM exposures ORDER BY time, event_id", true},
}};

}  // namespace

std::vector<Field<Export::Input>> Export::fields() {
  std::vector<std::string> names;
  for (const Exportable& exportable : kExportables) names.emplace_back(exportable.name);
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("what", &Input::what, "table").one_of(std::move(names)),
      field("out", &Input::out,
            "file to write: .parquet, .csv or .jsonl, text also with .gz or .zst")
          .as_required(),
      field("overwrite", &Input::overwrite, "replace the file if it is there"),
  };
}

Export::Output Export::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  store::Connection connection = shop.connect();
  for (const Exportable& exportable : kExportables) {
    if (exportable.name != input.what) continue;
    if (!exportable.is_fact) read_run_info(connection, input.shop);
    const std::int64_t rows = store::export_query(
        connection, exportable.query, input.out,
        input.overwrite ? store::Existing::kOverwrite : store::Existing::kRefuse);
    return {.what = input.what, .file = input.out, .rows = rows};
  }
  throw Bug(fmt::format("export: {} was allowed and is not there", input.what));
}

nlohmann::json to_json(const Export::Output& output) {
  return {{"what", output.what}, {"file", output.file.string()}, {"rows", output.rows}};
}

}  // namespace perennial::engine
