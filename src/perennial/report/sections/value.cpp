// How predicted value spreads over customers.
#include <fmt/format.h>

#include "perennial/report/distribution.h"
#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

constexpr std::size_t kFewestForTenths = 10;
constexpr int kGainPoints = 51;  // every 2 %

// Bounds are round numbers, so they need no decimals from 1 on: 20, 5k, 0.5.
std::string bound(const Page& page, double x) {
  if (x >= 1000 && page.numbers.language() == Language::kEnglish) {
    return page.numbers.decimal(x / 1000, 0) + "k";
  }
  return page.numbers.decimal(x, x >= 1 ? 0 : x >= 0.1 ? 1 : 2);
}

std::string histogram_html(Page& page, const std::vector<double>& values) {
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kCount,
              .category_title = page.texts("histogram.axis", {{"unit", money_unit(page)}}),
              .value_title = page.texts("axis.customers")};
  Series series{.name = page.texts("axis.customers")};
  for (const Bin& bin : histogram_125(values)) {
    chart.categories.push_back(
        bin.low == 0 ? page.texts("histogram.below", {{"high", bound(page, bin.high)}})
                     : fmt::format("{}{}{}", bound(page, bin.low), kDash, bound(page, bin.high)));
    series.values.push_back(static_cast<double>(bin.count));
  }
  chart.series.push_back(std::move(series));
  return figure(page, {.id = "value-histogram",
                       .headline = page.texts("histogram.headline",
                                              {{"median", page.numbers.money(median_of(values))},
                                               {"mean", page.numbers.money(mean_of(values))}}),
                       .subtitle = page.texts("histogram.subtitle", {{"horizon", horizon(page)}}),
                       .chart = std::move(chart),
                       .note = page.texts("histogram.note")});
}

std::string gain_headline(const Page& page, const std::vector<double>& values) {
  if (values.size() < kFewestForTenths) return page.texts("gain.headline_few");
  const std::vector<double> tenths = gain_curve(values, 11);
  return page.texts("gain.headline", {{"share", page.numbers.percent(tenths[1])},
                                      {"tenth", page.numbers.percent(0.1)}});
}

std::string gain_html(Page& page, const std::vector<double>& values) {
  Chart chart{.kind = ChartKind::kLines,
              .unit = Unit::kPercent,
              .category_title = page.texts("gain.axis_customers"),
              .value_title = page.texts("gain.axis_value"),
              .label_every = 10};
  Series held{.name = page.texts("gain.series"), .values = gain_curve(values, kGainPoints)};
  Series equal{
      .name = page.texts("gain.equal"), .tone = Tone::kQuiet, .values = {}, .dashed = true};
  for (int i = 0; i < kGainPoints; ++i) {
    const double share = static_cast<double>(i) / (kGainPoints - 1);
    chart.categories.push_back(page.numbers.percent(share));
    equal.values.push_back(share);
  }
  chart.series = {std::move(held), std::move(equal)};
  return figure(page, {.id = "value-gain",
                       .headline = gain_headline(page, values),
                       .subtitle = page.texts("gain.subtitle", {{"horizon", horizon(page)}}),
                       .chart = std::move(chart)});
}

}  // namespace

Section value_section(Page& page) {
  Section section{.id = "value", .html = "", .highlight = ""};
  const auto* predicted = std::get_if<CustomerValues>(&page.data.values);
  if (predicted == nullptr || predicted->values.empty()) {
    section.html =
        absent(page, "value",
               predicted == nullptr ? std::get<Absence>(page.data.values) : Absence::kNoBuyers);
    return section;
  }
  const std::vector<double>& values = predicted->values;
  if (gain_curve(values, 2).empty()) {
    section.html = fmt::format("<p class=\"absent\">{}</p>\n", safe(page.texts("gain.no_value")));
    return section;
  }
  section.html = two_columns(gain_html(page, values), histogram_html(page, values));
  if (values.size() >= kFewestForTenths) section.highlight = gain_headline(page, values);
  return section;
}

}  // namespace perennial::report
