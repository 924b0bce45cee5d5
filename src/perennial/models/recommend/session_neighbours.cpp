#include "perennial/models/recommend/session_neighbours.h"

#include <algorithm>
#include <functional>

namespace perennial::models {

bool SessionNeighbours::reads(std::uint32_t item) const {
  return std::any_of(readers_.begin(), readers_.end(),
                     [item](const Reader& reader) { return reader.item == item; });
}

void SessionNeighbours::read(std::uint32_t item, std::size_t place, double weight,
                             const SessionIndex& index) {
  const auto list = index.sessions_of(item);
  readers_.push_back({.item = item,
                      .place = static_cast<std::uint32_t>(place),
                      .weight = weight,
                      .newest = list.empty() ? 0 : list.front() + 1,
                      .next = 0,
                      .list = list});
}

// Merges the window's lists from their most recent session on. Which list comes next cannot be foreseen, so the steps
// add and move by 0 or 1 instead of branching.
void SessionNeighbours::sample(std::size_t m) {
  neighbours_.clear();
  while (neighbours_.size() < m) {
    std::uint32_t newest = 0;
    for (const Reader& reader : readers_) newest = std::max(newest, reader.newest);
    if (newest == 0) break;
    double weight = 0;
    std::uint32_t first = 0;
    for (std::size_t r = readers_.size(); r-- > 0;) {
      Reader& reader = readers_[r];
      const bool holds = reader.newest == newest;
      weight += holds ? reader.weight : 0;
      first = holds ? static_cast<std::uint32_t>(r) : first;
      reader.next += holds ? 1 : 0;
      reader.newest = reader.next < reader.list.size() ? reader.list[reader.next] + 1 : 0;
    }
    neighbours_.push_back({newest - 1, first, weight});
  }
}

void SessionNeighbours::keep_nearest(std::size_t k) {
  if (neighbours_.size() <= k) return;
  similarities_.clear();
  for (const Neighbour& neighbour : neighbours_) similarities_.push_back(neighbour.similarity);
  const auto last = similarities_.begin() + static_cast<std::ptrdiff_t>(k) - 1;
  std::nth_element(similarities_.begin(), last, similarities_.end(), std::greater<>());
  const double least = *last;
  // Of the least similar ones as many as there is room for, most recent first as they stand.
  auto room = k - static_cast<std::size_t>(std::count_if(similarities_.begin(), last,
                                                         [&](double v) { return v > least; }));
  std::size_t kept = 0;
  for (const Neighbour& neighbour : neighbours_) {
    if (neighbour.similarity < least) continue;
    if (neighbour.similarity == least && room == 0) continue;
    if (neighbour.similarity == least) --room;
    neighbours_[kept++] = neighbour;
  }
  neighbours_.resize(kept);
}

}  // namespace perennial::models
