#include "perennial/engine/recommend_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "perennial/engine/measured.h"
#include "perennial/engine/purchase_log.h"
#include "perennial/engine/recommenders.h"
#include "perennial/engine/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::engine {
namespace {

using models::Interactions;
using models::SeenItems;
using models::TopItems;

constexpr std::string_view kTrain = "recommend_train";
constexpr std::string_view kTest = "recommend_test";
constexpr std::string_view kBlocked = "recommend_blocked";
constexpr std::string_view kFallback = "baseline.recent_popularity";

// The rows of some customers, in the same order, as customers of their own.
Interactions select(const Interactions& from, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> customer;
  std::vector<std::uint32_t> item;
  std::vector<double> weight;
  std::vector<Day> day;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto items = from.items_of(rows[i]);
    customer.insert(customer.end(), items.size(), static_cast<std::uint32_t>(i));
    item.insert(item.end(), items.begin(), items.end());
    for (const float value : from.weights_of(rows[i])) weight.push_back(value);
    const auto days = from.last_days_of(rows[i]);
    day.insert(day.end(), days.begin(), days.end());
  }
  return Interactions::build({.customers = rows.size(),
                              .items = from.items(),
                              .customer = customer,
                              .item = item,
                              .weight = weight,
                              .day = day});
}

// Customers with something in test, at most kMostJudged, evenly spread.
std::vector<std::uint32_t> judged_customers(const Interactions& test) {
  std::vector<std::uint32_t> with_test;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    if (!test.items_of(c).empty()) with_test.push_back(static_cast<std::uint32_t>(c));
  }
  if (with_test.size() <= kMostJudged) return with_test;
  std::vector<std::uint32_t> spread(kMostJudged);
  for (std::size_t i = 0; i < kMostJudged; ++i)
    spread[i] = with_test[i * with_test.size() / kMostJudged];
  return spread;
}

report::RecommenderRow table_row(const JudgedRecommender& judged) {
  const auto metric = [&](std::string_view name) { return measured(judged.report.metric(name)); };
  return {.id = judged.id,
          .is_baseline = judged.is_baseline,
          .precision = metric("precision"),
          .recall = metric("recall"),
          .ndcg = metric("ndcg"),
          .mrr = metric("mrr"),
          .hit_rate = metric("hit_rate"),
          .coverage = report::Estimate{.value = judged.report.coverage, .interval = {}}};
}

double ndcg(const JudgedRecommender& judged) { return judged.report.metric("ndcg").value; }

const JudgedRecommender* best_of(const std::vector<JudgedRecommender>& all, bool baselines) {
  const JudgedRecommender* best = nullptr;
  for (const JudgedRecommender& judged : all) {
    if (judged.is_baseline != baselines) continue;
    if (best == nullptr || ndcg(judged) > ndcg(*best)) best = &judged;
  }
  return best;
}

// The winner, its policy of seen items, and the table of all candidates under that policy.
void choose(JudgedRecommenders& judged, const evaluate::BootstrapOptions& bootstrap) {
  const JudgedRecommender* baseline = best_of(judged.all, true);
  const JudgedRecommender* model = best_of(judged.all, false);
  const auto beats_baseline = [&](const JudgedRecommender& candidate) {
    return evaluate::compare(candidate.report, baseline->report, "ndcg", bootstrap).low > 0;
  };
  const JudgedRecommender* winner = model != nullptr && beats_baseline(*model) ? model : baseline;
  judged.chosen = winner->id;
  judged.seen = winner->seen;
  for (const JudgedRecommender& candidate : judged.all) {
    if (candidate.seen != judged.seen) continue;
    report::RecommenderRow row = table_row(candidate);
    row.chosen = candidate.id == judged.chosen;
    row.lost_to_baseline = !candidate.is_baseline && !row.chosen && !beats_baseline(candidate);
    judged.table.rows.push_back(std::move(row));
  }
}

void create_table(store::Connection& connection, std::string_view table, std::string_view sql) {
  connection.run(fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {}", table, sql));
}

}  // namespace

