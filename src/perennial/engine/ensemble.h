// Several recommenders of the registry asked together: by a learnt blend, or by a ranker where customers are many.
//
// Lesson   the weights are learnt on a stretch of the past: models fitted on what came before it, compared with what
//          customers then bought. The models are fitted again on everything, the weights kept
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/model_versions.h"
#include "perennial/engine/recommenders.h"
#include "perennial/models/recommend/lists/blend.h"
#include "perennial/models/recommend/lists/ranker.h"

namespace perennial::engine {

inline constexpr std::string_view kBlendId = models::Blend::kId;
inline constexpr std::string_view kRankerId = models::Ranker::kId;
inline constexpr std::size_t kCandidates = 100;  // of each model, for a blend or a ranker

// The models' fitted selves, in the order of their entries.
struct Ensemble {
  std::vector<const RecommenderEntry*> entries;
  std::vector<FittedRecommender> fitted;

  static Ensemble fit(std::vector<const RecommenderEntry*> entries,
                      const models::TopItems::Input& input, const ShopItems& items,
                      const FitWatch& watch);
};

// What weighs the candidates of an ensemble.
struct Weigher {
  std::optional<models::Blend> blend;
  std::optional<models::Ranker> ranker;  // instead of a blend

  struct Question {
    const std::vector<models::TopItems::Output>& candidates;
    // The row of each list; absent: list i is about row i.
    std::optional<std::span<const std::uint32_t>> customers = std::nullopt;
    const models::Interactions& histories;
    const ShopItems& items;
    std::span<const double> buyers;  // per item
    Day as_of;
    std::size_t n;
    Threads threads;
  };
  models::MixedLists mix(const Question& question) const;
  std::string bytes() const;
};

// Per item, how many customers have it.
std::vector<double> buyers_of(const models::Interactions& interactions);

}  // namespace perennial::engine
