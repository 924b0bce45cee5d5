// The recommender's part of the main job: judge the candidates on what customers bought in the holdout, fit the best one
// on everything, and write a list for every buyer, under the shop's rules.
//
// Judged   at most kMostJudged customers, evenly spread over their ids; the models together learn from at most
//          kMostTaught customers of the stretch before the holdout that is as long as it
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/list_rules_file.h"
#include "perennial/engine/model_versions.h"
#include "perennial/engine/recommend_judge.h"
#include "perennial/engine/shop_looks.h"
#include "perennial/engine/shop_pictures.h"

namespace perennial::engine {

inline constexpr std::size_t kMostJudged = 20'000;
inline constexpr std::size_t kMostTaught = 2'000;

// Keeps the journey as derived now, as of `cut`, as the training side of judge_recommenders. Items hidden or out of
// stock are those that were so by then.
void keep_training_purchases(store::Connection& connection, Day cut);

struct JudgeOptions {
  int list_length = 10;
  Effort effort = Effort::kQuick;
  bool with_detail = false;
  bool for_use = false;                    // recommend_judge.h
  const ShopPictures* pictures = nullptr;  // to learn from, thoroughly
  KeptTrainings* trainings = nullptr;
};

// Judges on what was ordered from `split` on in the journey as derived now. Nothing when either side is empty. With detail
// also how well new items find their buyers, every item of the catalogue as it is now being one that nobody had before.
// REQUIRES: keep_training_purchases on the same connection.
std::optional<JudgedRecommenders> judge_recommenders(store::Connection& connection, Day split,
                                                     const JudgeOptions& options, Context& context);

// On splits that published figures use: the journey as derived now is divided by customers, not by time. Other
// customers' futures are learned from, so this compares with publications and chooses nothing.
enum class PublishedSplit : std::uint8_t { kLeaveLastOut, kStrongGeneralisation };
JudgedRecommenders judge_published(store::Connection& connection, PublishedSplit split, Day as_of,
                                   const JudgeOptions& options, Context& context);

struct RecommendChoice {
  std::string id = "baseline.popularity";  // what is used when nothing could be judged
  BoughtItems bought = BoughtItems::kNever;
  std::vector<std::string> sources;  // of the weigher
  std::optional<Weigher> weigher;
  int list_length = 10;
  NamedRules rules;
  // What is known of looks: kept ones, with the pictures of items that came since, or pictures to learn from; or nothing.
  const ShopLooks* kept_looks = nullptr;
  const ShopPictures* pictures = nullptr;
  KeptTrainings* trainings = nullptr;
};

struct WrittenLists {
  std::vector<ModelFile> files;    // of the fitted models; empty when there is nothing to recommend
  std::vector<ModelFile> looks;    // learnt from choice.pictures (shop_looks.h)
  std::vector<std::string> notes;  // rules that met nothing
};
// Fits the choice on the journey as derived now, which is as of `as_of`, and writes derived.recommendations,
// similar_items and popular_items (empty tables when nobody bought).
WrittenLists write_recommendations(store::Connection& connection, const RecommendChoice& choice,
                                   Day as_of, Context& context);

}  // namespace perennial::engine
