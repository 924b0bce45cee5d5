// What each number is, in which unit, as of when, and how sure.
#include <fmt/format.h>

#include <array>

#include "perennial/report/sections/sections.h"

namespace perennial::report {

Section definitions_section(Page& page) {
  constexpr std::array<const char*, 14> kTerms = {
      "as_of",  "customer", "order",  "revenue", "predicted_value", "interval",       "p_active",
      "stages", "rfm",      "cohort", "holdout", "baseline",        "expected_value", "measures"};
  const Method& method = page.data.method;
  const Texts::Arguments known = {
      {"day", page.numbers.day(page.data.as_of)},
      {"horizon", horizon(page)},
      {"discount", page.numbers.percent(method.annual_discount)},
      {"level", page.numbers.percent(method.interval_level)},
      {"unit", money_unit(page)},
      {"purchase_model", method.purchase_model.empty()
                             ? page.texts("model.none")
                             : page.texts.name_of("model", method.purchase_model)},
      {"spend_model", method.spend_model.empty()
                          ? page.texts("model.none")
                          : page.texts.name_of("model", method.spend_model)}};
  std::string html = "<dl class=\"definitions\">\n";
  for (const char* term : kTerms) {
    const std::string key = std::string("definition.") + term;
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", safe(page.texts(key + ".name")),
                        safe(page.texts(key, known)));
  }
  return {.id = "definitions", .html = html + "</dl>\n", .highlight = ""};
}

}  // namespace perennial::report
