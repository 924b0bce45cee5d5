#include "perennial/engine/recommenders.h"

#include <limits>
#include <memory>

#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/factors/bpr.h"
#include "perennial/models/recommend/factors/implicit_als.h"
#include "perennial/models/recommend/factors/logistic_factors.h"
#include "perennial/models/recommend/linear/ease.h"
#include "perennial/models/recommend/linear/slim.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/neighbours/user_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/sequences/sequences.h"
#include "perennial/models/recommend/sessions/sequential_rules.h"
#include "perennial/models/recommend/sessions/stan.h"
#include "perennial/models/recommend/sessions/vmis_knn.h"
#include "perennial/models/recommend/words/text_vectors.h"

namespace perennial::engine {
namespace {

using models::NextItem;
using models::TopItems;

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
constexpr double kRecentHalfLifeDays = 30;
constexpr std::string_view kRecentPopularity = "baseline.recent_popularity";

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
  described.fit = [options](const TopItems::Input& input, const ShopItems&, const FitWatch&) {
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

// Items like those bought, by what the shop says of them in words.
RecommenderEntry content_entry(RecommenderEntry described) {
  described.most_customers = kAnyNumber;
  described.fit = [](const TopItems::Input& input, const ShopItems& items, const FitWatch&) {
    const models::ItemWords::Input words{.texts = {.titles = items.names,
                                                   .categories = items.category_of_item,
                                                   .attributes = items.brand_of_item},
                                         .threads = input.threads};
    const models::SparseRows rows = models::TextVectors::fit(words, {}).predict(words);
    return erase(models::Content::fit(input, {.sources = {{&rows}}}));
  };
  return described;
}

RecommenderEntry network_entry(RecommenderEntry described,
                               const models::SequenceNetwork::Options& options) {
  described.fit = [options](const TopItems::Input& input, const ShopItems&, const FitWatch& watch) {
    const models::SessionRows rows = models::sequences_of(input.interactions);
    const NextItem::Input sequences{
        .sessions = rows.view(), .items = input.interactions.items(), .threads = input.threads};
    return erase(train_network(sequences, options, watch));
  };
  return described;
}

// Items that look like those bought; what is learnt from is in the shop's items.
RecommenderEntry looks_entry(RecommenderEntry described) {
  described.most_customers = kAnyNumber;
  described.fit = [](const TopItems::Input& input, const ShopItems& items, const FitWatch& watch) {
    const models::PictureEncoder::Options encoder;
    ProgressTask task(watch.progress, "Learning from pictures",
                      static_cast<std::uint64_t>(encoder.epochs));
    return erase(models::ItemLooks::fit(input, {.pictures = items.pictures.get(),
                                                .category = items.facts.category,
                                                .progress = &watch.progress,
                                                .encoder = encoder}));
  };
  return described;
}

constexpr models::HistoryDecay kFades{.per_day_back = 0.8};

std::vector<RecommenderEntry> all_recommenders() {
  using models::Similarity;
  using enum ReasonKind;
  using enum Effort;
  return {
      entry<models::Popularity>({.id = "baseline.popularity", .is_baseline = true}, {}),
      entry<models::Popularity>({.id = kRecentPopularity, .is_baseline = true},
                                {.half_life_days = kRecentHalfLifeDays}),
      entry<models::ItemNeighbours>({.id = "recommend.item_neighbours/1", .reason = kBought}, {}),
      entry<models::ItemNeighbours>(
          {.id = "recommend.item_neighbours.jaccard/1", .reason = kBought},
          {.similarity = {.similarity = Similarity::kJaccard}}),
      entry<models::ItemNeighbours>({.id = "recommend.association_rules/1", .reason = kBought},
                                    {.similarity = {.similarity = Similarity::kConfidence}}),
      entry<models::UserNeighbours>(
          {.id = "recommend.user_neighbours/1", .reason = kTaste, .most_customers = 50'000}, {}),
      entry<models::SequentialRules>({.id = "recommend.sequential_rules/1", .reason = kFollows},
                                     {}),
      content_entry({.id = "recommend.content/1", .reason = kSimilar, .most_items = 100'000}),
      entry<models::ImplicitAls>(
          {.id = "recommend.implicit_als/1", .reason = kTaste, .effort = kThorough}, {}),
      entry<models::Bpr>({.id = "recommend.bpr/1", .reason = kTaste, .effort = kThorough}, {}),
      entry<models::LogisticFactors>(
          {.id = "recommend.logistic/1", .reason = kTaste, .effort = kThorough}, {}),
      entry<models::Ease>(
          {.id = "recommend.ease/1", .reason = kBought, .effort = kThorough, .most_items = 20'000},
          {.decay = kFades}),
      entry<models::Slim>(
          {.id = "recommend.slim/1", .reason = kBought, .effort = kThorough, .most_items = 50'000},
          {.decay = kFades}),
      entry<models::VmisKnn>({.id = "recommend.vmis_knn/1", .reason = kTaste, .effort = kThorough},
                             {.last = 10}),
      entry<models::Stan>({.id = "recommend.stan/1", .reason = kTaste, .effort = kThorough}, {}),
      network_entry({.id = "recommend.sequence_network/1",
                     .reason = kTaste,
                     .effort = kThorough,
                     .most_customers = 200'000,
                     .most_items = 50'000},
                    {.width = 64, .learning_rate = 2e-3}),
      looks_entry({.id = models::ItemLooks::kId,
                   .reason = kLooks,
                   .effort = kThorough,
                   .most_items = 50'000}),
  };
}

bool is_built(const RecommenderEntry& entry) {
  const bool needs_networks =
      entry.id == "recommend.sequence_network/1" || entry.id == models::ItemLooks::kId;
  return !needs_networks || models::networks_available();
}

// A shop without pictures is not told that it has too few.
bool has_what_it_reads(const ShopItems& items, const RecommenderEntry& entry) {
  if (entry.id != models::ItemLooks::kId) return true;
  return items.pictures != nullptr && items.pictures->size() > 0;
}

}  // namespace

std::span<const RecommenderEntry> recommenders() {
  static const std::vector<RecommenderEntry> kEntries = all_recommenders();
  return kEntries;
}

const RecommenderEntry& recommender(std::string_view id) {
  for (const RecommenderEntry& candidate : recommenders()) {
    if (candidate.id == id) return candidate;
  }
  fail(ErrorKind::kNotFound, "there is no recommender \"{}\"", id);
}

FittedRecommender as_recommender(models::ItemLooks looks) { return erase(std::move(looks)); }

std::vector<const RecommenderEntry*> recommenders_for(std::size_t customers, const ShopItems& items,
                                                      Effort effort) {
  std::vector<const RecommenderEntry*> fitting;
  for (const RecommenderEntry& candidate : recommenders()) {
    if (customers > candidate.most_customers || items.names.size() > candidate.most_items) continue;
    if (candidate.effort == Effort::kThorough && effort == Effort::kQuick) continue;
    if (!is_built(candidate) || !has_what_it_reads(items, candidate)) continue;
    fitting.push_back(&candidate);
  }
  return fitting;
}

}  // namespace perennial::engine
