// Which recommender suits this shop, what sells, and what sells together.
#include <algorithm>
#include <array>
#include <limits>

#include "perennial/report/sections/sections.h"

namespace perennial::report {
namespace {

std::vector<RecommenderRow> in_order(std::vector<RecommenderRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const RecommenderRow& a, const RecommenderRow& b) {
    return a.ndcg.value > b.ndcg.value;
  });
  return rows;
}

std::string headline(const Page& page, const Recommenders& judged,
                     const std::vector<RecommenderRow>& rows) {
  const auto chosen =
      std::find_if(rows.begin(), rows.end(), [](const RecommenderRow& row) { return row.chosen; });
  if (chosen == rows.end()) return page.texts("recommenders.headline_none");
  return page.texts(
      chosen->is_baseline ? "recommenders.headline_baseline" : "recommenders.headline",
      {{"model", page.texts.name_of("model", chosen->id)},
       {"share", page.numbers.percent(chosen->hit_rate.value)},
       {"k", page.numbers.count(judged.list_length)}});
}

Chart comparison(const Page& page, const std::vector<RecommenderRow>& rows) {
  Chart chart{.kind = ChartKind::kIntervals,
              .unit = Unit::kDecimal,
              .category_title = page.texts("recommenders.model"),
              .value_title = page.texts("measure.ndcg"),
              .height = 70 + 32 * static_cast<int>(rows.size())};
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  Series chosen{.name = page.texts("mark.chosen"), .tone = Tone::kMain};
  Series model{.name = page.texts("mark.model"), .tone = Tone::kSoft};
  Series baseline{.name = page.texts("mark.baseline"), .tone = Tone::kQuiet};
  for (const RecommenderRow& row : rows) {
    chart.categories.push_back(page.texts.name_of("model", row.id));
    const auto put = [&](Series& series, bool here) {
      series.values.push_back(here ? row.ndcg.value : nothing);
      series.intervals.push_back(here ? row.ndcg.interval : std::nullopt);
    };
    put(chosen, row.chosen);
    put(model, !row.chosen && !row.is_baseline);
    put(baseline, !row.chosen && row.is_baseline);
  }
  chart.series = {std::move(chosen), std::move(model), std::move(baseline)};
  return chart;
}

std::string measures_table(const Page& page, const std::vector<RecommenderRow>& rows) {
  struct Measure {
    const char* key;
    Estimate RecommenderRow::* value;
  };
  constexpr std::array<Measure, 5> kMeasures = {{{"measure.precision", &RecommenderRow::precision},
                                                 {"measure.recall", &RecommenderRow::recall},
                                                 {"measure.ndcg", &RecommenderRow::ndcg},
                                                 {"measure.mrr", &RecommenderRow::mrr},
                                                 {"measure.hit_rate", &RecommenderRow::hit_rate}}};
  std::vector<Table::Column> columns = {{page.texts("recommenders.model"), Table::Kind::kText}};
  for (const Measure& measure : kMeasures) columns.push_back({page.texts(measure.key)});
  columns.push_back({page.texts("measure.coverage")});
  Table table(page.texts("recommenders.caption"), columns);
  for (const RecommenderRow& row : rows) {
    std::string name = safe(page.texts.name_of("model", row.id));
    if (row.chosen) name += " <span class=\"mark\">" + safe(page.texts("mark.chosen")) + "</span>";
    if (row.is_baseline) name += " <small>" + safe(page.texts("mark.baseline")) + "</small>";
    if (row.lost_to_baseline) {
      name += " <small class=\"lost\">" + safe(page.texts("mark.lost")) + "</small>";
    }
    std::vector<std::string> cells = {name};
    for (const Measure& measure : kMeasures) {
      const Estimate& value = row.*measure.value;
      cells.push_back(
          with_range(page.numbers.decimal(value.value, 3), page.numbers.decimal_range(value, 3)));
    }
    cells.push_back(row.coverage ? with_range(page.numbers.percent(row.coverage->value),
                                              page.numbers.percent_range(*row.coverage))
                                 : std::string(kDash));
    table.row(cells, row.chosen ? "chosen" : "");
  }
  return table.html();
}

std::string recommenders_html(Page& page) {
  const auto* judged = std::get_if<Recommenders>(&page.data.recommenders);
  if (judged == nullptr || judged->rows.empty()) {
    return absent(
        page, "recommend",
        judged == nullptr ? std::get<Absence>(page.data.recommenders) : Absence::kNoHoldout);
  }
  const std::vector<RecommenderRow> rows = in_order(judged->rows);
  const auto n = static_cast<double>(judged->customers);
  return figure(page,
                {.id = "recommenders",
                 .headline = headline(page, *judged, rows),
                 .subtitle = page.texts.plural("recommenders.subtitle", n,
                                               {{"n", page.numbers.count(n)},
                                                {"k", page.numbers.count(judged->list_length)},
                                                {"split", page.numbers.day(judged->split)}}),
                 .chart = comparison(page, rows),
                 .body_html = measures_table(page, rows),
                 .note = join(page, page.texts("recommenders.note"),
                              note_on_intervals(page, rows.front().ndcg.interval))});
}

