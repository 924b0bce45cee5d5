// Who came and who went, month by month: gains above zero, losses below.
#include <array>

#include "perennial/report/sections/sections.h"

namespace perennial::report {

std::string flows_html(Page& page, const Journey& journey) {
  const std::vector<MonthFlow>& flows = journey.flows;
  if (flows.empty()) return absent(page, "flows", Absence::kTooShortHistory);
  struct Kind {
    const char* key;
    Tone tone;
    std::int64_t MonthFlow::* count;
    double sign;
  };
  constexpr std::array<Kind, 5> kKinds = {
      {{"flows.returning", Tone::kSoft, &MonthFlow::returning_buyers, 1},
       {"flows.new", Tone::kMain, &MonthFlow::new_buyers, 1},
       {"flows.won_back", Tone::kSecond, &MonthFlow::won_back, 1},
       {"flows.at_risk", Tone::kLossSoft, &MonthFlow::to_at_risk, -1},
       {"flows.lapsed", Tone::kLoss, &MonthFlow::to_lapsed, -1}}};

  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kCount,
              .category_title = page.texts("axis.month"),
              .value_title = page.texts("axis.customers"),
              .stacked = true,
              .dated = true,
              .height = 340};
  const MonthFlow* last = nullptr;  // the last complete month
  for (const MonthFlow& flow : flows) {
    if (next_month_start(flow.month) <= page.data.as_of + 1) {
      last = &flow;
    } else if (!chart.unfinished) {
      chart.unfinished = chart.categories.size();
    }
    chart.categories.push_back(page.numbers.short_month(flow.month));
  }
  for (const Kind& kind : kKinds) {
    Series series{.name = page.texts(kind.key), .tone = kind.tone, .values = {}};
    for (const MonthFlow& flow : flows) {
      series.values.push_back(kind.sign * static_cast<double>(flow.*kind.count));
    }
    chart.series.push_back(std::move(series));
  }
  const MonthFlow& told = last == nullptr ? flows.back() : *last;
  const auto number = [&](std::int64_t n) { return page.numbers.count(static_cast<double>(n)); };
  const std::string headline =
      page.texts("flows.headline", {{"month", page.numbers.month(told.month)},
                                    {"gained", number(told.new_buyers + told.won_back)},
                                    {"lost", number(told.to_at_risk + told.to_lapsed)}});
  std::string note = page.texts("flows.note");
  if (chart.unfinished) note = join(page, note, page.texts("note.unfinished_month"));
  return figure(page, {.id = "flows",
                       .headline = headline,
                       .subtitle = page.texts("flows.subtitle"),
                       .chart = std::move(chart),
                       .note = note});
}

}  // namespace perennial::report
