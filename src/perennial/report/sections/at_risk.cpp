// The customers at risk with the most to lose.
#include <fmt/format.h>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

std::string who(const AtRiskCustomer& customer) {
  if (customer.name.empty()) return safe(brief(customer.customer_id));
  return fmt::format("{} <small>{}</small>", safe(brief(customer.name)),
                     safe(brief(customer.customer_id)));
}

}  // namespace

std::string at_risk_html(Page& page) {
  const auto* customers = std::get_if<std::vector<AtRiskCustomer>>(&page.data.at_risk);
  if (customers == nullptr || customers->empty()) {
    const Absence why =
        customers == nullptr ? std::get<Absence>(page.data.at_risk) : Absence::kNoneFound;
    if (why != Absence::kNoneFound) return absent(page, "at_risk", why);
    return fmt::format("<p class=\"absent\">{}</p>\n", safe(page.texts("at_risk.none")));
  }
  const auto title = [&](const char* key) { return page.texts(std::string("at_risk.") + key); };
  Table table(title("caption"), {{title("customer"), Table::Kind::kText},
                                 {title("last_order")},
                                 {title("orders")},
                                 {page.texts("at_risk.revenue", {{"unit", money_unit(page)}})},
                                 {page.texts("at_risk.stake", {{"unit", money_unit(page)}})},
                                 {title("p_active"), Table::Kind::kBar},
                                 {title("step"), Table::Kind::kText}});
  double total = 0;
  std::optional<Interval> shown;
  for (const AtRiskCustomer& customer : *customers) {
    total += customer.value_at_stake.value;
    if (!shown) shown = customer.value_at_stake.interval;
    table.row({who(customer), safe(page.numbers.day(customer.last_order)),
               page.numbers.count(static_cast<double>(customer.orders)),
               page.numbers.amount(customer.revenue),
               with_range(page.numbers.amount(customer.value_at_stake.value),
                          page.numbers.amount_range(customer.value_at_stake)),
               bar_cell(page.numbers.percent(customer.p_active), customer.p_active),
               safe(page.texts.name_of("action", customer.next_step))});
  }
  const auto n = static_cast<double>(customers->size());
  return figure(page,
                {.id = "at-risk",
                 .headline = page.texts.plural(
                     "at_risk.headline", n,
                     {{"value", page.numbers.money(total)}, {"n", page.numbers.count(n)}}),
                 .subtitle = page.texts("at_risk.subtitle", {{"horizon", horizon(page)}}),
                 .body_html = table.html(),
                 .note = join(page, page.texts("at_risk.note"), note_on_intervals(page, shown))});
}

}  // namespace perennial::report