// A figure of the evaluation that a model may lack.
std::string optional_cell(const Page& page, const std::optional<double>& value, int decimals) {
  return value ? page.numbers.decimal(*value, decimals) : std::string(kDash);
}

std::string evaluation_table(const Page& page, const RecommendEvaluation& found) {
  std::vector<RecommendEvaluationRow> rows = found.rows;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RecommendEvaluationRow& a, const RecommendEvaluationRow& b) {
                     return a.ndcg.value > b.ndcg.value;
                   });
  const auto title = [&](const char* key) { return page.texts(std::string("evaluation.") + key); };
  Table table(title("caption"), {{page.texts("recommenders.model"), Table::Kind::kText},
                                 {page.texts("measure.ndcg")},
                                 {page.texts("measure.recall")},
                                 {page.texts("measure.hit_rate")},
                                 {title("revenue")},
                                 {page.texts("measure.coverage")},
                                 {title("lift")},
                                 {title("variety")},
                                 {title("fit")},
                                 {title("p50")},
                                 {title("p99")},
                                 {title("size")}});
  for (const RecommendEvaluationRow& row : rows) {
    std::string name = safe(page.texts.name_of("model", row.id));
    if (row.chosen) name += " <span class=\"mark\">" + safe(page.texts("mark.chosen")) + "</span>";
    if (row.is_baseline) name += " <small>" + safe(page.texts("mark.baseline")) + "</small>";
    table.row(
        {name,
         with_range(page.numbers.decimal(row.ndcg.value, 3),
                    page.numbers.decimal_range(row.ndcg, 3)),
         page.numbers.decimal(row.recall.value, 3), page.numbers.decimal(row.hit_rate.value, 3),
         row.revenue_recall ? page.numbers.percent(row.revenue_recall->value) : std::string(kDash),
         row.coverage ? page.numbers.percent(*row.coverage) : std::string(kDash),
         optional_cell(page, row.popularity_lift, 1), optional_cell(page, row.diversity, 2),
         optional_cell(page, row.fit_seconds, 2), optional_cell(page, row.p50_micros, 0),
         optional_cell(page, row.p99_micros, 0), optional_cell(page, row.megabytes, 1)},
        row.chosen ? "chosen" : "");
  }
  return table.html();
}

// How much of the gain is there for customers of whom little is known.
Chart by_history(const Page& page, const RecommendEvaluation& found) {
  Chart chart{.kind = ChartKind::kColumns,
              .unit = Unit::kPercent,
              .category_title = page.texts("evaluation.history"),
              .value_title = page.texts("measure.hit_rate"),
              .height = 260};
  Series chosen{.name = page.texts("mark.chosen"), .tone = Tone::kMain};
  Series baseline{.name = page.texts("mark.baseline"), .tone = Tone::kQuiet};
  for (const RecommendSlice& slice : found.slices) {
    chart.categories.push_back(slice.history + " (" +
                               page.numbers.count(static_cast<double>(slice.customers)) + ")");
    chosen.values.push_back(slice.hit_rate);
    baseline.values.push_back(slice.baseline_hit_rate);
  }
  chart.series = {std::move(chosen), std::move(baseline)};
  return chart;
}

std::string evaluation_html(Page& page) {
  const std::optional<RecommendEvaluation>& found = page.data.recommend_evaluation;
  if (!found || found->rows.empty() || found->slices.empty()) return "";
  const auto n = static_cast<double>(found->customers);
  return figure(
      page,
      {.id = "recommend_evaluation",
       .headline = page.texts("evaluation.headline",
                              {{"n", page.numbers.count(static_cast<double>(found->rows.size()))},
                               {"customers", page.numbers.count(n)}}),
       .subtitle = page.texts("evaluation.protocol." + found->protocol,
                              {{"split", found->split ? page.numbers.day(*found->split) : ""},
                               {"end", page.numbers.day(found->end)},
                               {"k", page.numbers.count(found->list_length)}}),
       .chart = by_history(page, *found),
       .body_html = evaluation_table(page, *found),
       .note = page.texts("evaluation.note")});
}

