#include "perennial/engine/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "perennial/base/text.h"
#include "perennial/engine/decide_step.h"
#include "perennial/engine/holdout.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/policy.h"
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

constexpr std::int64_t kFewRepeaters = 100;

// Everything that one run finds out, step by step.
class MainJob {
 public:
  MainJob(store::Shop& shop, const Run::Input& input, Context& context)
      : shop_(shop), input_(input), context_(context), connection_(shop.connect()) {}

  Run::Output run() {
    if (input_.rules) rules_ = read_list_rules(*input_.rules);
    if (input_.thorough) trainings_.emplace(shop_.models_dir() / "recommend" / "training");
    find_as_of();
    clear_run_info(connection_);
    find_holdout();
    if (split_) {
      window_days_ = as_of_ - *split_ + 1;
      lookback_ = look_back(connection_, build_, *split_, as_of_, context_);
      for (const std::string& why_not : lookback_->challengers.notes) note(why_not + ".");
    }
    build_.as_of = as_of_;
    journey::build(connection_, build_, context_.progress);
    read_looks();
    if (split_) judge(*split_);
    score();
    stage();
    recommend();
    decide();
    note_uncounted();
    finish();
    return std::move(output_);
  }

 private:
  void find_as_of() {
    const Day latest = latest_fact_day(connection_, input_.shop);
    const Day today = to_day(context_.now);
    if (latest > today) {
      note(fmt::format(
          "There are facts dated after today, up to {}; they are not seen unless --as-of says so.",
          format_day(latest)));
    }
    as_of_ = input_.as_of.value_or(std::min(latest, today));
    build_ = journey_options(connection_);
    currency_ = build_.currency;
    output_.shop = input_.shop;
    output_.as_of = as_of_;
    output_.currency = currency_;
  }

  void find_holdout() {
    const std::optional<Day> day = first_purchase_day(connection_);
    if (!day || *day > as_of_) return;
    data_from_ = *day;
    split_ = holdout_start(data_from_, as_of_, input_.holdout_days);
    if (!split_)
      note("The history is too short to hold anything back, so no model could be judged.");
  }

  // Thoroughly: the shop's pictures, to learn from. Else what was learnt from pictures before, and the pictures of items
  // that came since.
  void read_looks() {
    if (!input_.thorough) {
      try {
        looks_ = kept_looks(shop_.models_dir());
      } catch (const Error& error) {
        note(fmt::format("What was learnt from pictures is left out: {}.", error.what()));
      }
      if (!looks_) return;
    }
    const std::vector<std::string> known = looks_ ? looks_->known() : std::vector<std::string>();
    pictures_ = read_shop_pictures(
        connection_, {.shop = shop_.path(), .as_of = as_of_, .known = known}, context_);
    if (!pictures_) return;
    for (const std::string& what : pictures_->notes) note(what);
  }

  void judge(Day split) {
    const journey::CustomerSummaries& calibration = lookback_->calibration.customers;
    const journey::Holdout actual = journey::holdout(connection_, calibration, as_of_);
    std::string why;
    value_ = judge_value(calibration, actual, lookback_->challengers, context_, why);
    if (!value_) {
      note(fmt::format("The value models could not be judged: {}.", why));
    } else {
      tracking_ = track_repeat_purchases(connection_, calibration, value_->choice, as_of_,
                                         context_.threads);
      if (value_->winners.purchases == kStatusQuo)
        note("The status quo had the smaller errors on the holdout, so it says how often.");
      if (value_->winners.spend == kStatusQuo)
        note("The status quo had the smaller errors on the holdout, so it says how much.");
    }
    recommenders_ =
        judge_recommenders(connection_, split,
                           {.list_length = input_.list_length,
                            .effort = input_.thorough ? Effort::kThorough : Effort::kQuick,
                            .for_use = true,
                            .pictures = input_.thorough && pictures_ ? &*pictures_ : nullptr,
                            .trainings = trainings()},
                           context_);
    if (recommenders_) {
      for (const std::string& why_not : recommenders_->notes) note(why_not);
    }
  }

