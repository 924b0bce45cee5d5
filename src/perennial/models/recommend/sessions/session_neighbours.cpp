#include "perennial/models/recommend/sessions/session_neighbours.h"

#include <algorithm>
#include <array>
#include <bit>
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
                      .next = list.data(),
                      .end = list.data() + list.size()});
}

void SessionNeighbours::sample(std::size_t m) {
  std::size_t listed = 0;
  for (const Reader& reader : readers_) {
    listed += static_cast<std::size_t>(reader.end - reader.next);
  }
  neighbours_.resize(std::min(m, listed));
  const auto found = [&] {
    switch (readers_.size()) {
      case 1:
        return merge_few<1>();
      case 2:
        return merge_few<2>();
      case 3:
        return merge_few<3>();
      case 4:
        return merge_few<4>();
      default:
        return merge();
    }
  }();
  neighbours_.resize(found);
}

// Merges the readers' lists from their most recent session on, as many as there is room for; gives how many there were.
// Which list comes next cannot be foreseen, so the steps add and move by 0 or 1 instead of branching.
std::size_t SessionNeighbours::merge() {
  for (std::size_t found = 0; found < neighbours_.size(); ++found) {
    std::uint32_t newest = 0;
    for (const Reader& reader : readers_) newest = std::max(newest, reader.newest);
    if (newest == 0) return found;
    double weight = 0;
    std::uint32_t first = 0;
    for (std::size_t r = readers_.size(); r-- > 0;) {
      Reader& reader = readers_[r];
      const bool holds = reader.newest == newest;
      weight += holds ? reader.weight : 0;
      first = holds ? static_cast<std::uint32_t>(r) : first;
      reader.next += holds ? 1 : 0;
      reader.newest = reader.next < reader.end ? *reader.next + 1 : 0;
    }
    neighbours_[found] = {newest - 1, first, weight};
  }
  return neighbours_.size();
}

// The same for a short window: its readers stay in registers, and what shares which of their items is a number, by which
// the sum of the weights is looked up.
template <std::size_t kReaders>
std::size_t SessionNeighbours::merge_few() {
  std::array<Reader, kReaders> readers;
  std::copy_n(readers_.begin(), kReaders, readers.begin());
  std::array<double, std::size_t{1} << kReaders> weights{};
  for (std::size_t shared = 1; shared < weights.size(); ++shared) {
    for (std::size_t r = kReaders; r-- > 0;) {
      if ((shared >> r & 1) != 0) weights[shared] += readers[r].weight;
    }
  }
  for (std::size_t found = 0; found < neighbours_.size(); ++found) {
    std::uint32_t newest = 0;
    for (const Reader& reader : readers) newest = std::max(newest, reader.newest);
    if (newest == 0) return found;
    std::uint32_t shared = 0;
    for (std::size_t r = 0; r < kReaders; ++r) {
      Reader& reader = readers[r];
      const std::uint32_t holds = reader.newest == newest ? 1 : 0;
      shared |= holds << r;
      reader.next += holds;
      reader.newest = reader.next < reader.end ? *reader.next + 1 : 0;
    }
    neighbours_[found] = {newest - 1, static_cast<std::uint32_t>(std::countr_zero(shared)),
                          weights[shared]};
  }
  return neighbours_.size();
}

void SessionNeighbours::keep_nearest(std::size_t k, Similarities similarities) {
  if (neighbours_.size() <= k) return;
  const double least = similarities == Similarities::kWhole ? least_of_whole(k) : least_of(k);
  // Of the least similar ones as many as there is room for, most recent first as they stand.
  std::size_t room = k;
  for (const Neighbour& neighbour : neighbours_) room -= neighbour.similarity > least ? 1 : 0;
  std::size_t kept = 0;
  for (const Neighbour& neighbour : neighbours_) {
    const std::size_t above = neighbour.similarity > least ? 1 : 0;
    const std::size_t tied = neighbour.similarity == least ? std::min<std::size_t>(room, 1) : 0;
    neighbours_[kept] = neighbour;
    kept += above + tied;
    room -= tied;
  }
  neighbours_.resize(kept);
}

// The similarity of the k-th most similar one. REQUIRES: more than k were found.
double SessionNeighbours::least_of(std::size_t k) {
  similarities_.clear();
  for (const Neighbour& neighbour : neighbours_) similarities_.push_back(neighbour.similarity);
  const auto last = similarities_.begin() + static_cast<std::ptrdiff_t>(k) - 1;
  std::nth_element(similarities_.begin(), last, similarities_.end(), std::greater<>());
  return *last;
}

double SessionNeighbours::least_of_whole(std::size_t k) {
  counts_.resize(kMostWhole);
  std::size_t most = 0;
  for (const Neighbour& neighbour : neighbours_) {
    const auto similarity = static_cast<std::size_t>(neighbour.similarity);
    ++counts_[similarity];
    most = std::max(most, similarity);
  }
  std::size_t least = most;
  for (std::size_t kept = counts_[least]; kept < k; kept += counts_[least]) --least;
  std::fill_n(counts_.begin(), most + 1, 0);
  return static_cast<double>(least);
}

}  // namespace perennial::models
