// Items that nobody has bought yet, offered by what is known of them: their words, their looks, or both.
//
// Both     by the ranks in the two lists (models::mixed_by_rank), each of kCandidates items: scores of words and pictures
//          cannot be compared
#pragma once

#include <optional>

#include <span>

#include "perennial/engine/context.h"
#include "perennial/engine/recommenders.h"
#include "perennial/engine/shop_items.h"
#include "perennial/evaluate/new_items.h"
#include "perennial/report/data.h"

namespace perennial::engine {

inline constexpr std::string_view kWordsId = models::Content::kId;

// Those that there are; both may be absent.
struct NewItemSources {
  const FittedRecommender* words = nullptr;
  const FittedRecommender* looks = nullptr;

  bool empty() const { return words == nullptr && looks == nullptr; }
};

// The recommender of words fitted on a catalogue; nothing when it is too large, or no word is in two of its items.
std::optional<FittedRecommender> fit_words(const models::TopItems::Input& input,
                                           const ShopItems& items, Progress& progress);

// `question.blocked` leaves the new items over. REQUIRES: not empty
models::TopItems::Output offer_new_items(const NewItemSources& sources,
                                         models::TopItems::Input question);

// How well each way finds the buyers of new items, beside chance and categories. What the shop cannot do (no categories, no
// pictures) has no row. Short lists are filled up by the popularity of categories, where there are any, as a shop would.
// REQUIRES: somebody is asked
report::NewItems judge_new_items(const evaluate::NewItemsQuestion& question,
                                 const models::Interactions& train, const ShopItems& items,
                                 const NewItemSources& sources, std::size_t n, Context& context);

}  // namespace perennial::engine