  void score() {
    ValueOptions options{.window_days = window_days_,
                         .horizon_days = input_.horizon_days,
                         .annual_discount = input_.annual_discount};
    if (value_) {
      options.process = value_->choice.chosen;
      options.churn_process = value_->choice.chosen_for_churn;
      options.blend_partner = value_->blend_partner;
      options.purchases_by = value_->winners.purchases;
      options.spend_by = value_->winners.spend;
      options.activity_by = value_->winners.activity;
      options.winners_bias = value_->winners_bias;
      options.process_bias = value_->process_bias;
      // Only what was said of it is kept: forecasts of everyone by every model are large.
      value_->choice = {};
      lookback_->challengers = {};
    }
    std::string why;
    scored_ = score_customers(connection_, as_of_, lookback_ ? &lookback_->calibration : nullptr,
                              options, context_, why);
    lookback_.reset();
    if (!scored_) {
      note(fmt::format("Nobody has a value: {}.", why));
      return;
    }
    for (const std::string& warning : scored_->warnings) note(warning + ".");
    output_.purchase_model = scored_->purchases_by;
    output_.repurchase_model = scored_->activity_by;
    output_.value_model = scored_->spend_by;
    output_.predicted_value = scored_->value;
    output_.expected_back = scored_->back;
    output_.window_days = window_days_;
    save_value_version(*scored_, options);
  }

  void save_value_version(const ScoredValue& scored, const ValueOptions& options) {
    nlohmann::json parameters = scored.parameters();
    parameters["process"] = models::id(scored.process);
    parameters["purchase_model"] = output_.purchase_model;
    parameters["repurchase_model"] = output_.repurchase_model;
    parameters["value_model"] = output_.value_model;
    parameters["window_days"] = options.window_days;
    parameters["spend_model"] = scored.spend ? models::GammaGamma::kId : "";
    nlohmann::json metrics = nlohmann::json::object();
    if (value_) {
      metrics["accuracy"] = accuracy_to_json(value_->accuracy);
      metrics["tracking"] = tracking_to_json(tracking_);
    }
    info_.value_version = save_model_version(shop_.models_dir(), "value",
                                             manifest(models_inside(scored), std::move(parameters),
                                                      std::move(metrics)),
                                             scored.files())
                              .version;
  }

