// The recommender's part of the main job: judge the candidates on what customers bought in the holdout, fit the best one
// on everything, and write a list for every buyer.
//
// Seen     whether what was bought before may be recommended again is chosen with the model, by the same measure
// Judged   at most kMostJudged customers, evenly spread over their ids
// Chosen   by NDCG; a candidate that does not exceed the best baseline with the lower end of its 95 % interval of the
//          difference above zero has lost to it, and the baseline is used
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/model_versions.h"
#include "perennial/evaluate/ranking.h"
#include "perennial/models/recommend/family.h"
#include "perennial/report/data.h"

namespace perennial::engine {

inline constexpr std::size_t kMostJudged = 20'000;

struct JudgedRecommender {
  std::string id;
  bool is_baseline = false;
  models::SeenItems seen = models::SeenItems::kMask;
  evaluate::RankingReport report;
};

struct JudgedRecommenders {
  std::string chosen;                                 // id
  models::SeenItems seen = models::SeenItems::kMask;  // chosen too
  report::Recommenders table;          // all candidates under the chosen policy of seen items
  std::vector<JudgedRecommender> all;  // under both policies
};

// Keeps the journey as derived now, as of `cut`, as the training side of judge_recommenders. Items hidden or out of
// stock are those that were so by then.
void keep_training_purchases(store::Connection& connection, Day cut);

// Judges on what was ordered from `split` on in the journey as derived now. Nothing when either side is empty.
// REQUIRES: keep_training_purchases on the same connection.
std::optional<JudgedRecommenders> judge_recommenders(store::Connection& connection, Day split,
                                                     int list_length, Context& context);

struct RecommendChoice {
  std::string id = "baseline.popularity";  // what is used when nothing could be judged
  models::SeenItems seen = models::SeenItems::kMask;
  int list_length = 10;
};

// Fits the choice on the journey as derived now and writes derived.recommendations, similar_items and popular_items
// (empty tables when nobody bought). Returns the fitted model's files.
std::vector<ModelFile> write_recommendations(store::Connection& connection,
                                             const RecommendChoice& choice, Context& context);

}  // namespace perennial::engine
