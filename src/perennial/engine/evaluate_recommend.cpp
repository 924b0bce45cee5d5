#include "perennial/engine/evaluate_recommend.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/engine/holdout.h"
#include "perennial/engine/measured.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

fs::path result_file(const fs::path& shop) { return shop / "evaluations" / "recommend.json"; }

const JudgedRecommender& chosen_of(const JudgedRecommenders& judged) {
  const auto at = std::ranges::find_if(judged.all, [&](const JudgedRecommender& one) {
    return one.id == judged.chosen && one.bought == judged.bought;
  });
  CHECK(at != judged.all.end());
  return *at;
}

const JudgedRecommender& best_baseline(const JudgedRecommenders& judged) {
  const JudgedRecommender* best = nullptr;
  for (const JudgedRecommender& one : judged.all) {
    if (!one.is_baseline || one.bought != judged.bought) continue;
    if (best == nullptr || one.report.metric("ndcg").value > best->report.metric("ndcg").value)
      best = &one;
  }
  CHECK(best != nullptr);
  return *best;
}

report::RecommendEvaluationRow row_of(const JudgedRecommender& judged, bool chosen) {
  const auto metric = [&](std::string_view name) { return measured(judged.report.metric(name)); };
  report::RecommendEvaluationRow row{.id = judged.id,
                                     .is_baseline = judged.is_baseline,
                                     .chosen = chosen,
                                     .ndcg = metric("ndcg"),
                                     .recall = metric("recall"),
                                     .hit_rate = metric("hit_rate"),
                                     .mrr = metric("mrr"),
                                     .revenue_recall = {},
                                     .coverage = judged.report.coverage,
                                     .popularity_lift = judged.report.popularity_lift,
                                     .diversity = {},
                                     .cold_item_recall = {},
                                     .fit_seconds = {},
                                     .p50_micros = {},
                                     .p99_micros = {},
                                     .megabytes = {}};
  if (judged.detail) {
    row.revenue_recall = measured(judged.detail->revenue_recall);
    row.diversity = judged.detail->diversity;
    row.cold_item_recall = judged.detail->cold_item_recall;
  }
  if (judged.cost) {
    row.fit_seconds = judged.cost->fit_seconds;
    row.p50_micros = judged.cost->p50_micros;
    row.p99_micros = judged.cost->p99_micros;
    row.megabytes = static_cast<double>(judged.cost->bytes) / 1e6;
  }
  return row;
}

report::RecommendEvaluation to_report(const EvaluateRecommend::Output& output) {
  const JudgedRecommenders& judged = output.judged;
  report::RecommendEvaluation table{.protocol = output.protocol,
                                    .split = output.split,
                                    .end = output.end,
                                    .list_length = judged.table.list_length,
                                    .customers = judged.table.customers,
                                    .bought_items = std::string(bought_id(judged.bought)),
                                    .rows = {},
                                    .slices = {},
                                    .new_items = judged.new_items};
  for (const JudgedRecommender& one : judged.all) {
    if (one.bought == judged.bought) table.rows.push_back(row_of(one, one.id == judged.chosen));
  }
  const JudgedRecommender& chosen = chosen_of(judged);
  const JudgedRecommender& baseline = best_baseline(judged);
  for (std::size_t s = 0; chosen.detail && baseline.detail && s < chosen.detail->by_history.size();
       ++s) {
    const evaluate::HistorySlice& slice = chosen.detail->by_history[s];
    if (slice.customers == 0) continue;
    table.slices.push_back({.history = std::string(slice.name),
                            .customers = static_cast<std::int64_t>(slice.customers),
                            .hit_rate = slice.hit_rate,
                            .baseline_hit_rate = baseline.detail->by_history[s].hit_rate});
  }
  return table;
}

// What pictures say takes minutes to learn, like what networks do.
std::optional<ShopPictures> pictures_for(store::Connection& connection,
                                         const EvaluateRecommend::Input& input, Day end,
                                         Context& context) {
  if (!input.thorough) return std::nullopt;
  return read_shop_pictures(connection, {.shop = input.shop, .as_of = end}, context);
}

JudgeOptions judge_options(const EvaluateRecommend::Input& input,
                           const std::optional<ShopPictures>& pictures) {
  return {.list_length = input.list_length,
          .effort = input.thorough ? Effort::kThorough : Effort::kQuick,
          .with_detail = true,
          .pictures = pictures ? &*pictures : nullptr};
}

JudgedRecommenders judge_in_time(store::Connection& connection,
                                 const EvaluateRecommend::Input& input,
                                 const std::optional<ShopPictures>& pictures, Day& end,
                                 std::optional<Day>& split, Context& context) {
  const std::optional<Day> first = first_purchase_day(connection);
  split = input.split;
  if (!split && first) split = holdout_start(*first, end, std::nullopt);
  if (!split)
    fail(ErrorKind::kNotEnoughData,
         "{}: the history is too short to hold anything back; name a --split", input.shop.string());
  if (end < *split)
    fail(ErrorKind::kInvalidArgument, "split is {}, after the last day to judge on, {}",
         format_day(*split), format_day(end));
  journey::BuildOptions build = journey_options(connection);
  build.as_of = *split + -1;
  journey::build(connection, build, context.progress);
  keep_training_purchases(connection, build.as_of);
  build.as_of = end;
  journey::build(connection, build, context.progress);
  auto judged = judge_recommenders(connection, *split, judge_options(input, pictures), context);
  if (!judged)
    fail(ErrorKind::kNotEnoughData, "{}: no purchases of known customers on one side of {}",
         input.shop.string(), format_day(*split));
  return std::move(*judged);
}

}  // namespace