  static std::vector<std::string> models_inside(const ScoredValue& scored) {
    std::vector<std::string> ids{std::string(models::id(scored.process)),
                                 std::string(models::id(scored.churn))};
    for (const models::WindowModel& model : scored.learnt) ids.emplace_back(models::id(model));
    if (scored.spend) ids.emplace_back(models::GammaGamma::kId);
    return ids;
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

  // What counts in no amount is said, not passed over.
  void note_uncounted() {
    const auto count = [&](const std::string& sql) {
      return store::read_value<std::int64_t>(connection_, sql);
    };
    const auto others = count(
        fmt::format("SELECT count(*) FROM order_lines WHERE currency <> {}", quote_sql(currency_)));
    if (others > 0) {
      note(fmt::format("Order lines in another currency than {}, in no amount: {}.", currency_,
                       with_thousands(others)));
    }
    const auto uncounted = count(
        "SELECT count(*) FROM derived.customers WHERE purchase_days = 0 AND customer_id IN "
        "(SELECT customer_id FROM derived.interactions)");
    if (uncounted > 0) {
      note(fmt::format(
          "Customers who bought only at price 0 or in another currency, not counted as buyers: {}.",
          with_thousands(uncounted)));
    }
    const auto repeaters = count("SELECT count(*) FROM derived.customers WHERE purchase_days > 1");
    if (scored_ && repeaters < kFewRepeaters) {
      note(
          fmt::format("Customers with two purchase days or more: {}. The models hardly know this "
                      "shop; the intervals hold that uncertainty and are wide for it.",
                      repeaters));
    }
  }

  void stage() {
    write_activity(connection_, as_of_, scored_ ? &scored_->churn : nullptr, context_);
    journey::stages(connection_, as_of_, {}, context_.progress);
    journey::rfm(connection_, as_of_);
    journey::cohorts(connection_, as_of_);
  }

  void recommend() {
    RecommendChoice choice{.list_length = input_.list_length, .trainings = trainings()};
    if (recommenders_) {
      choice.id = recommenders_->chosen;
      choice.bought = recommenders_->bought;
      choice.sources = recommenders_->sources;
      choice.weigher = std::move(recommenders_->weigher);
    }
    choice.rules = rules_;
    choice.kept_looks = looks_ ? &*looks_ : nullptr;
    choice.pictures = pictures_ ? &*pictures_ : nullptr;
    const WrittenLists written = write_recommendations(connection_, choice, as_of_, context_);
    for (const std::string& rule : written.notes) note(rule);
    if (trainings_) {
      for (const std::string& kept : trainings_->notes()) note(kept);
    }
    if (written.files.empty()) return;
    output_.recommender = choice.id;
    nlohmann::json metrics = nlohmann::json::object();
    if (recommenders_) metrics["recommenders"] = recommenders_to_json(recommenders_->table);
    nlohmann::json parameters = {{"list_length", choice.list_length},
                                 {"bought_items", bought_id(choice.bought)}};
    if (choice.weigher) parameters["sources"] = choice.sources;
    info_.recommender_version =
        save_model_version(shop_.models_dir(), "recommend",
                           manifest({choice.id}, std::move(parameters), std::move(metrics)),
                           written.files)
            .version;
    if (!written.looks.empty())
      save_model_version(
          shop_.models_dir(), kLooksName,
          manifest({std::string(kLooksId)}, {{"pictures", pictures_ ? pictures_->items.size() : 0}},
                   nlohmann::json::object()),
          written.looks);
  }

  void decide() {
    PolicyOptions options{.contact_cost = input_.contact_cost,
                          .frequency_cap = input_.frequency_cap};
    options.increments = shop_increments(connection_, as_of_);
    info_.increment_error = options.increments.relative_error;
    output_.next_steps =
        write_next_steps(connection_, as_of_, new_customer_spend(), options, context_);
  }

  // What an order of somebody without orders is expected to bring: by the spend model, else the shop's mean order. A shop
  // that knows no amounts counts orders: 1 each.
  double new_customer_spend() {
    if (scored_ && scored_->spend) return scored_->spend->population_mean();
    const auto mean = store::read_value<std::optional<double>>(
        connection_,
        "SELECT avg(CAST(amount AS DECIMAL(38, 6))) FROM derived.purchase_days WHERE amount > 0");
    if (mean) return *mean;
    note("No order has an amount, so the expected value of next steps counts orders, not money.");
    return 1;
  }

  void finish() {
    info_.as_of = as_of_;
    info_.currency = currency_;
    info_.horizon_days = input_.horizon_days;
    info_.window_days = window_days_;
    info_.annual_discount = input_.annual_discount;
    info_.notes = nlohmann::json(output_.notes).dump();
    write_run_info(connection_, info_);
    shop_.checkpoint();
    if (trainings_) trainings_->clear();
    output_.horizon_days = input_.horizon_days;
    output_.visitors = store::read_value<std::int64_t>(
        connection_,
        fmt::format("SELECT CAST(coalesce(sum(customers), 0) AS BIGINT) FROM derived.stage_counts "
                    "WHERE stage = 'visitor' AND as_of = DATE '{}'",
                    format_day(as_of_)));
    output_.customers =
        store::read_value<std::int64_t>(connection_, "SELECT count(*) FROM derived.customers");
    output_.buyers = store::read_value<std::int64_t>(
        connection_, "SELECT count(*) FROM derived.customers WHERE purchase_days > 0");
    store::Statement statement = connection_.prepare(
        "SELECT stage, count(*) FROM derived.stages WHERE as_of = $1 GROUP BY stage");
    const auto [stages, counts] =
        store::read_columns<std::string, std::int64_t>(statement.bind(as_of_).query());
    for (std::size_t i = 0; i < stages.size(); ++i)
      output_.stages.emplace_back(stages[i], counts[i]);
    std::ranges::sort(output_.stages, {},
                      [](const auto& stage) { return parse_stage(stage.first); });
  }

  KeptTrainings* trainings() { return trainings_ ? &*trainings_ : nullptr; }

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
  journey::BuildOptions build_;
  std::optional<Day> split_;
  int window_days_ = 91;
  std::optional<Lookback> lookback_;  // until everyone is scored
  std::optional<JudgedValue> value_;
  report::Tracking tracking_;
  std::optional<KeptTrainings> trainings_;
  std::optional<JudgedRecommenders> recommenders_;
  NamedRules rules_;
  std::optional<ScoredValue> scored_;
  std::optional<ShopPictures> pictures_;
  std::optional<ShopLooks> looks_;  // kept from a thorough run; not for a thorough one
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
      field("rules", &Input::rules,
            "TOML file of the rules that lists keep to; docs/formats/list_rules.md shows one"),
      field("thorough", &Input::thorough, "judge also the recommenders that take minutes to learn"),
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
  nlohmann::json value, back;
  if (output.predicted_value) value = estimate_to_json(*output.predicted_value);
  if (output.expected_back) back = estimate_to_json(*output.expected_back);
  return {{"shop", output.shop.string()},
          {"as_of", format_day(output.as_of)},
          {"currency", output.currency},
          {"customers", output.customers},
          {"visitors", output.visitors},
          {"horizon_days", output.horizon_days},
          {"buyers", output.buyers},
          {"purchase_model", output.purchase_model},
          {"repurchase_model", output.repurchase_model},
          {"value_model", output.value_model},
          {"window_days", output.window_days},
          {"expected_back", back},
          {"recommender", output.recommender},
          {"predicted_value", value},
          {"stages", stages},
          {"next_steps", steps},
          {"notes", output.notes}};
}

}  // namespace perennial::engine
