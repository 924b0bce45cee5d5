#include "perennial/report/render.h"

#include <fmt/format.h>

#include <vector>

#include "perennial/report/assets.h"
#include "perennial/report/page.h"
#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

std::vector<Section> sections_of(Page& page) {
  std::vector<Section> sections;
  sections.push_back(next_steps_section(page));
  sections.push_back(journey_section(page));
  sections.push_back(segments_section(page));
  sections.push_back(cohorts_section(page));
  sections.push_back(value_section(page));
  sections.push_back(accuracy_section(page));
  sections.push_back(recommend_section(page));
  sections.push_back(data_section(page));
  sections.push_back(definitions_section(page));
  Section overview = overview_section(page, sections);
  sections.insert(sections.begin(), std::move(overview));
  return sections;
}

std::string title_of(const Page& page, const Section& section) {
  return page.texts("section." + section.id);
}

std::string head_html(const Page& page, const std::string& title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"generator\" content=\"Perennial {}\">\n<title>{}</title>\n"
      "<style>\n{}{}{}</style>\n</head>\n",
      html_code(page.numbers.language()), safe(page.data.version), safe(title), kThemeCss,
      kReportCss, kPrintCss);
}

std::string masthead_html(const Page& page, const std::string& title) {
  std::string period = page.texts("head.no_orders");
  if (page.data.first_day && page.data.last_day) {
    period = page.texts("head.period", {{"from", page.numbers.day(*page.data.first_day)},
                                        {"to", page.numbers.day(*page.data.last_day)}});
  }
  return fmt::format(
      "<header class=\"masthead\"><div><h1>{}</h1>\n<p>{}</p></div>\n"
      "<div class=\"tools\"><button type=\"button\" id=\"theme\" hidden>{}</button>"
      "<button type=\"button\" id=\"print\" hidden>{}</button></div></header>\n",
      safe(title),
      safe(join(page, page.texts("head.as_of", {{"day", page.numbers.day(page.data.as_of)}}),
                period)),
      safe(page.texts("head.theme")), safe(page.texts("head.print")));
}

std::string navigation_html(const Page& page, const std::vector<Section>& sections) {
  std::string links;
  for (const Section& section : sections) {
    links += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, safe(title_of(page, section)));
  }
  return fmt::format("<nav aria-label=\"{}\"><b>Perennial</b>\n{}</nav>\n",
                     safe(page.texts("head.sections")), links);
}

std::string charts_json(const Page& page) {
  std::string json = fmt::format("{{\"numbers\":{},\"text\":{{\"failed\":\"{}\"}},\"charts\":{{",
                                 number_rules_json(page.numbers), page.texts("chart.failed"));
  bool first = true;
  for (const auto& [id, chart] : page.charts) {
    if (!first) json += ",\n";
    first = false;
    json += fmt::format("\"{}\":{}", id, to_json(chart));
  }
  return safe_in_script(json + "}}");
}

std::string scripts_html(const Page& page) {
  std::string html = fmt::format(
      "<script type=\"application/json\" id=\"report-data\">{}</script>\n", charts_json(page));
  if (!page.charts.empty()) html += fmt::format("<script>{}</script>\n", kEchartsMinJs);
  html += "<script>\n";
  for (const std::string_view script :
       {kFormatJs, kLookJs, kColumnsJs, kBarsJs, kLinesJs, kIntervalsJs, kPageJs}) {
    html += script;
  }
  return html + "</script>\n";
}

}  // namespace

std::string render(const ReportData& data, Language language) {
  Page page(data, language);
  const std::string shop = data.shop.empty() ? page.texts("head.shop") : brief(data.shop);
  const std::string title = page.texts("head.title", {{"shop", shop}});
  const std::vector<Section> sections = sections_of(page);
  std::string html = head_html(page, title) + "<body>\n" + navigation_html(page, sections) +
                     "<main>\n" + masthead_html(page, title);
  html += fmt::format("<noscript><p class=\"absent\">{}</p></noscript>\n",
                      safe(page.texts("chart.no_script")));
  for (const Section& section : sections) {
    html += fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 "
        "id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
        section.id, safe(title_of(page, section)), section.html);
  }
  html += fmt::format(
      "<footer>{}</footer>\n</main>\n",
      safe(page.texts("head.footer", {{"version", data.version},
                                      {"time", page.numbers.time(data.generated_at)}})));
  return html + scripts_html(page) + "</body>\n</html>\n";
}

}  // namespace perennial::report
