// How far customers got, and where they stand.
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

constexpr std::array<std::string_view, 9> kStageOrder = {
    "visitor", "registered", "browsing", "first_purchase", "repeat",
    "loyal",   "at_risk",    "lapsed",   "won_back"};
constexpr std::array<std::string_view, 6> kBuyerStages = {"first_purchase", "repeat", "loyal",
                                                          "at_risk",        "lapsed", "won_back"};

template <typename Names>
bool contains(const Names& names, std::string_view id) {
  return std::find(names.begin(), names.end(), id) != names.end();
}

double share_of(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

// The step where the largest share stops is the finding; with only buying known, it is the second purchase.
std::string funnel_headline(const Page& page, const std::vector<FunnelStep>& funnel) {
  std::size_t worst = 1;
  for (std::size_t i = 2; i < funnel.size(); ++i) {
    if (share_of(funnel[i].customers, funnel[i - 1].customers) <
        share_of(funnel[worst].customers, funnel[worst - 1].customers)) {
      worst = i;
    }
  }
  const double kept = share_of(funnel[worst].customers, funnel[worst - 1].customers);
  if (funnel[worst].id == "repurchase") {
    return page.texts("funnel.headline_repeat", {{"share", page.numbers.percent(kept)}});
  }
  return page.texts("funnel.headline",
                    {{"share", page.numbers.percent(1 - kept)},
                     {"from", page.texts.name_of("funnel", funnel[worst - 1].id)},
                     {"to", page.texts.name_of("funnel", funnel[worst].id)}});
}

std::string funnel_html(Page& page, const Journey& journey) {
  const std::vector<FunnelStep>& funnel = journey.funnel;
  if (funnel.empty() || funnel.front().customers == 0) {
    return absent(page, "funnel", Absence::kNoCustomers);
  }
  Chart chart{.kind = ChartKind::kBars,
              .unit = Unit::kCount,
              .category_title = page.texts("funnel.step"),
              .value_title = page.texts("axis.customers"),
              .height = 8 + 42 * static_cast<int>(funnel.size())};
  Series series{.name = page.texts("axis.customers")};
  bool browse = false;
  for (std::size_t i = 0; i < funnel.size(); ++i) {
    const auto customers = static_cast<double>(funnel[i].customers);
    browse = browse || funnel[i].id == "browse";
    chart.categories.push_back(page.texts.name_of("funnel", funnel[i].id));
    series.values.push_back(customers);
    std::string label = page.numbers.count(customers);
    if (i > 0) {
      label += "   " + page.numbers.percent(share_of(funnel[i].customers, funnel[i - 1].customers));
    }
    const double days = std::round(funnel[i].median_days.value_or(0));
    if (days > 0) {  // the same day needs no words
      label += "   " + page.texts.plural("funnel.after", days, {{"n", page.numbers.count(days)}});
    }
    chart.end_labels.push_back(label);
  }
  chart.series.push_back(std::move(series));
  return figure(
      page, {.id = "funnel",
             .headline = funnel.size() > 1 ? funnel_headline(page, funnel)
                                           : page.texts.name_of("funnel", funnel.front().id),
             .subtitle = page.texts("funnel.subtitle"),
             .chart = std::move(chart),
             .note = browse ? "" : absence_text(page, "browsing", journey.no_browsing_because)});
}

std::string stages_headline(const Page& page, const Journey& journey) {
  std::int64_t buyers = 0;
  std::int64_t at_risk = 0;
  for (const StageCount& stage : journey.stages) {
    if (contains(kBuyerStages, stage.id)) buyers += stage.customers;
    if (stage.id == "at_risk") at_risk = stage.customers;
  }
  if (buyers == 0) return page.texts("stages.headline_none");
  if (at_risk == 0) return page.texts("stages.headline_calm");
  const auto n = static_cast<double>(at_risk);
  return page.texts.plural(
      "stages.headline", n,
      {{"n", page.numbers.count(n)}, {"share", page.numbers.percent(share_of(at_risk, buyers))}});
}

std::string stages_html(Page& page, const Journey& journey) {
  std::int64_t total = 0;
  for (const StageCount& stage : journey.stages) total += stage.customers;
  if (total == 0) return absent(page, "stages", Absence::kNoCustomers);
  std::vector<StageCount> stages = journey.stages;
  const auto rank = [](const StageCount& stage) {
    return std::find(kStageOrder.begin(), kStageOrder.end(), stage.id) - kStageOrder.begin();
  };
  std::stable_sort(stages.begin(), stages.end(),
                   [&](const StageCount& a, const StageCount& b) { return rank(a) < rank(b); });
  Chart chart{.kind = ChartKind::kBars,
              .unit = Unit::kCount,
              .category_title = page.texts("stages.stage"),
              .value_title = page.texts("axis.customers"),
              .height = 8 + 34 * static_cast<int>(stages.size())};
  Series series{.name = page.texts("axis.customers")};
  for (const StageCount& stage : stages) {
    const auto customers = static_cast<double>(stage.customers);
    if (stage.id == "at_risk") chart.accent = chart.categories.size();
    chart.categories.push_back(page.texts.name_of("stage", stage.id));
    series.values.push_back(customers);
    std::string label = page.numbers.count(customers) + "   " +
                        page.numbers.percent(share_of(stage.customers, total));
    if (stage.predicted_value && *stage.predicted_value > 0) {
      label += "  " +
               page.texts("stages.worth", {{"value", page.numbers.money(*stage.predicted_value)}});
    }
    chart.end_labels.push_back(label);
  }
  chart.series.push_back(std::move(series));
  return figure(
      page, {.id = "stages",
             .headline = stages_headline(page, journey),
             .subtitle = page.texts("stages.subtitle", {{"day", page.numbers.day(page.data.as_of)},
                                                        {"horizon", horizon(page)}}),
             .chart = std::move(chart)});
}

bool any_at_risk(const Journey& journey) {
  return std::any_of(journey.stages.begin(), journey.stages.end(), [](const StageCount& stage) {
    return stage.id == "at_risk" && stage.customers > 0;
  });
}

}  // namespace

Section journey_section(Page& page) {
  Section section{.id = "journey", .html = "", .highlight = ""};
  const auto* journey = std::get_if<Journey>(&page.data.journey);
  if (journey == nullptr) {
    section.html = absent(page, "journey", std::get<Absence>(page.data.journey));
    return section;
  }
  section.html = two_columns(funnel_html(page, *journey), stages_html(page, *journey)) +
                 flows_html(page, *journey);
  if (any_at_risk(*journey)) section.highlight = stages_headline(page, *journey);
  return section;
}

}  // namespace perennial::report