// Items without history against each other: a chart of hits with intervals, best first, and the table.
std::string new_items_html(Page& page) {
  const std::optional<RecommendEvaluation>& found = page.data.recommend_evaluation;
  if (!found || !found->new_items || found->new_items->rows.empty()) return "";
  const NewItems& judged = *found->new_items;
  const auto title = [&](const std::string& key) { return page.texts("new_items." + key); };
  Chart chart{.kind = ChartKind::kIntervals,
              .unit = Unit::kPercent,
              .category_title = title("way"),
              .value_title = page.texts("measure.hit_rate"),
              .height = 70 + 32 * static_cast<int>(judged.rows.size())};
  Series known{.name = page.texts("mark.baseline"), .tone = Tone::kQuiet};
  Series offered{.name = title("by_content"), .tone = Tone::kMain};
  Table table(title("caption"), {{title("way"), Table::Kind::kText},
                                 {page.texts("measure.hit_rate")},
                                 {page.texts("measure.recall")}});
  for (const NewItemsRow& row : judged.rows) {
    const std::string name = page.texts.name_of("new_items.by", row.id);
    const bool by_content = row.id.find("words") == 0 || row.id == "pictures";
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    chart.categories.push_back(name);
    const auto put = [&](Series& series, bool here) {
      series.values.push_back(here ? row.hit_rate.value : nothing);
      series.intervals.push_back(here ? row.hit_rate.interval : std::nullopt);
    };
    put(known, !by_content);
    put(offered, by_content);
    table.row({safe(name),
               with_range(page.numbers.percent(row.hit_rate.value),
                          page.numbers.percent_range(row.hit_rate)),
               with_range(page.numbers.percent(row.recall.value),
                          page.numbers.percent_range(row.recall))});
  }
  chart.series = {std::move(offered), std::move(known)};
  const auto ways = judged.rows.begin() + (judged.rows.size() > 1 ? 1 : 0);  // after chance
  const auto best = std::ranges::max_element(
      ways, judged.rows.end(), {}, [](const NewItemsRow& row) { return row.hit_rate.value; });
  const auto n = static_cast<double>(judged.customers);
  return figure(
      page,
      {.id = "new_items",
       .headline = page.texts("new_items.headline",
                              {{"share", page.numbers.percent(best->hit_rate.value)},
                               {"way", page.texts.name_of("new_items.by", best->id)},
                               {"chance", page.numbers.percent(judged.rows[0].hit_rate.value)}}),
       .subtitle = page.texts("new_items.subtitle",
                              {{"items", page.numbers.count(static_cast<double>(judged.items))},
                               {"customers", page.numbers.count(n)},
                               {"k", page.numbers.count(found->list_length)}}),
       .chart = chart,
       .body_html = table.html(),
       .note = join(page, title("note"), note_on_intervals(page, best->hit_rate.interval))});
}

std::string top_items_html(Page& page, const Items& items) {
  if (items.top.empty()) return "";
  const auto title = [&](const char* key) { return page.texts(std::string("items.") + key); };
  Table table(title("caption"),
              {{title("item"), Table::Kind::kText},
               {page.texts("items.revenue", {{"unit", money_unit(page)}}), Table::Kind::kBar},
               {title("units")},
               {title("buyers")}});
  const double most = items.top.front().revenue;
  double total = 0;
  for (const TopItem& item : items.top) {
    total += item.revenue;
    table.row({item.name.empty()
                   ? safe(brief(item.item_id))
                   : safe(brief(item.name)) + " <small>" + safe(brief(item.item_id)) + "</small>",
               bar_cell(page.numbers.amount(item.revenue), most > 0 ? item.revenue / most : 0),
               page.numbers.count(item.units),
               page.numbers.count(static_cast<double>(item.buyers))});
  }
  const auto n = static_cast<double>(items.top.size());
  const double revenue = page.data.key_figures.revenue;
  return figure(
      page,
      {.id = "items",
       .headline = page.texts.plural(
           "items.headline", n,
           {{"n", page.numbers.count(n)},
            {"share", revenue > 0 ? page.numbers.percent(total / revenue) : std::string(kDash)}}),
       .subtitle = page.texts("items.subtitle",
                              {{"n", page.numbers.count(static_cast<double>(items.items_sold))}}),
       .body_html = table.html()});
}

std::string affinities_html(Page& page, const Items& items) {
  if (items.affinities.empty()) return "";
  const auto title = [&](const char* key) { return page.texts(std::string("affinity.") + key); };
  Table table(title("caption"), {{title("item"), Table::Kind::kText},
                                 {title("with"), Table::Kind::kText},
                                 {title("share"), Table::Kind::kBar},
                                 {title("lift")},
                                 {title("customers")}});
  for (const Affinity& pair : items.affinities) {
    table.row({safe(brief(pair.item)), safe(brief(pair.with)),
               bar_cell(page.numbers.percent(pair.share), pair.share),
               page.numbers.decimal(pair.lift, 1),
               page.numbers.count(static_cast<double>(pair.customers))});
  }
  const Affinity& first = items.affinities.front();
  return figure(page, {.id = "affinities",
                       .headline = page.texts("affinity.headline",
                                              {{"share", page.numbers.percent(first.share)},
                                               {"item", brief(first.item)},
                                               {"with", brief(first.with)}}),
                       .subtitle = title("subtitle"),
                       .body_html = table.html(),
                       .note = title("note")});
}

}  // namespace

Section recommend_section(Page& page) {
  Section section{.id = "recommend",
                  .html = recommenders_html(page) + evaluation_html(page) + new_items_html(page),
                  .highlight = ""};
  if (const auto* items = std::get_if<Items>(&page.data.items)) {
    section.html += top_items_html(page, *items) + affinities_html(page, *items);
    return section;
  }
  const auto* no_recommenders = std::get_if<Absence>(&page.data.recommenders);
  const Absence no_items = std::get<Absence>(page.data.items);
  if (no_recommenders == nullptr || *no_recommenders != no_items) {
    section.html += absent(page, "items", no_items);
  }
  return section;
}

}  // namespace perennial::report
