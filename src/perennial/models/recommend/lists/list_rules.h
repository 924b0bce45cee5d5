// What a shop lets stand in a list, and how the lists come about: rules first, then the best n of what is left.
//
// Order    1 excluded items (excluded_items) are masked before any model ranks; make_lists leaves them out once more
//          2 what the customer has (kept_back): bought items come back only when they are goods that are bought again
//            and are due
//          3 pinned items take their places; promoted items have their scores multiplied
//          4 the other places go, one after the other, to the item with the highest marginal relevance that keeps the
//            caps; pinned items count toward the caps
//          5 the last `exploration_slots` places are drawn at random: of the customer's list of `to_explore`, where there is
//            one with an item that may stand here, in proportion to 1 / its place there; else all explorable items alike
// Law      an item that a rule excludes is in no list, wherever it comes from: model, pin, promotion or exploration
// Diversity maximal marginal relevance: relevance * score share - (1 - relevance) * greatest similarity to the items
//          already in the list; the score share is score / best score of the customer's candidates
// Unknown  an item of unknown price or margin fails a rule about it; one of unknown brand or category counts to no cap
// Propensity the probability that this item stands at this place, given the places before it: 1 unless drawn
// Errors   kInvalidArgument names the rule and the value
// Cost     a customer: candidates x n, and with diversity n lists of neighbours
// Source   Carbonell & Goldstein (1998), "The Use of MMR, Diversity-Based Reranking"; logged propensities: Horvitz &
//          Thompson (1952)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/lists/item_facts.h"
#include "perennial/models/recommend/neighbours/nearest_rows.h"

namespace perennial::models {

struct Pin {
  std::uint32_t item;
  std::size_t place;  // 1: the first
};

struct Promotion {
  std::uint32_t item;
  double factor;  // of its score; > 0
};

struct ListRules {
  std::optional<double> least_price, most_price;  // money
  std::optional<double> least_margin;             // share of the price, at most 1
  std::vector<std::uint32_t> only_categories;     // empty: all
  std::vector<std::uint32_t> no_categories;
  std::size_t most_per_brand = 0;     // items of one brand in a list; 0: any number
  std::size_t most_per_category = 0;  // likewise
  std::vector<Pin> pinned;
  std::vector<Promotion> promoted;
  double relevance = 1;  // 0..1; 1: the best scores whatever they look like
  std::size_t exploration_slots = 0;
  double due_share = 0.8;  // of repeat_days that must have passed since the last purchase; >= 0
};

// Per item not 0 when no list may hold it: what every model is given as `blocked`.
std::vector<std::uint8_t> excluded_items(const ItemFacts& facts, const ListRules& rules,
                                         std::size_t items);

enum class Placed : std::uint8_t { kRanked, kPinned, kPromoted, kExplored };

struct ListRequest {
  const Interactions& histories;
  // The row of each candidate list; absent: list c is about row c.
  std::optional<std::span<const std::uint32_t>> customers = std::nullopt;
  const ItemFacts& facts;
  const ListRules& rules;
  std::span<const std::uint8_t> excluded;  // as excluded_items says
  // Per item not 0: may be drawn for exploration; empty: any item may.
  std::span<const std::uint8_t> explorable = {};
  const TopItems::Output* to_explore =
      nullptr;                              // as many lists as candidates; absent: nobody has one
  const NeighbourLists* similar = nullptr;  // of items; read when relevance is below 1
  std::span<const std::uint64_t> streams = {};  // per list, of random draws; empty: its number
  Day as_of;
  std::size_t n = 10;
  std::uint64_t seed = 1;
  Threads threads = {};
};

// lists.scores are those of the candidates; pinned and drawn items that are no candidates have 0.
struct RuledLists {
  TopItems::Output lists;
  std::vector<Placed> placed;      // aligned with lists.items
  std::vector<double> propensity;  // likewise
};

// List c is made of candidate list c, which may hold anything and should be longer than n.
RuledLists make_lists(const TopItems::Output& candidates, const ListRequest& request);

// The items of one history that must not come back yet, ascending.
std::vector<std::uint32_t> kept_back(std::span<const std::uint32_t> items,
                                     std::span<const Day> last_days, const ItemFacts& facts,
                                     const ListRules& rules, Day as_of);

}  // namespace perennial::models
