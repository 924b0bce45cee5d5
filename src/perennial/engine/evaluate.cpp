#include "perennial/engine/evaluate.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/engine/holdout.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/recommend_step.h"
#include "perennial/engine/value_step.h"
#include "perennial/journey/build.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

using Metrics = std::vector<std::pair<std::string, report::Estimate>>;

void add_metrics(Metrics& to, std::span<const evaluate::Metric> from,
                 std::string_view prefix = "") {
  for (const evaluate::Metric& metric : from) {
    if (!metric.estimate) continue;
    to.emplace_back(fmt::format("{}{}", prefix, metric.name), measured(*metric.estimate));
  }
}

void put_value(const JudgedValue& judged, Evaluate::Output& output) {
  for (const JudgedForecast& model : judged.models) {
    Evaluate::ValueRow row{.id = model.id,
                           .is_baseline = model.is_baseline,
                           .chosen = model.id == judged.winners.purchases,
                           .metrics = {}};
    if (model.holdout_log_likelihood) {
      row.metrics.emplace_back(
          "holdout_log_likelihood",
          report::Estimate{.value = *model.holdout_log_likelihood, .interval = {}});
    }
    add_metrics(row.metrics, model.purchases);
    add_metrics(row.metrics, model.active, "active_");
    add_metrics(row.metrics, model.spend, "spend_");
    output.value.push_back(std::move(row));
  }
}

void put_recommenders(const JudgedRecommenders& judged, Evaluate::Output& output) {
  output.judged_customers = judged.table.customers;
  for (const JudgedRecommender& candidate : judged.all) {
    Evaluate::RecommenderRow row{
        .id = candidate.id,
        .is_baseline = candidate.is_baseline,
        .chosen = candidate.id == judged.chosen && candidate.bought == judged.bought,
        .bought = std::string(bought_id(candidate.bought)),
        .metrics = {}};
    for (const evaluate::MetricColumn& column : evaluate::metric_columns()) {
      row.metrics.emplace_back(column.name, measured(candidate.report.metric(column.name)));
    }
    row.metrics.emplace_back("coverage",
                             report::Estimate{.value = candidate.report.coverage, .interval = {}});
    if (candidate.report.popularity_lift) {
      row.metrics.emplace_back(
          "popularity_lift",
          report::Estimate{.value = *candidate.report.popularity_lift, .interval = {}});
    }
    output.recommenders.push_back(std::move(row));
  }
}

nlohmann::json metrics_to_json(const Metrics& metrics) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, estimate] : metrics) json[name] = estimate_to_json(estimate);
  return json;
}

}  // namespace

std::vector<Field<Evaluate::Input>> Evaluate::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("split", &Input::split,
            "first day of the holdout; models see only what was known the day before")
          .as_required(),
      field("end", &Input::end,
            "last day of the holdout; default: the day of the last order or event"),
      field("list_length", &Input::list_length, "length of the recommended lists").between(1, 100),
  };
}

Evaluate::Output Evaluate::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  shop.use_scratch_derived();
  store::Connection connection = shop.connect();
  const Day latest = latest_fact_day(connection, input.shop);
  Output output{
      .split = input.split, .end = input.end.value_or(latest), .list_length = input.list_length};
  require_observed(output.end, latest);
  if (output.end < output.split) {
    fail(ErrorKind::kInvalidArgument, "split is {}, after the last day to judge on, {}",
         format_day(output.split), format_day(output.end));
  }

  journey::BuildOptions build = journey_options(connection);
  const auto [known, challengers] = look_back(connection, build, output.split, output.end, context);
  const journey::CustomerSummaries& calibration = known.customers;
  build.as_of = output.end;
  journey::build(connection, build, context.progress);

  output.customers = static_cast<std::int64_t>(calibration.size());
  std::string why;
  const auto value = judge_value(calibration, journey::holdout(connection, calibration, output.end),
                                 challengers, context, why);
  for (const std::string& note : challengers.notes) output.notes.push_back(note + ".");
  if (value) {
    put_value(*value, output);
    output.notes.push_back(value->choice.words + ".");
    output.notes.push_back(fmt::format(
        "Best for how often: {}; for who buys at all: {}; for how much: {}.",
        value->winners.purchases, value->winners.activity,
        value->winners.spend.empty() ? "not judged, there are no amounts" : value->winners.spend));
  } else {
    output.notes.push_back(fmt::format("The value models could not be judged: {}.", why));
  }
  if (const auto recommenders = judge_recommenders(connection, output.split,
                                                   {.list_length = input.list_length}, context)) {
    put_recommenders(*recommenders, output);
    for (const std::string& note : recommenders->notes) output.notes.push_back(note);
  } else {
    output.notes.emplace_back(
        "The recommenders could not be judged: no purchases on one side of the split.");
  }
  if (output.value.empty() && output.recommenders.empty()) {
    fail(ErrorKind::kNotEnoughData, "{}: nothing can be judged with the split {}: {}",
         input.shop.string(), format_day(input.split), why);
  }
  return output;
}

nlohmann::json to_json(const Evaluate::Output& output) {
  nlohmann::json value = nlohmann::json::array();
  for (const Evaluate::ValueRow& row : output.value) {
    value.push_back({{"model", row.id},
                     {"is_baseline", row.is_baseline},
                     {"chosen", row.chosen},
                     {"metrics", metrics_to_json(row.metrics)}});
  }
  nlohmann::json recommenders = nlohmann::json::array();
  for (const Evaluate::RecommenderRow& row : output.recommenders) {
    recommenders.push_back({{"model", row.id},
                            {"is_baseline", row.is_baseline},
                            {"chosen", row.chosen},
                            {"bought_items", row.bought},
                            {"metrics", metrics_to_json(row.metrics)}});
  }
  return {{"split", format_day(output.split)},
          {"end", format_day(output.end)},
          {"customers", output.customers},
          {"value", value},
          {"judged_customers", output.judged_customers},
          {"list_length", output.list_length},
          {"recommenders", recommenders},
          {"notes", output.notes}};
}

}  // namespace perennial::engine
