// The value models at several cut-offs in the past: whether the choice holds up over time.
#include <algorithm>
#include <cmath>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

constexpr int kDigits = 3;

std::string cell(const Page& page, const std::optional<Estimate>& estimate) {
  return estimate ? page.numbers.decimal(estimate->value, kDigits) : std::string(kDash);
}

std::string signed_cell(const Page& page, const std::optional<Estimate>& estimate) {
  return estimate ? page.numbers.signed_decimal(estimate->value, kDigits) : std::string(kDash);
}

std::string difference_cell(const Page& page, const std::optional<Estimate>& estimate) {
  if (!estimate) return std::string(kDash);
  return with_range(page.numbers.signed_decimal(estimate->value, kDigits),
                    page.numbers.decimal_range(*estimate, kDigits));
}

std::string money_cell(const Page& page, const std::optional<Estimate>& estimate) {
  return estimate ? safe(page.numbers.money(estimate->value)) : std::string(kDash);
}

std::string name_cell(const Page& page, const BacktestRow& row) {
  std::string name = safe(page.texts.name_of("model", row.id));
  if (row.chosen) name += " <span class=\"mark\">" + safe(page.texts("backtest.best")) + "</span>";
  if (row.is_baseline) name += " <small>" + safe(page.texts("mark.baseline")) + "</small>";
  return name;
}

std::string table_html(Page& page, const Backtest& backtest) {
  const auto title = [&](const char* key) { return page.texts(std::string("backtest.") + key); };
  Table table(title("caption"), {{title("model"), Table::Kind::kText},
                                 {title("won")},
                                 {title("mae")},
                                 {title("mae_difference")},
                                 {title("rmse")},
                                 {title("bias")},
                                 {title("gini")},
                                 {title("auc")},
                                 {title("brier")},
                                 {title("spend_mae")}});
  std::vector<BacktestRow> rows = backtest.rows;
  std::stable_sort(rows.begin(), rows.end(), [](const BacktestRow& a, const BacktestRow& b) {
    if (a.is_baseline != b.is_baseline) return b.is_baseline;
    return a.chosen && !b.chosen;
  });
  std::optional<Interval> shown;
  for (const BacktestRow& row : rows) {
    if (row.mae_difference && !shown) shown = row.mae_difference->interval;
    table.row({name_cell(page, row), page.numbers.count(row.won), cell(page, row.mae),
               difference_cell(page, row.mae_difference), cell(page, row.rmse),
               signed_cell(page, row.bias), cell(page, row.gini), cell(page, row.auc),
               cell(page, row.brier), money_cell(page, row.spend_mae)},
              row.chosen ? "chosen" : "");
  }
  const auto cut_offs = static_cast<double>(backtest.origins.size());
  const auto chosen = std::ranges::find(backtest.rows, true, &BacktestRow::chosen);
  const std::string headline =
      chosen == backtest.rows.end()
          ? page.texts("models.headline_none")
          : page.texts(chosen->is_baseline ? "backtest.headline_baseline" : "backtest.headline",
                       {{"model", page.texts.name_of("model", chosen->id)}});
  return figure(
      page,
      {.id = "backtest",
       .headline = headline,
       .subtitle = page.texts.plural("backtest.subtitle", cut_offs,
                                     {{"n", page.numbers.count(cut_offs)},
                                      {"days", page.numbers.count(backtest.holdout_days)},
                                      {"from", page.numbers.day(backtest.origins.front().split)},
                                      {"to", page.numbers.day(backtest.origins.back().end)}}),
       .body_html = table.html(),
       .note = join(page, page.texts("backtest.note"), note_on_intervals(page, shown))});
}

std::string origins_html(Page& page, const Backtest& backtest) {
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kCount,
              .category_title = page.texts("backtest.origins_axis"),
              .value_title = page.texts("backtest.origins_value")};
  Series actual{.name = page.texts("series.actual"), .tone = Tone::kQuiet};
  Series expected{.name = page.texts("series.expected"), .tone = Tone::kMain};
  for (const BacktestOrigin& origin : backtest.origins) {
    chart.categories.push_back(page.numbers.day(origin.split));
    actual.values.push_back(origin.actual);
    expected.values.push_back(origin.expected);
  }
  chart.series = {std::move(actual), std::move(expected)};
  const BacktestOrigin& last = backtest.origins.back();
  const double bias = last.actual > 0 ? last.expected / last.actual - 1 : 0;
  const std::string headline = last.actual > 0
                                   ? page.texts(bias < 0 ? "backtest.origins_headline_low"
                                                         : "backtest.origins_headline_high",
                                                {{"bias", page.numbers.percent(std::abs(bias))}})
                                   : page.texts("backtest.origins_headline_none");
  return figure(page, {.id = "backtest-origins",
                       .headline = headline,
                       .subtitle = page.texts("backtest.origins_subtitle"),
                       .chart = std::move(chart)});
}

std::string reliability_html(Page& page, const Backtest& backtest) {
  if (backtest.reliability.empty()) return "";
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kPercent,
              .category_title = page.texts("backtest.reliability_axis"),
              .value_title = page.texts("backtest.reliability_value")};
  Series actual{.name = page.texts("series.actual"), .tone = Tone::kQuiet};
  Series expected{.name = page.texts("series.expected"), .tone = Tone::kMain};
  double off = 0;
  double customers = 0;
  for (const ReliabilityRow& row : backtest.reliability) {
    chart.categories.push_back(page.numbers.percent(row.predicted));
    actual.values.push_back(row.actual);
    expected.values.push_back(row.predicted);
    off += static_cast<double>(row.customers) * std::abs(row.actual - row.predicted);
    customers += static_cast<double>(row.customers);
  }
  chart.series = {std::move(actual), std::move(expected)};
  return figure(page, {.id = "backtest-reliability",
                       .headline = page.texts("backtest.reliability_headline",
                                              {{"error", page.numbers.percent(off / customers)}}),
                       .subtitle = page.texts("backtest.reliability_subtitle"),
                       .chart = std::move(chart)});
}

}  // namespace

std::string backtest_html(Page& page, const Backtest& backtest) {
  if (backtest.origins.empty() || backtest.rows.empty()) return "";
  const std::string table = table_html(page, backtest);
  const std::string origins = origins_html(page, backtest);
  return table + two_columns(origins, reliability_html(page, backtest));
}

}  // namespace perennial::report
