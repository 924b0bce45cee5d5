// The purchase processes side by side with the baselines, and which one is in use.
#include <algorithm>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

constexpr int kDigits = 3;

std::string optional_cell(const Page& page, const std::optional<Estimate>& estimate,
                          bool with_sign) {
  if (!estimate) return std::string(kDash);
  return with_range(with_sign ? page.numbers.signed_decimal(estimate->value, kDigits)
                              : page.numbers.decimal(estimate->value, kDigits),
                    page.numbers.decimal_range(*estimate, kDigits));
}

std::string likelihood_cell(const Page& page, const std::optional<double>& value) {
  return value ? page.numbers.decimal(*value, 1) : std::string(kDash);
}

std::string headline(const Page& page, const Accuracy& accuracy) {
  const auto chosen = std::find_if(accuracy.models.begin(), accuracy.models.end(),
                                   [](const ModelRow& row) { return row.chosen; });
  if (chosen == accuracy.models.end()) return page.texts("models.headline_none");
  return page.texts(chosen->is_baseline ? "models.headline_baseline" : "models.headline",
                    {{"model", page.texts.name_of("model", chosen->id)},
                     {"measure", page.texts.name_of("measure", accuracy.decided_by)}});
}

}  // namespace

std::string model_table_html(Page& page, const Accuracy& accuracy) {
  if (accuracy.models.empty()) return "";
  const auto title = [&](const char* key) { return page.texts(std::string("models.") + key); };
  Table table(title("caption"), {{title("model"), Table::Kind::kText},
                                 {title("log_likelihood")},
                                 {title("holdout_log_likelihood")},
                                 {title("mae")},
                                 {title("rmse")},
                                 {title("bias")},
                                 {title("auc")}});
  std::vector<ModelRow> rows = accuracy.models;
  std::stable_sort(rows.begin(), rows.end(), [](const ModelRow& a, const ModelRow& b) {
    if (a.is_baseline != b.is_baseline) return b.is_baseline;
    return a.chosen && !b.chosen;
  });
  std::optional<Interval> shown;
  for (const ModelRow& row : rows) {
    for (const auto& measured : {row.mae, row.rmse, row.bias, row.auc_active}) {
      if (measured && !shown) shown = measured->interval;
    }
    std::string name = safe(page.texts.name_of("model", row.id));
    if (row.chosen) name += " <span class=\"mark\">" + safe(page.texts("mark.chosen")) + "</span>";
    if (row.is_baseline) name += " <small>" + safe(page.texts("mark.baseline")) + "</small>";
    if (row.lost_to_baseline) {
      name += " <small class=\"lost\">" + safe(page.texts("mark.lost")) + "</small>";
    }
    table.row({name, likelihood_cell(page, row.log_likelihood),
               likelihood_cell(page, row.holdout_log_likelihood),
               optional_cell(page, row.mae, false), optional_cell(page, row.rmse, false),
               optional_cell(page, row.bias, true), optional_cell(page, row.auc_active, false)},
              row.chosen ? "chosen" : "");
  }
  const auto n = static_cast<double>(accuracy.customers);
  return figure(page,
                {.id = "models",
                 .headline = headline(page, accuracy),
                 .subtitle = page.texts.plural("models.subtitle", n,
                                               {{"n", page.numbers.count(n)},
                                                {"from", page.numbers.day(accuracy.holdout_start)},
                                                {"to", page.numbers.day(accuracy.holdout_end)}}),
                 .body_html = table.html(),
                 .note = join(page, page.texts("models.note"), note_on_intervals(page, shown))});
}

}  // namespace perennial::report
