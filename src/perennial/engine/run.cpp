#include "perennial/engine/run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "perennial/engine/decide_step.h"
#include "perennial/engine/holdout.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/recommend_step.h"
#include "perennial/engine/run_info.h"
#include "perennial/engine/value_step.h"
#include "perennial/journey/build.h"
#include "perennial/journey/cohorts.h"
#include "perennial/journey/rfm.h"
#include "perennial/journey/stages.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

// Everything that one run finds out, step by step.
class MainJob {
 public:
  MainJob(store::Shop& shop, const Run::Input& input, Context& context)
      : shop_(shop), input_(input), context_(context), connection_(shop.connect()) {}

  Run::Output run() {
    find_as_of();
    clear_run_info(connection_);
    find_holdout();
    if (split_) learn_calibration();
    journey::build(connection_, {.as_of = as_of_, .currency = currency_}, context_.progress);
    if (split_) judge();
    score();
    stage();
    recommend();
    decide();
    finish();
    return std::move(output_);
  }

 private:
  void find_as_of() {
    const std::optional<Day> latest = journey::latest_fact_day(connection_);
    if (!latest) {
      fail(ErrorKind::kNotEnoughData,
           "{} holds no facts yet; call `perennial import {} FILE...` first", input_.shop.string(),
           input_.shop.string());
    }
    as_of_ = input_.as_of.value_or(*latest);
    currency_ = journey::main_currency(connection_);
    output_.shop = input_.shop;
    output_.as_of = as_of_;
    output_.currency = currency_;
  }

  void find_holdout() {
    const auto [first] = store::read_columns<std::optional<Day>>(
        connection_,
        "SELECT CAST(min(time) AS DATE) FROM order_lines WHERE customer_id IS NOT NULL");
    if (!first[0] || *first[0] > as_of_) return;
    data_from_ = *first[0];
    split_ = holdout_start(data_from_, as_of_, input_.holdout_days);
    if (!split_)
      note("The history is too short to hold anything back, so no model could be judged.");
  }

  // What was known the day before the holdout; the journey is built again afterwards.
  void learn_calibration() {
    const Day cut = *split_ + -1;
    journey::build(connection_, {.as_of = cut, .currency = currency_}, context_.progress);
    calibration_ = journey::summaries(connection_, {.as_of = cut, .unit = {}, .start = {}});
    keep_training_purchases(connection_);
  }

  void judge() {
    const journey::Holdout actual = journey::holdout(connection_, calibration_, as_of_);
    std::string why;
    value_ = judge_value(calibration_, actual, context_, why);
    if (!value_) {
      note(fmt::format("The value models could not be judged: {}.", why));
    } else {
      tracking_ =
          track_repeat_purchases(connection_, calibration_, *value_, as_of_, context_.threads);
      if (value_->chosen == kStatusQuo) {
        note("No purchase process beat the status quo on the holdout; the status quo is used.");
      }
    }
    recommenders_ = judge_recommenders(connection_, *split_, as_of_, input_.list_length, context_);
  }

  void score() {
    ValueOptions options{.horizon_days = input_.horizon_days,
                         .annual_discount = input_.annual_discount};
    if (value_) {
      options.process = value_->chosen;
      options.churn_process = value_->choice.chosen_for_churn;
      options.relative_bias = value_->relative_bias;
    }
    std::string why;
    scored_ = score_customers(connection_, as_of_, options, context_, why);
    if (!scored_) {
      note(fmt::format("Nobody has a value: {}.", why));
      return;
    }
    for (const std::string& warning : scored_->warnings) note(warning + ".");
    output_.purchase_model = options.process;
    output_.predicted_value = scored_->value;
    save_value_version(options);
  }

  void save_value_version(const ValueOptions& options) {
    nlohmann::json parameters = scored_->parameters();
    parameters["purchase_model"] = options.process;
    parameters["spend_model"] = scored_->spend ? models::GammaGamma::kId : "";
    nlohmann::json metrics = nlohmann::json::object();
    if (value_) {
      metrics["accuracy"] = accuracy_to_json(value_->accuracy);
      metrics["tracking"] = tracking_to_json(tracking_);
    }
    info_.value_version =
        save_model_version(shop_.models_dir(), "value",
                           manifest({options.process}, std::move(parameters), std::move(metrics)),
                           scored_->files())
            .version;
  }

  Manifest manifest(std::vector<std::string> models, nlohmann::json parameters,
                    nlohmann::json metrics) const {
    return {.models = std::move(models),
            .created_at = context_.now,
            .data_from = data_from_,
            .data_to = as_of_,
            .holdout_from = split_,
            .seed = context_.seed,
            .parameters = std::move(parameters),
            .metrics = std::move(metrics)};
  }

  void stage() {
    write_activity(connection_, as_of_, scored_ ? &scored_->churn : nullptr, context_);
    journey::stages(connection_, as_of_, {}, context_.progress);
    journey::rfm(connection_, as_of_);
    journey::cohorts(connection_, as_of_);
  }

