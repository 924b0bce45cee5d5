#include "perennial/engine/recommend_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "perennial/engine/new_items.h"
#include "perennial/engine/purchase_log.h"
#include "perennial/engine/recommend_write.h"
#include "perennial/engine/sql.h"
#include "perennial/evaluate/ranking_split.h"
#include "perennial/journey/sql_text.h"

namespace perennial::engine {
namespace {

using models::Interactions;
using models::TopItems;

constexpr std::string_view kTrain = "recommend_train";
constexpr std::string_view kTest = "recommend_test";
constexpr std::string_view kBlocked = "recommend_blocked";
constexpr std::string_view kItems = "recommend_items";
constexpr std::string_view kDays = "recommend_days";  // item_days on the training side
constexpr std::string_view kBefore = "recommend_before";
constexpr std::string_view kWindow = "recommend_window";
constexpr std::string_view kItemsNow = "recommend_items_now";

void create_table(store::Connection& connection, std::string_view table, std::string_view sql) {
  connection.run(fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {}", table, sql));
}

// Customers with an entry, at most so many, evenly spread.
std::vector<std::uint32_t> customers_of(const Interactions& test, std::size_t most) {
  std::vector<std::uint32_t> all;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    if (!test.items_of(c).empty()) all.push_back(static_cast<std::uint32_t>(c));
  }
  if (all.size() <= most) return all;
  std::vector<std::uint32_t> spread(most);
  for (std::size_t i = 0; i < most; ++i) spread[i] = all[i * all.size() / most];
  return spread;
}

void keep_items(store::Connection& connection, Day as_of, std::string_view table = kItems) {
  create_table(connection, table,
               journey::fill_sql(sql::kRecommendItemsSql, {{"as_of", journey::sql_date(as_of)}}));
}

PurchaseNumbering numbering_of(store::Connection& connection,
                               std::initializer_list<std::string_view> tables) {
  return {connection, std::vector<std::string>(tables.begin(), tables.end()), std::string(kItems),
          kBlocked};
}

// The stretch before `split` that is as long as the one from it to the last test day. Nothing when it is all there is.
std::optional<RecommendLesson> lesson_before(store::Connection& connection,
                                             PurchaseNumbering& numbering, const ShopItems& items,
                                             Day split, Context& context) {
  const auto last = store::read_value<std::optional<Day>>(
      connection, fmt::format("SELECT max(last_day) FROM {}", kTest));
  if (!last) return std::nullopt;
  const Day start = split + (split - *last) + -1;
  const std::string by_item = fmt::format(
      "SELECT customer_id, item_id, count(*) AS purchases, max(day) AS last_day FROM {}", kDays);
  const std::string when = journey::sql_date(start);
  create_table(connection, kBefore, fmt::format("{} WHERE day < {} GROUP BY ALL", by_item, when));
  create_table(connection, kWindow, fmt::format("{} WHERE day >= {} GROUP BY ALL", by_item, when));
  RecommendLesson lesson{.before = numbering.interactions(kBefore, context.threads),
                         .histories = {},
                         .wanted = {},
                         .items = items,
                         .rows = {},
                         .as_of = start + -1};
  const Interactions window = numbering.interactions(kWindow, context.threads);
  if (lesson.before.empty() || window.empty()) return std::nullopt;
  lesson.rows = customers_of(window, kMostTaught);
  lesson.histories = models::rows_of(lesson.before, lesson.rows);
  lesson.wanted = models::rows_of(window, lesson.rows);
  return lesson;
}

std::shared_ptr<const models::ItemPictures> pictures_of(const ShopPictures* pictures,
                                                        const PurchaseNumbering& numbering) {
  return pictures == nullptr ? nullptr : numbered(*pictures, numbering.items());
}

// Items that nobody had bought before the split, of the catalogue as it is now: their names may have come with them. Nothing
// when nobody with a history bought one.
std::optional<report::NewItems> judge_news(store::Connection& connection, const ShopLooks* looks,
                                           Day split, const JudgeOptions& options,
                                           Context& context) {
  keep_items(connection, split + -1, kItemsNow);
  PurchaseNumbering numbering(connection, {std::string(kTrain), std::string(kTest)},
                              std::string(kItemsNow), kBlocked);
  const Interactions train = numbering.interactions(kTrain, context.threads);
  const Interactions test = numbering.interactions(kTest, context.threads);
  const auto question = evaluate::about_new_items(train, test, numbering.blocked(), kMostJudged);
  if (question.histories.customers() == 0) return std::nullopt;
  const ShopItems items = read_shop_items(connection, kItemsNow, numbering);
  const TopItems::Input learning{.interactions = train, .threads = context.threads};
  const auto words = fit_words(learning, items, context.progress);
  std::optional<FittedRecommender> pictures;
  if (looks != nullptr) {
    const auto seen = pictures_of(options.pictures, numbering);
    pictures = as_recommender(renumbered(*looks, numbering.items(), seen.get(), context.threads));
  }
  return judge_new_items(
      question, train, items,
      {.words = words ? &*words : nullptr, .looks = pictures ? &*pictures : nullptr},
      static_cast<std::size_t>(options.list_length), context);
}

}  // namespace

void keep_training_purchases(store::Connection& connection, Day cut) {
  create_table(connection, kTrain, sql::kRecommendTrainSql);
  create_table(connection, kBlocked,
               journey::fill_sql(sql::kRecommendBlockedThenSql, {{"end", journey::sql_end(cut)}}));
  create_table(connection, kDays, "SELECT customer_id, item_id, day FROM derived.item_days");
  keep_items(connection, cut);
}

std::optional<JudgedRecommenders> judge_recommenders(store::Connection& connection, Day split,
                                                     const JudgeOptions& options,
                                                     Context& context) {
  create_table(connection, kTest,
               journey::fill_sql(sql::kRecommendTestSql, {{"cut", journey::sql_date(split + -1)}}));
  PurchaseNumbering numbering = numbering_of(connection, {kTrain, kTest, kDays});
  const Interactions train = numbering.interactions(kTrain, context.threads);
  const Interactions all_test = numbering.interactions(kTest, context.threads);
  if (train.empty() || all_test.empty()) return std::nullopt;
  ShopItems items = read_shop_items(connection, kItems, numbering);
  items.pictures = pictures_of(options.pictures, numbering);
  const std::vector<std::uint32_t> rows = customers_of(all_test, kMostJudged);
  const Interactions histories = models::rows_of(train, rows);
  const Interactions test = models::rows_of(all_test, rows);
  const auto lesson = lesson_before(connection, numbering, items, split, context);
  JudgedRecommenders judged = judge({.train = train,
                                     .histories = histories,
                                     .test = test,
                                     .fitted_rows = rows,
                                     .items = items,
                                     .as_of = split + -1,
                                     .n = static_cast<std::size_t>(options.list_length),
                                     .lesson = lesson ? &*lesson : nullptr,
                                     .effort = options.effort,
                                     .with_detail = options.with_detail,
                                     .for_use = options.for_use,
                                     .trainings = options.trainings},
                                    context);
  if (!options.with_detail) return judged;
  std::optional<ShopLooks> looks;
  if (!judged.looks.empty()) looks = looks_from(judged.looks, numbering.items());
  judged.new_items = judge_news(connection, looks ? &*looks : nullptr, split, options, context);
  return judged;
}

JudgedRecommenders judge_published(store::Connection& connection, PublishedSplit split, Day as_of,
                                   const JudgeOptions& options, Context& context) {
  create_table(connection, kTrain, sql::kRecommendTrainSql);
  create_table(connection, kBlocked, sql::kRecommendBlockedSql);
  keep_items(connection, as_of);
  PurchaseNumbering numbering = numbering_of(connection, {kTrain});
  const Interactions all = numbering.interactions(kTrain, context.threads);
  ShopItems items = read_shop_items(connection, kItems, numbering);
  items.pictures = pictures_of(options.pictures, numbering);
  const auto examine = [&](const Interactions& train, const Interactions& asked,
                           const Interactions& test, bool fitted) {
    const std::vector<std::uint32_t> rows = customers_of(test, kMostJudged);
    const Interactions histories = models::rows_of(asked, rows);
    const Interactions judged = models::rows_of(test, rows);
    return judge({.train = train,
                  .histories = histories,
                  .test = judged,
                  .fitted_rows = fitted ? std::span<const std::uint32_t>(rows)
                                        : std::span<const std::uint32_t>(),
                  .items = items,
                  .as_of = as_of,
                  .n = static_cast<std::size_t>(options.list_length),
                  .effort = options.effort,
                  .with_detail = options.with_detail},
                 context);
  };
  if (split == PublishedSplit::kLeaveLastOut) {
    const evaluate::RankingSplit parts = evaluate::leave_last_out(all, context.threads);
    return examine(parts.train, parts.train, parts.test, true);
  }
  const evaluate::StrongSplit parts =
      evaluate::strong_generalisation(all, {.seed = context.seed}, context.threads);
  return examine(parts.train, parts.history, parts.test, false);
}

WrittenLists write_recommendations(store::Connection& connection, const RecommendChoice& choice,
                                   Day as_of, Context& context) {
  connection.run(sql::kRecommendationTablesSql);
  create_table(connection, kTrain, sql::kRecommendTrainSql);
  create_table(connection, kBlocked, sql::kRecommendBlockedSql);
  keep_items(connection, as_of);
  PurchaseNumbering numbering = numbering_of(connection, {kTrain});
  const Interactions purchases = numbering.interactions(kTrain, context.threads);
  if (purchases.empty()) return {};
  ShopItems items = read_shop_items(connection, kItems, numbering);
  items.pictures = pictures_of(choice.pictures, numbering);
  return ListWriter(connection, numbering, purchases, items, choice, as_of, context).write();
}

}  // namespace perennial::engine
