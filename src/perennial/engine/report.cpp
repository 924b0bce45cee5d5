#include "perennial/engine/report.h"

#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/engine/report_data.h"
#include "perennial/report/render.h"

namespace perennial::engine {

std::vector<Field<Report::Input>> Report::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("out", &Input::out, "file to write, replaced if it is there"),
      field("lang", &Input::lang, "language").one_of({"en", "zh"}),
  };
}

Report::Output Report::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  const report::ReportData data = gather_report(shop, context);
  const auto language = report::find_language(input.lang);
  CHECK(language);  // one_of() in fields()
  const std::string page = report::render(data, *language);
  if (input.out.has_parent_path()) std::filesystem::create_directories(input.out.parent_path());
  write_file(input.out, page);
  return {.file = input.out, .bytes = page.size(), .as_of = data.as_of};
}

nlohmann::json to_json(const Report::Output& output) {
  return {
      {"file", output.file.string()}, {"bytes", output.bytes}, {"as_of", format_day(output.as_of)}};
}

}  // namespace perennial::engine
