#include "perennial/engine/recommenders.h"

#include <limits>
#include <memory>

#include "perennial/models/recommend/item_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/user_neighbours.h"

namespace perennial::engine {
namespace {

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
  erased.predict = [shared](const TopItems::Input& input) { return shared->predict(input); };
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

template <typename M>
RecommenderEntry entry(std::string_view id, bool is_baseline, std::size_t most_customers,
                       typename M::Options options) {
  return {.id = id,
          .is_baseline = is_baseline,
          .most_customers = most_customers,
          .fit = [options](const TopItems::Input& input) { return erase(M::fit(input, options)); }};
}

}  // namespace

std::span<const RecommenderEntry> recommenders() {
  using models::Similarity;
  static const std::vector<RecommenderEntry> kEntries = {
      entry<models::Popularity>("baseline.popularity", true, kAnyNumber, {}),
      entry<models::Popularity>("baseline.recent_popularity", true, kAnyNumber,
                                {.half_life_days = kRecentHalfLifeDays}),
      entry<models::ItemNeighbours>("recommend.item_neighbours/1", false, kAnyNumber, {}),
      entry<models::ItemNeighbours>("recommend.item_neighbours.jaccard/1", false, kAnyNumber,
                                    {.similarity = {.similarity = Similarity::kJaccard}}),
      entry<models::UserNeighbours>("recommend.user_neighbours/1", false, 50'000, {}),
  };
  return kEntries;
}

const RecommenderEntry& recommender(std::string_view id) {
  for (const RecommenderEntry& candidate : recommenders()) {
    if (candidate.id == id) return candidate;
  }
  fail(ErrorKind::kNotFound, "there is no recommender \"{}\"", id);
}

}  // namespace perennial::engine
