// RFM: the recency by frequency grid and the named groups.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

constexpr int kScores = 5;

struct Corner {
  double customers = 0, revenue = 0;  // shares of all
};

Corner best_corner(const std::vector<RfmCell>& cells) {
  Corner best, all;
  for (const RfmCell& cell : cells) {
    const auto customers = static_cast<double>(cell.customers);
    const double revenue = customers * cell.mean_revenue;
    all.customers += customers;
    all.revenue += revenue;
    if (cell.recency_score < 4 || cell.frequency_score < 4) continue;
    best.customers += customers;
    best.revenue += revenue;
  }
  if (all.customers > 0) best.customers /= all.customers;
  if (all.revenue > 0) best.revenue /= all.revenue;
  return best;
}

std::string grid_html(const Page& page, const std::vector<RfmCell>& cells) {
  std::map<std::pair<int, int>, const RfmCell*> at;
  std::int64_t most = 1;
  for (const RfmCell& cell : cells) {
    at[{cell.recency_score, cell.frequency_score}] = &cell;
    most = std::max(most, cell.customers);
  }
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table class=\"heat "
      "grid\"><caption>{0}</caption>"
      "<thead><tr><th scope=\"col\">{1}</th>",
      safe(page.texts("rfm.caption", {{"unit", money_unit(page)}})),
      safe(page.texts("rfm.corner")));
  for (int f = 1; f <= kScores; ++f) html += fmt::format("<th scope=\"col\">F{}</th>", f);
  html += "</tr></thead><tbody>\n";
  for (int r = kScores; r >= 1; --r) {
    html += fmt::format("<tr><th scope=\"row\">R{}</th>", r);
    for (int f = 1; f <= kScores; ++f) {
      const auto found = at.find({r, f});
      if (found == at.end() || found->second->customers == 0) {
        html += fmt::format("<td class=\"none\">{}</td>", kDash);
        continue;
      }
      const RfmCell& cell = *found->second;
      const double share = static_cast<double>(cell.customers) / static_cast<double>(most);
      html += fmt::format("<td style=\"--heat:{:.0f}%\"{}><b>{}</b><span>{}</span></td>",
                          6 + 84 * share, share > 0.75 ? " class=\"strong\"" : "",
                          page.numbers.count(static_cast<double>(cell.customers)),
                          page.numbers.amount(cell.mean_revenue));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::vector<RfmGroup> by_revenue(std::vector<RfmGroup> groups) {
  std::stable_sort(groups.begin(), groups.end(),
                   [](const RfmGroup& a, const RfmGroup& b) { return a.revenue > b.revenue; });
  return groups;
}

std::string groups_html(Page& page, const std::vector<RfmGroup>& given, const std::string& scheme) {
  if (given.empty()) return "";
  const std::vector<RfmGroup> groups = by_revenue(given);
  double customers = 0;
  double revenue = 0;
  for (const RfmGroup& group : groups) {
    customers += static_cast<double>(group.customers);
    revenue += group.revenue;
  }
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  const auto title = [&](const char* key) { return page.texts(std::string("groups.") + key); };
  Table table(page.texts(scheme + ".caption"),
              {{title("group"), Table::Kind::kText},
               {title("customers")},
               {title("revenue_share"), Table::Kind::kBar},
               {title("orders")},
               {title("recency")},
               {page.texts("groups.predicted", {{"unit", money_unit(page)}})}});
  for (const RfmGroup& group : groups) {
    const double part = share(group.revenue, revenue);
    table.row(
        {safe(page.texts.name_of("group", group.id)) + "<small class=\"meaning\">" +
             safe(page.texts.has(scheme + "." + group.id) ? page.texts(scheme + "." + group.id)
                                                          : "") +
             "</small>",
         page.numbers.count(static_cast<double>(group.customers)) + " <small>" +
             page.numbers.percent(share(static_cast<double>(group.customers), customers)) +
             "</small>",
         bar_cell(page.numbers.percent(part), part),
         group.mean_orders ? page.numbers.decimal(*group.mean_orders, 1) : std::string(kDash),
         group.mean_recency_days ? page.numbers.count(*group.mean_recency_days)
                                 : std::string(kDash),
         group.predicted_value ? page.numbers.amount(*group.predicted_value) : std::string(kDash)});
  }
  std::string headline = page.texts("groups.all_names");
  if (scheme == "rfm_six") {
    const RfmGroup& first = groups.front();
    headline =
        page.texts("groups.headline",
                   {{"group", page.texts.name_of("group", first.id)},
                    {"customers",
                     page.numbers.percent(share(static_cast<double>(first.customers), customers))},
                    {"revenue", page.numbers.percent(share(first.revenue, revenue))}});
  }
  return figure(page, {.id = scheme,
                       .headline = headline,
                       .subtitle = page.texts(scheme + ".subtitle"),
                       .body_html = table.html()});
}

}  // namespace

Section segments_section(Page& page) {
  Section section{.id = "segments", .html = "", .highlight = ""};
  const auto* rfm = std::get_if<Rfm>(&page.data.rfm);
  if (rfm == nullptr || rfm->cells.empty()) {
    section.html = absent(page, "segments",
                          rfm == nullptr ? std::get<Absence>(page.data.rfm) : Absence::kNoBuyers);
    return section;
  }
  const Corner best = best_corner(rfm->cells);
  const std::string headline =
      best.customers > 0
          ? page.texts("rfm.headline", {{"customers", page.numbers.percent(best.customers)},
                                        {"revenue", page.numbers.percent(best.revenue)}})
          : page.texts("rfm.headline_none");
  section.html = figure(page, {.id = "rfm-grid",
                               .headline = headline,
                               .subtitle = page.texts("rfm.subtitle", {{"unit", money_unit(page)}}),
                               .body_html = grid_html(page, rfm->cells),
                               .note = page.texts("rfm.note")});
  section.html += groups_html(page, rfm->six_groups, "rfm_six");
  section.html += groups_html(page, rfm->eleven_groups, "rfm_eleven");
  if (best.customers > 0) section.highlight = headline;
  return section;
}

}  // namespace perennial::report