  void recommend() {
    RecommendChoice choice{.list_length = input_.list_length};
    if (recommenders_) {
      choice.id = recommenders_->chosen;
      choice.seen = recommenders_->seen;
    }
    const std::vector<ModelFile> files = write_recommendations(connection_, choice, context_);
    if (files.empty()) return;
    output_.recommender = choice.id;
    nlohmann::json metrics = nlohmann::json::object();
    if (recommenders_) metrics["recommenders"] = recommenders_to_json(recommenders_->table);
    nlohmann::json parameters = {{"list_length", choice.list_length},
                                 {"seen_items_kept", choice.seen == models::SeenItems::kKeep}};
    info_.recommender_version =
        save_model_version(shop_.models_dir(), "recommend",
                           manifest({choice.id}, std::move(parameters), std::move(metrics)), files)
            .version;
  }

  void decide() {
    PolicyOptions options{.contact_cost = input_.contact_cost,
                          .frequency_cap = input_.frequency_cap};
    options.increments = shop_increments(connection_, as_of_);
    info_.increment_error = options.increments.relative_error;
    output_.next_steps = write_next_steps(
        connection_, as_of_, scored_ ? scored_->new_customer_spend() : 0, options, context_);
  }

  void finish() {
    info_.as_of = as_of_;
    info_.currency = currency_;
    info_.horizon_days = input_.horizon_days;
    info_.annual_discount = input_.annual_discount;
    info_.notes = nlohmann::json(output_.notes).dump();
    write_run_info(connection_, info_);
    shop_.checkpoint();
    output_.customers =
        store::read_value<std::int64_t>(connection_, "SELECT count(*) FROM derived.customers");
    output_.buyers = store::read_value<std::int64_t>(
        connection_, "SELECT count(*) FROM derived.customers WHERE purchase_days > 0");
    store::Statement statement = connection_.prepare(
        "SELECT stage, count(*) FROM derived.stages WHERE as_of = $1 GROUP BY stage "
        "ORDER BY list_position(['registered', 'browsing', 'first_purchase', 'repeat', 'loyal', "
        "'won_back', 'at_risk', "
        "'lapsed'], stage)");
    const auto [stages, counts] =
        store::read_columns<std::string, std::int64_t>(statement.bind(as_of_).query());
    for (std::size_t i = 0; i < stages.size(); ++i)
      output_.stages.emplace_back(stages[i], counts[i]);
  }

  void note(std::string sentence) { output_.notes.push_back(std::move(sentence)); }

  store::Shop& shop_;
  const Run::Input& input_;
  Context& context_;
  store::Connection connection_;
  Run::Output output_;
  RunInfo info_;
  Day as_of_;
  Day data_from_;
  std::string currency_;
  std::optional<Day> split_;
  journey::CustomerSummaries calibration_;
  std::optional<JudgedValue> value_;
  report::Tracking tracking_;
  std::optional<JudgedRecommenders> recommenders_;
  std::optional<ScoredValue> scored_;
};

}  // namespace

std::vector<Field<Run::Input>> Run::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("as_of", &Input::as_of,
            "last day that counts; default: the day of the last order or event"),
      field("horizon_days", &Input::horizon_days, "how far values look ahead").between(1, 3650),
      field("annual_discount", &Input::annual_discount, "0.1: money in a year is worth 1 / 1.1")
          .between(0, 10),
      field("holdout_days", &Input::holdout_days,
            "days kept back to judge the models; default: the last quarter")
          .between(7, 3650),
      field("list_length", &Input::list_length, "items recommended to each customer")
          .between(1, 100),
      field("contact_cost", &Input::contact_cost, "money that one contact costs").between(0, 1e6),
      field("frequency_cap", &Input::frequency_cap,
            "contacts in two weeks after which a customer is left alone")
          .between(1, 100),
  };
}

Run::Output Run::run(const Input& input, Context& context) {
  store::Shop shop = store::Shop::open(input.shop, store::Access::kWrite, context.now,
                                       context.database_options(store::Access::kWrite));
  return MainJob(shop, input, context).run();
}

nlohmann::json to_json(const Run::Output& output) {
  nlohmann::json stages = nlohmann::json::object();
  for (const auto& [stage, count] : output.stages) stages[stage] = count;
  nlohmann::json steps = nlohmann::json::object();
  for (const auto& [action, count] : output.next_steps) steps[action] = count;
  nlohmann::json value;
  if (output.predicted_value) {
    value = {{"value", output.predicted_value->value},
             {"low", output.predicted_value->interval->low},
             {"high", output.predicted_value->interval->high},
             {"level", output.predicted_value->interval->level}};
  }
  return {{"shop", output.shop.string()},
          {"as_of", format_day(output.as_of)},
          {"currency", output.currency},
          {"customers", output.customers},
          {"buyers", output.buyers},
          {"purchase_model", output.purchase_model},
          {"recommender", output.recommender},
          {"predicted_value", value},
          {"stages", stages},
          {"next_steps", steps},
          {"notes", output.notes}};
}

}  // namespace perennial::engine
