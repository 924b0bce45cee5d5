// What to do next: per action how many customers and what it should bring.
#include <algorithm>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

bool is_leave_alone(const NextStep& step) { return step.action == "leave_alone"; }

std::vector<NextStep> in_order(std::vector<NextStep> steps) {
  std::stable_sort(steps.begin(), steps.end(), [](const NextStep& a, const NextStep& b) {
    if (is_leave_alone(a) != is_leave_alone(b)) return is_leave_alone(b);
    return a.expected_value.value > b.expected_value.value;
  });
  return steps;
}

Table steps_table(const Page& page, const std::vector<NextStep>& steps) {
  const auto title = [&](const char* key) { return page.texts(std::string("steps.") + key); };
  Table table(title("caption"),
              {{title("action"), Table::Kind::kText},
               {title("customers")},
               {page.texts("steps.value", {{"unit", money_unit(page)}}), Table::Kind::kBar},
               {title("each")},
               {title("example"), Table::Kind::kProse}});
  double most = 0;
  for (const NextStep& step : steps) most = std::max(most, step.expected_value.value);
  for (const NextStep& step : steps) {
    const auto customers = static_cast<double>(step.customers);
    const bool none = is_leave_alone(step);
    const std::string value = page.numbers.amount(step.expected_value.value);
    const std::string example = step.example_customer_id.empty()
                                    ? safe(brief(step.example_reason))
                                    : "<b>" + safe(brief(step.example_customer_id)) + "</b> " +
                                          safe(brief(step.example_reason));
    table.row({safe(page.texts.name_of("action", step.action)), page.numbers.count(customers),
               none ? std::string(kDash)
                    : bar_cell(value, most > 0 ? step.expected_value.value / most : 0,
                               page.numbers.amount_range(step.expected_value)),
               none || step.customers == 0
                   ? std::string(kDash)
                   : page.numbers.amount(step.expected_value.value / customers),
               example});
  }
  return table;
}

std::string held_back(const Page& page, const NextSteps& next) {
  std::optional<Interval> shown;
  for (const NextStep& step : next.steps) {
    if (!shown) shown = step.expected_value.interval;
  }
  std::string note =
      join(page, page.texts("steps.note"), page.texts(shown ? "steps.measured" : "steps.assumed"));
  note = join(page, note, note_on_intervals(page, shown));
  if (next.opted_out > 0) {
    const auto n = static_cast<double>(next.opted_out);
    note =
        join(page, note, page.texts.plural("steps.opted_out", n, {{"n", page.numbers.count(n)}}));
  }
  if (next.frequency_capped > 0) {
    const auto n = static_cast<double>(next.frequency_capped);
    note = join(page, note, page.texts.plural("steps.capped", n, {{"n", page.numbers.count(n)}}));
  }
  return note;
}

}  // namespace

Section next_steps_section(Page& page) {
  Section section{.id = "next-steps", .html = "", .highlight = ""};
  const auto* next = std::get_if<NextSteps>(&page.data.next_steps);
  if (next == nullptr || next->steps.empty()) {
    section.html =
        absent(page, "next_steps",
               next == nullptr ? std::get<Absence>(page.data.next_steps) : Absence::kNoneFound);
  } else {
    const std::vector<NextStep> steps = in_order(next->steps);
    const NextStep& first = steps.front();
    const auto n = static_cast<double>(first.customers);
    std::string headline = page.texts("steps.headline_none");
    if (!is_leave_alone(first)) {
      headline = page.texts.plural("steps.headline", n,
                                   {{"action", page.texts.name_of("action", first.action)},
                                    {"value", page.numbers.money(first.expected_value.value)},
                                    {"n", page.numbers.count(n)}});
      section.highlight = headline;
    }
    section.html = figure(page, {.id = "steps",
                                 .headline = headline,
                                 .subtitle = page.texts("steps.subtitle"),
                                 .body_html = steps_table(page, steps).html(),
                                 .note = held_back(page, *next)});
  }
  section.html += at_risk_html(page);
  return section;
}

}  // namespace perennial::report
