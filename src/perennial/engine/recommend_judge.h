// Which recommender suits a shop, by what its customers did next.
//
// Bought   what a customer already has may never come back, always, or when it is a good that is bought again and is
//          due (list_rules.h): chosen with the model, by the same measure
// Chosen   by NDCG; a candidate that does not exceed the best baseline with the lower end of its 95 % interval of the
//          difference above zero has lost to it, and the baseline is used
// Blend    where a lesson is given, the models together are judged too, by a blend and, with customers enough, by a
//          ranker, under the policy of the best model alone
// Filled   lists are judged as they are shown: short ones are filled up with what was popular of late
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/ensemble.h"
#include "perennial/evaluate/ranking_detail.h"
#include "perennial/models/recommend/lists/list_rules.h"
#include "perennial/report/data.h"

namespace perennial::engine {

inline constexpr std::string_view kPopularOfLate = "baseline.recent_popularity";

enum class BoughtItems : std::uint8_t { kNever, kWhenDue, kAlways };
std::string_view bought_id(BoughtItems policy);  // "never", "when_due", "always"

// What was bought in a stretch before the judged one, to learn a blend from.
struct RecommendLesson {
  models::Interactions before;      // all customers
  models::Interactions histories;   // of the customers who bought in the stretch, from before
  models::Interactions wanted;      // what they bought in it, row by row
  ShopItems items;                  // as known then
  std::vector<std::uint32_t> rows;  // row i of histories is this row of before
  Day as_of;                        // last day before the stretch
};

struct RecommendExam {
  const models::Interactions& train;      // what models learn from
  const models::Interactions& histories;  // of the judged customers
  const models::Interactions& test;       // what they did next, row by row
  // Row i of histories is row fitted_rows[i] of train; empty: the judged customers are not in train.
  std::span<const std::uint32_t> fitted_rows;
  const ShopItems& items;
  Day as_of;  // last day before the test
  std::size_t n = 10;
  const RecommendLesson* lesson = nullptr;
  Effort effort = Effort::kQuick;
  bool with_detail = false;            // ranking_detail.h, latency and size of every model
  bool for_use = false;                // a blend or a ranker that wins learns again, from the test
  KeptTrainings* trainings = nullptr;  // what the models' trainings are kept in
};

struct Cost {
  double fit_seconds = 0;
  double p50_micros = 0, p99_micros = 0;  // to answer one customer, fresh from a new question
  std::size_t bytes = 0;                  // as saved
};

struct JudgedRecommender {
  std::string id;
  bool is_baseline = false;
  BoughtItems bought = BoughtItems::kNever;
  evaluate::RankingReport report;
  std::optional<evaluate::RankingDetail> detail;
  std::optional<Cost> cost;
};

struct JudgedRecommenders {
  std::string chosen;  // id
  BoughtItems bought = BoughtItems::kNever;
  std::vector<std::string> sources;    // of the blend or ranker, if one was judged: ids, in order
  std::optional<Weigher> weigher;      // the chosen one, learnt again, for_use
  report::Recommenders table;          // all candidates under the chosen policy
  std::vector<JudgedRecommender> all;  // under every policy
  std::vector<std::string> notes;
  std::string
      looks;  // models::ItemLooks as fitted on train, framed; with_detail, where it was judged
  std::optional<report::NewItems> new_items;  // of a split in time, with_detail; recommend_step.h
};

JudgedRecommenders judge(const RecommendExam& exam, Context& context);

// Candidates of which make_lists then takes the best, for a policy: with kWhenDue what is due comes in its place, and
// what must not come back is followed by other items. REQUIRES: the same question but for `seen`
models::TopItems::Output candidates_under(
    BoughtItems bought,
    const std::function<models::TopItems::Output(const models::TopItems::Input&)>& predict,
    models::TopItems::Input question);
// The facts and rules under which make_lists keeps to the policy.
models::ItemFacts facts_under(BoughtItems bought, models::ItemFacts facts);

}  // namespace perennial::engine
