// Answers from kept neighbours of items: the part that does not care how the neighbours were found.
//
// Score    of item i: sum over j in the history of weight(j) * similarity(j, i), where i is j itself (what was bought may
//          be bought again; similarity 1 unless `own` says another) or one of the neighbours kept for j; weights fade as
//          history_decay.h says
// Because  the j with the largest term of that sum
// Cost     history x neighbours additions a customer, twice (the second pass finds the reasons)
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/neighbours/history_decay.h"
#include "perennial/models/recommend/neighbours/nearest_rows.h"

namespace perennial::models {

struct KeptNeighbours {
  const NeighbourLists& lists;
  std::span<const double> own = {};  // per item: how like itself; empty: 1
  HistoryDecay decay = {};
};

// REQUIRES: a request that is valid (answering.h) for lists.size() items.
TopItems::Output answer_from_neighbours(const KeptNeighbours& kept, const TopItems::Input& input);

// At most n of those kept for the item, best first, blocked ones left out. kInvalidArgument in the name of `model`.
std::vector<ScoredItem> similar_items(const NeighbourLists& lists, std::uint32_t item,
                                      std::size_t n, std::span<const std::uint8_t> blocked,
                                      std::string_view model);

void save_neighbours(const NeighbourLists& lists, ByteWriter& writer);
// kCorrupt in the name of `id` when the lists do not fit together.
NeighbourLists load_neighbours(std::string_view id, ByteReader& reader);

// Names, for each item of the last list of `part`, the item of the history whose term is the largest above 0.
class ReasonFinder {
 public:
  explicit ReasonFinder(std::size_t items) : chosen_(items, 0) {}

  // for_each_term(visit) calls visit(item of the history, item, term) for all terms of all scores.
  template <typename ForEachTerm>
  void find(TopItems::Output& part, ForEachTerm for_each_term) {
    const std::uint64_t first = part.begin[part.begin.size() - 2];
    const auto chosen = std::span(part.items).subspan(first);
    for (const std::uint32_t item : chosen) chosen_[item] = 1;
    largest_.assign(chosen.size(), 0.0);
    for_each_term([&](std::uint32_t from, std::uint32_t item, auto term) {
      if (chosen_[item] == 0) return;
      const auto place =
          static_cast<std::size_t>(std::find(chosen.begin(), chosen.end(), item) - chosen.begin());
      const double value = term();
      if (value <= largest_[place]) return;
      largest_[place] = value;
      part.because[first + place] = from;
    });
    for (const std::uint32_t item : chosen) chosen_[item] = 0;
  }

 private:
  std::vector<std::uint8_t> chosen_;  // per item: 1 when in the list; bytes, to stay in the cache
  std::vector<double> largest_;
};

}  // namespace perennial::models