void keep_training_purchases(store::Connection& connection, Day cut) {
  create_table(connection, kTrain, sql::kRecommendTrainSql);
  create_table(connection, kBlocked,
               journey::fill_sql(sql::kRecommendBlockedThenSql, {{"end", journey::sql_end(cut)}}));
}

std::optional<JudgedRecommenders> judge_recommenders(store::Connection& connection, Day split,
                                                     int list_length, Context& context) {
  create_table(connection, kTest,
               journey::fill_sql(sql::kRecommendTestSql, {{"cut", journey::sql_date(split + -1)}}));
  PurchaseNumbering numbering(connection, {std::string(kTrain), std::string(kTest)}, kBlocked);
  const Interactions train = numbering.interactions(kTrain, context.threads);
  const Interactions all_test = numbering.interactions(kTest, context.threads);
  if (train.empty() || all_test.empty()) return std::nullopt;

  const std::vector<std::uint32_t> judged_rows = judged_customers(all_test);
  const Interactions judged_train = select(train, judged_rows);
  const Interactions test = select(all_test, judged_rows);
  const evaluate::BootstrapOptions bootstrap{
      .replicates = 400, .level = kMeasuredLevel, .seed = context.seed, .threads = context.threads};
  const auto n = static_cast<std::size_t>(list_length);

  // As they are applied: short lists are filled up with what is popular.
  const FittedRecommender popular = recommender(kFallback).fit(
      {.interactions = train, .blocked = numbering.blocked(), .threads = context.threads});
  JudgedRecommenders judged;
  ProgressTask task(context.progress, "Judging recommenders", recommenders().size() * 2);
  for (const RecommenderEntry& candidate : recommenders()) {
    if (train.customers() > candidate.most_customers) continue;
    const FittedRecommender fitted = candidate.fit(
        {.interactions = train, .blocked = numbering.blocked(), .threads = context.threads});
    for (const SeenItems seen : {SeenItems::kMask, SeenItems::kKeep}) {
      const TopItems::Input question{.interactions = train,
                                     .customers = judged_rows,
                                     .blocked = numbering.blocked(),
                                     .seen = seen,
                                     .n = n,
                                     .threads = context.threads};
      const TopItems::Output lists =
          models::filled_up(fitted.predict(question), popular.predict(question), n);
      judged.all.push_back({.id = std::string(candidate.id),
                            .is_baseline = candidate.is_baseline,
                            .seen = seen,
                            .report = evaluate_ranking(lists, judged_train, test, n, bootstrap)});
      task.advance();
    }
  }
  judged.table.list_length = list_length;
  judged.table.split = split;
  judged.table.customers = static_cast<std::int64_t>(judged_rows.size());
  choose(judged, bootstrap);
  return judged;
}

