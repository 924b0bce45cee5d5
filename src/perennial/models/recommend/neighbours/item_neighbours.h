// Item-based neighbours: who bought this also bought that.
//
// Story    two items are alike when the same customers have them; a customer is offered the items most like those in
//          their own history
// Fit      for every item its `neighbours` most similar other items, similarity as in similarity.h over the columns of
//          the interaction matrix; kept as compressed rows, 12 bytes a neighbour
// Implicit as in neighbour_scoring.h, weights faded as history_decay.h says
// Explicit score(u, i) = mean(i) + sum s (weight(u, j) - mean(j)) / sum s over the `used` most similar such j,
//          means over all ratings of the item
// Rules    with Similarity::kConfidence or kLift these are association rules of two items: neighbours of j are the
//          i of the rules "j, so i", similarity their confidence or lift
// Because  the j of the history with the largest term of that sum
// Cost     fit: sum over customers of (items in history)^2 multiply-adds, memory 16 bytes x items a thread; predict: history x
//          neighbours additions a customer, twice (the second pass finds the reasons)
// Limits   a customer without history gets an empty list (filled_up with Popularity); an item nobody bought is never offered
// Source   Sarwar, Karypis, Konstan & Riedl (2001), "Item-Based Collaborative Filtering Recommendation Algorithms";
//          Deshpande & Karypis (2004), "Item-Based Top-N Recommendation Algorithms"
// Golden   tests/golden/recommend.item_neighbours/
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/neighbours/history_decay.h"
#include "perennial/models/recommend/neighbours/nearest_rows.h"

namespace perennial::models {

class ItemNeighbours {
 public:
  static constexpr std::string_view kId = "recommend.item_neighbours/1";
  struct Options {
    SimilarityOptions similarity = {};
    Feedback feedback = Feedback::kImplicit;
    std::size_t neighbours = 100;  // kept per item; 0: all
    std::size_t used = 20;         // explicit: of these, how many a rating is made of; 0: all
    HistoryDecay decay = {};       // implicit
  };

  static ItemNeighbours fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const;

  // The items most like this one, best first; at most n of those kept, blocked ones left out.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;
  // Explicit score of one item for one history; nothing when no neighbour of the item is in it.
  // REQUIRES: fitted with Feedback::kExplicit.
  std::optional<double> rate(std::span<const std::uint32_t> history, std::span<const float> ratings,
                             std::uint32_t item) const;

  std::size_t items() const { return neighbours_.size(); }
  void save(ByteWriter& writer) const;
  static ItemNeighbours load(ByteReader& reader);

 private:
  ItemNeighbours() = default;
  class Scorer;

  Feedback feedback_ = Feedback::kImplicit;
  std::size_t used_ = 0;
  NeighbourLists neighbours_;  // list j: the items most like j
  std::vector<double> means_;  // explicit: mean rating per item
  HistoryDecay decay_;
  std::vector<double> own_;  // similarity of an item with itself where it is not 1; else empty
};
static_assert(Model<ItemNeighbours, TopItems>);

}  // namespace perennial::models