std::vector<Field<EvaluateRecommend::Input>> EvaluateRecommend::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("protocol", &Input::protocol,
            "time: learn before the split, judge after it; leave_last_out and strong (customers "
            "nobody learned from) to compare with publications")
          .one_of({"time", "leave_last_out", "strong"}),
      field("split", &Input::split,
            "first day of the holdout, for time; default: the last quarter of the history"),
      field("end", &Input::end,
            "last day that counts; default: the day of the last order or event"),
      field("list_length", &Input::list_length, "length of the recommended lists").between(1, 100),
      field("thorough", &Input::thorough, "judge also the recommenders that take minutes to learn"),
  };
}

EvaluateRecommend::Output EvaluateRecommend::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  shop.use_scratch_derived();
  store::Connection connection = shop.connect();
  const Day latest = latest_fact_day(connection, input.shop);
  Output output{.file = result_file(input.shop),
                .protocol = input.protocol,
                .split = {},
                .end = input.end.value_or(latest),
                .judged = {}};
  require_observed(output.end, latest);
  const std::optional<ShopPictures> pictures = pictures_for(connection, input, output.end, context);
  if (input.protocol == "time") {
    output.judged = judge_in_time(connection, input, pictures, output.end, output.split, context);
  } else {
    journey::BuildOptions build = journey_options(connection);
    build.as_of = output.end;
    journey::build(connection, build, context.progress);
    output.judged =
        judge_published(connection,
                        input.protocol == "strong" ? PublishedSplit::kStrongGeneralisation
                                                   : PublishedSplit::kLeaveLastOut,
                        output.end, judge_options(input, pictures), context);
  }
  if (pictures) {
    std::vector<std::string>& notes = output.judged.notes;
    notes.insert(notes.end(), pictures->notes.begin(), pictures->notes.end());
  }
  fs::create_directories(output.file.parent_path());
  write_file(output.file, recommend_evaluation_to_json(to_report(output)).dump(2) + "\n");
  return output;
}

static nlohmann::json new_items_to_json(const report::NewItems& table) {
  nlohmann::json ways = nlohmann::json::array();
  for (const report::NewItemsRow& row : table.rows)
    ways.push_back({{"by", row.id},
                    {"hit_rate", estimate_to_json(row.hit_rate)},
                    {"recall", estimate_to_json(row.recall)}});
  return {{"items", table.items},
          {"customers", table.customers},
          {"customers_without_history", table.without_history},
          {"ways", ways}};
}

nlohmann::json to_json(const EvaluateRecommend::Output& output) {
  const auto or_null = [](const auto& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  nlohmann::json models = nlohmann::json::array();
  for (const JudgedRecommender& one : output.judged.all) {
    nlohmann::json metrics = nlohmann::json::object();
    for (const evaluate::MetricColumn& column : evaluate::metric_columns())
      metrics[std::string(column.name)] =
          estimate_to_json(measured(one.report.metric(column.name)));
    metrics["coverage"] = one.report.coverage;
    metrics["popularity_lift"] = or_null(one.report.popularity_lift);
    nlohmann::json json = {
        {"model", one.id},
        {"is_baseline", one.is_baseline},
        {"chosen", one.id == output.judged.chosen && one.bought == output.judged.bought},
        {"bought_items", bought_id(one.bought)}};
    if (one.detail) {
      if (one.detail->revenue_recall)
        metrics["revenue_recall"] = estimate_to_json(measured(*one.detail->revenue_recall));
      metrics["diversity"] = or_null(one.detail->diversity);
      metrics["cold_item_recall"] = or_null(one.detail->cold_item_recall);
      json["by_history"] = nlohmann::json::array();
      for (const evaluate::HistorySlice& slice : one.detail->by_history)
        json["by_history"].push_back({{"items", slice.name},
                                      {"customers", slice.customers},
                                      {"hit_rate", slice.hit_rate},
                                      {"recall", slice.recall},
                                      {"ndcg", slice.ndcg}});
    }
    if (one.cost)
      json["cost"] = {{"fit_seconds", one.cost->fit_seconds},
                      {"p50_micros", one.cost->p50_micros},
                      {"p99_micros", one.cost->p99_micros},
                      {"bytes", one.cost->bytes}};
    json["metrics"] = std::move(metrics);
    models.push_back(std::move(json));
  }
  nlohmann::json new_items;
  if (output.judged.new_items) new_items = new_items_to_json(*output.judged.new_items);
  nlohmann::json split;
  if (output.split) split = format_day(*output.split);
  return {{"protocol", output.protocol},
          {"split", split},
          {"end", format_day(output.end)},
          {"list_length", output.judged.table.list_length},
          {"customers", output.judged.table.customers},
          {"models", models},
          {"new_items", new_items},
          {"notes", output.judged.notes},
          {"file", output.file.string()}};
}

std::optional<report::RecommendEvaluation> read_recommend_evaluation(const fs::path& shop) {
  const fs::path file = result_file(shop);
  if (!fs::exists(file)) return std::nullopt;
  const nlohmann::json json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_discarded())
    fail(ErrorKind::kCorrupt, "{} is not JSON; call `perennial evaluate recommend {}` again",
         file.string(), shop.string());
  return recommend_evaluation_from_json(json);
}

}  // namespace perennial::engine
