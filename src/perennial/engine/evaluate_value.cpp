#include "perennial/engine/evaluate_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/engine/holdout.h"
#include "perennial/engine/measured.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

fs::path result_file(const fs::path& shop) { return shop / "evaluations" / "value.json"; }

// Whole weeks, so that every stretch has each weekday as often.
int usual_holdout_days(int history, int cut_offs) {
  constexpr int kLongest = 52 * 7;
  return std::clamp(history / (cut_offs + 3) / 7 * 7, 7, kLongest);
}

nlohmann::json metrics_json(std::span<const evaluate::Metric> metrics) {
  nlohmann::json json = nlohmann::json::object();
  for (const evaluate::Metric& metric : metrics)
    if (metric.estimate)
      json[std::string(metric.name)] = estimate_to_json(measured(*metric.estimate));
  return json;
}

nlohmann::json winners_json(const Winners& winners) {
  return {{"purchases", winners.purchases},
          {"activity", winners.activity},
          {"spend", winners.spend},
          {"process", winners.process}};
}

nlohmann::json models_json(const std::vector<JudgedForecast>& models, std::string_view chosen) {
  nlohmann::json all = nlohmann::json::array();
  for (const JudgedForecast& model : models) {
    nlohmann::json json = {{"model", model.id},
                           {"is_baseline", model.is_baseline},
                           {"chosen", model.id == chosen},
                           {"purchases", metrics_json(model.purchases)},
                           {"purchases_less_status_quo", metrics_json(model.against)},
                           {"active", metrics_json(model.active)},
                           {"spend", metrics_json(model.spend)}};
    if (model.holdout_log_likelihood)
      json["holdout_log_likelihood"] = *model.holdout_log_likelihood;
    json["deciles"] = nlohmann::json::array();
    for (const evaluate::Decile& decile : model.deciles)
      json["deciles"].push_back({{"customers", decile.customers},
                                 {"forecast", decile.mean_forecast},
                                 {"actual", decile.mean_actual}});
    json["reliability"] = nlohmann::json::array();
    for (const evaluate::ReliabilityBin& bin : model.reliability)
      json["reliability"].push_back({{"low", bin.low},
                                     {"high", bin.high},
                                     {"customers", bin.customers},
                                     {"predicted", bin.mean_probability},
                                     {"actual", bin.share}});
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace

std::vector<Field<EvaluateValue::Input>> EvaluateValue::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("cut_offs", &Input::cut_offs, "at how many days in the past the models are judged")
          .between(1, 52),
      field("holdout_days", &Input::holdout_days,
            "days that are forecast at each; default: whole weeks, as many as leave the first "
            "cut-off three times that long a history")
          .between(1, 3653),
      field("end", &Input::end,
            "last day to judge on; default: the day of the last order or event"),
  };
}

EvaluateValue::Output EvaluateValue::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  shop.use_scratch_derived();
  store::Connection connection = shop.connect();
  const Day latest = latest_fact_day(connection, input.shop);
  const Day end = input.end.value_or(latest);
  require_observed(end, latest);
  const std::optional<Day> purchase = first_purchase_day(connection);
  if (!purchase)
    fail(ErrorKind::kNotEnoughData,
         "{} has no purchases of known customers, so there is nothing to judge a value model by",
         input.shop.string());
  const Day first = *purchase;
  const int history = end - first + 1;
  BacktestOptions options{
      .splits = {},
      .holdout_days = input.holdout_days.value_or(usual_holdout_days(history, input.cut_offs)),
      .build = journey_options(connection)};
  for (int i = input.cut_offs; i >= 1; --i) {
    const Day split = end + (1 - i * options.holdout_days);
    if (split > first) options.splits.push_back(split);
  }
  if (options.splits.empty())
    fail(ErrorKind::kNotEnoughData,
         "{}: the purchases from {} to {} are too short a history for a holdout of {} days; choose "
         "fewer --holdout-days",
         input.shop.string(), format_day(first), format_day(end), options.holdout_days);
  Output output{.file = result_file(input.shop), .result = backtest(connection, options, context)};
  const std::size_t missing = static_cast<std::size_t>(input.cut_offs) - options.splits.size();
  if (missing > 0)
    output.result.notes.push_back(
        fmt::format("{} cut-offs lie before the first purchase, {}, and were left out.", missing,
                    format_day(first)));
  if (output.result.origins.empty()) {
    std::string why;
    for (const std::string& note : output.result.notes) why += " " + note;
    fail(ErrorKind::kNotEnoughData, "{}: no cut-off could be judged:{}", input.shop.string(), why);
  }
  fs::create_directories(output.file.parent_path());
  write_file(output.file, backtest_to_json(to_report(output.result)).dump(2) + "\n");
  return output;
}

nlohmann::json to_json(const EvaluateValue::Output& output) {
  nlohmann::json origins = nlohmann::json::array();
  for (const BacktestOrigin& origin : output.result.origins) {
    nlohmann::json json = {{"split", format_day(origin.split)},
                           {"end", format_day(origin.end)},
                           {"customers", origin.customers},
                           {"purchases", origin.purchases},
                           {"spend", origin.spend},
                           {"chosen", winners_json(origin.winners)},
                           {"models", models_json(origin.models, origin.winners.purchases)}};
    if (origin.tracking) json["tracking"] = tracking_to_json(*origin.tracking);
    origins.push_back(std::move(json));
  }
  nlohmann::json regularity;
  // An even rhythm has no largest k: JSON has no infinity, so it is left out.
  if (const auto& found = output.result.regularity; found && std::isfinite(found->k)) {
    regularity = {{"k", found->k},
                  {"low", found->low},
                  {"level", kMeasuredLevel},
                  {"customers", found->customers}};
    if (std::isfinite(found->high)) regularity["high"] = found->high;
  }
  return {{"origins", origins},
          {"regularity", regularity},
          {"pooled",
           {{"chosen", winners_json(output.result.winners)},
            {"models", models_json(output.result.pooled, output.result.winners.purchases)}}},
          {"notes", output.result.notes},
          {"file", output.file.string()}};
}

std::optional<report::Backtest> read_backtest(const fs::path& shop) {
  const fs::path file = result_file(shop);
  if (!fs::exists(file)) return std::nullopt;
  const nlohmann::json json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_discarded())
    fail(ErrorKind::kCorrupt, "{} is not JSON; call `perennial evaluate value {}` again",
         file.string(), shop.string());
  return backtest_from_json(json);
}

}  // namespace perennial::engine
