#include "perennial/engine/recommenders.h"

#include <limits>
#include <memory>

#include "perennial/models/recommend/item_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/sequences.h"
#include "perennial/models/recommend/user_neighbours.h"

namespace perennial::engine {
namespace {

using models::NextItem;
using models::TopItems;

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
constexpr double kRecentHalfLifeDays = 30;

template <typename M>
FittedRecommender erase(M fitted) {
  ByteWriter writer;
  fitted.save(writer);
  const auto shared = std::make_shared<const M>(std::move(fitted));
  FittedRecommender erased;
  erased.bytes = frame(M::kId, writer);
  if constexpr (models::Model<M, TopItems>) {
    erased.predict = [shared](const TopItems::Input& input) { return shared->predict(input); };
  } else {
    erased.predict = [shared](const TopItems::Input& input) {
      const models::SessionRows rows = models::sequences_of(input.interactions, input.customers);
      return shared->predict({.sessions = rows.view(),
                              .items = input.interactions.items(),
                              .blocked = input.blocked,
                              .seen = input.seen,
                              .n = input.n,
                              .threads = input.threads});
    };
  }
  if constexpr (requires {
                  shared->similar(0U, std::size_t{1}, std::span<const std::uint8_t>());
                }) {
    erased.similar = [shared](std::uint32_t item, std::size_t n,
                              std::span<const std::uint8_t> blocked) {
      return shared->similar(item, n, blocked);
    };
  }
  return erased;
}

// A model of histories, or of sequences: then what customers bought is given in the order in which they bought it.
template <typename M>
RecommenderEntry entry(RecommenderEntry described, typename M::Options options) {
  if (described.most_customers == 0) described.most_customers = kAnyNumber;
  if (described.most_items == 0) described.most_items = kAnyNumber;
  described.fit = [options](const TopItems::Input& input, const ShopItems&) {
    if constexpr (models::Model<M, TopItems>) {
      return erase(M::fit(input, options));
    } else {
      const models::SessionRows rows = models::sequences_of(input.interactions);
      return erase(M::fit(
          {.sessions = rows.view(), .items = input.interactions.items(), .threads = input.threads},
          options));
    }
  };
  return described;
}

}  // namespace

std::span<const RecommenderEntry> recommenders() {
  using models::Similarity;
  static const std::vector<RecommenderEntry> kEntries = {
      entry<models::Popularity>({.id = "baseline.popularity", .is_baseline = true}, {}),
      entry<models::Popularity>({.id = "baseline.recent_popularity", .is_baseline = true},
                                {.half_life_days = kRecentHalfLifeDays}),
      entry<models::ItemNeighbours>(
          {.id = "recommend.item_neighbours/1", .reason = ReasonKind::kBought}, {}),
      entry<models::ItemNeighbours>(
          {.id = "recommend.item_neighbours.jaccard/1", .reason = ReasonKind::kBought},
          {.similarity = {.similarity = Similarity::kJaccard}}),
      entry<models::UserNeighbours>({.id = "recommend.user_neighbours/1",
                                     .reason = ReasonKind::kTaste,
                                     .most_customers = 50'000},
                                    {}),
  };
  return kEntries;
}

const RecommenderEntry& recommender(std::string_view id) {
  for (const RecommenderEntry& candidate : recommenders()) {
    if (candidate.id == id) return candidate;
  }
  fail(ErrorKind::kNotFound, "there is no recommender \"{}\"", id);
}

std::vector<const RecommenderEntry*> recommenders_for(std::size_t customers, std::size_t items,
                                                      Effort effort) {
  std::vector<const RecommenderEntry*> fitting;
  for (const RecommenderEntry& candidate : recommenders()) {
    if (customers > candidate.most_customers || items > candidate.most_items) continue;
    if (candidate.effort == Effort::kThorough && effort == Effort::kQuick) continue;
    fitting.push_back(&candidate);
  }
  return fitting;
}

}  // namespace perennial::engine