namespace {

// Columns of one table, appended when full.
struct ListColumns {
  std::vector<std::string_view> owner, item, because;
  std::vector<std::int32_t> rank;
  std::vector<double> score;
};

void write_lists(store::Connection& connection, const PurchaseNumbering& numbering,
                 const TopItems::Output& lists) {
  constexpr std::size_t kBatch = 200'000;
  store::Appender appender = connection.append_to("main", "recommendations", "derived");
  ListColumns rows;
  const auto flush = [&] {
    const store::ColumnData columns[] = {
        std::span<const std::string_view>(rows.owner), std::span<const std::int32_t>(rows.rank),
        std::span<const std::string_view>(rows.item), std::span<const double>(rows.score),
        std::span<const std::string_view>(rows.because)};
    appender.append(columns);
    rows = {};
  };
  for (std::size_t c = 0; c < lists.size(); ++c) {
    const auto items = lists.items_of(c);
    for (std::size_t k = 0; k < items.size(); ++k) {
      const std::uint32_t because = lists.because_of(c)[k];
      rows.owner.push_back(numbering.customers()[c]);
      rows.rank.push_back(static_cast<std::int32_t>(k + 1));
      rows.item.push_back(numbering.items()[items[k]]);
      rows.score.push_back(lists.scores_of(c)[k]);
      rows.because.push_back(because == models::kNoItem ? std::string_view()
                                                        : numbering.items()[because]);
    }
    if (rows.rank.size() >= kBatch) flush();
  }
  flush();
  appender.close();
}

void write_similar(store::Connection& connection, const PurchaseNumbering& numbering,
                   const FittedRecommender& fitted, std::size_t n) {
  if (!fitted.similar) return;
  ListColumns rows;
  for (std::uint32_t item = 0; item < numbering.items().size(); ++item) {
    std::int32_t rank = 0;
    for (const models::ScoredItem& neighbour : fitted.similar(item, n, numbering.blocked())) {
      rows.owner.push_back(numbering.items()[item]);
      rows.rank.push_back(++rank);
      rows.item.push_back(numbering.items()[neighbour.item]);
      rows.score.push_back(neighbour.score);
    }
  }
  store::Appender appender = connection.append_to("main", "similar_items", "derived");
  const store::ColumnData columns[] = {
      std::span<const std::string_view>(rows.owner), std::span<const std::int32_t>(rows.rank),
      std::span<const std::string_view>(rows.item), std::span<const double>(rows.score)};
  appender.append(columns);
  appender.close();
}

void write_popular(store::Connection& connection, const PurchaseNumbering& numbering,
                   const TopItems::Output& list) {
  ListColumns rows;
  for (std::size_t k = 0; k < list.items_of(0).size(); ++k) {
    rows.rank.push_back(static_cast<std::int32_t>(k + 1));
    rows.item.push_back(numbering.items()[list.items_of(0)[k]]);
    rows.score.push_back(list.scores_of(0)[k]);
  }
  store::Appender appender = connection.append_to("main", "popular_items", "derived");
  const store::ColumnData columns[] = {std::span<const std::int32_t>(rows.rank),
                                       std::span<const std::string_view>(rows.item),
                                       std::span<const double>(rows.score)};
  appender.append(columns);
  appender.close();
}

}  // namespace

std::vector<ModelFile> write_recommendations(store::Connection& connection,
                                             const RecommendChoice& choice, Context& context) {
  connection.run(sql::kRecommendationTablesSql);
  create_table(connection, kTrain, sql::kRecommendTrainSql);
  create_table(connection, kBlocked, sql::kRecommendBlockedSql);
  PurchaseNumbering numbering(connection, {std::string(kTrain)}, kBlocked);
  const Interactions purchases = numbering.interactions(kTrain, context.threads);
  const bool all_blocked =
      std::ranges::all_of(numbering.blocked(), [](std::uint8_t blocked) { return blocked != 0; });
  if (purchases.empty() || all_blocked) return {};

  ProgressTask task(context.progress, "Recommending", 3);
  const auto n = static_cast<std::size_t>(choice.list_length);
  const TopItems::Input input{.interactions = purchases,
                              .blocked = numbering.blocked(),
                              .seen = choice.seen,
                              .n = n,
                              .threads = context.threads};
  const FittedRecommender chosen = recommender(choice.id).fit(input);
  const FittedRecommender popular = recommender(kFallback).fit(input);
  task.advance();

  const TopItems::Output lists =
      models::filled_up(chosen.predict(input), popular.predict(input), n);
  task.advance();

  const Interactions nobody = Interactions::build({.customers = 1, .items = purchases.items()});
  store::Transaction transaction(connection);
  write_lists(connection, numbering, lists);
  // Similar items are worth having whichever model makes the lists.
  const FittedRecommender neighbours =
      chosen.similar ? chosen : recommender("recommend.item_neighbours/1").fit(input);
  write_similar(connection, numbering, neighbours, n);
  write_popular(connection, numbering,
                popular.predict({.interactions = nobody,
                                 .blocked = numbering.blocked(),
                                 .n = n,
                                 .threads = context.threads}));
  transaction.commit();
  task.advance();
  return {{"recommender.bin", chosen.bytes},
          {"popularity.bin", popular.bytes},
          {"items.json", nlohmann::json(numbering.items()).dump()}};
}

}  // namespace perennial::engine
