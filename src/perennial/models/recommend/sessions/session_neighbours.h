// The past sessions nearest to one that is going on: what the session neighbours (VMIS-kNN, STAN) have in common.
//
// Window   the `last` latest items of the session, latest first, each different one once, at its latest place (from 1)
// Sample   the `m` most recent past sessions that hold any item of the window, most recent first; the similarity of each
//          begins as the sum of the weights of the items it shares
// Nearest  the k most similar ones, of equally similar ones the most recent; most recent first
// Cost     m * window entries of the lists, one pass to select; no allocation once grown
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/recommend/sessions/session_index.h"

namespace perennial::models {

class SessionNeighbours {
 public:
  // An item of the window and where its list is read.
  struct Reader {
    std::uint32_t item;
    std::uint32_t place;   // 1 for the latest
    double weight;         // in the similarity
    std::uint32_t newest;  // session at next, plus 1; 0 at the end
    const std::uint32_t* next;
    const std::uint32_t* end;
  };
  struct Neighbour {
    std::uint32_t session;
    std::uint32_t first;  // number of the reader of the first shared item
    double similarity;
  };

  // weight(place, length of the window) is what a shared item adds to the similarity.
  template <typename Weight>
  void read_window(std::span<const std::uint32_t> session, std::size_t last,
                   const SessionIndex& index, Weight weight);
  void sample(std::size_t m);
  enum class Similarities : std::uint8_t { kAny, kWhole };  // kWhole: numbers below kMostWhole
  static constexpr std::size_t kMostWhole = 8192;
  void keep_nearest(std::size_t k, Similarities similarities = Similarities::kAny);

  // use(neighbour) for all found, most recent first. The memory is asked in time for what index.items_of will read: the
  // sessions lie far apart, and waiting for each would be most of a query.
  template <typename Use>
  void each(const SessionIndex& index, Use use) const;

  std::span<const Reader> window() const { return readers_; }
  std::span<Neighbour> found() { return neighbours_; }
  std::span<const Neighbour> found() const { return neighbours_; }

 private:
  bool reads(std::uint32_t item) const;
  void read(std::uint32_t item, std::size_t place, double weight, const SessionIndex& index);

  std::size_t merge();
  template <std::size_t kReaders>
  std::size_t merge_few();
  double least_of(std::size_t k);
  double least_of_whole(std::size_t k);

  std::vector<Reader> readers_;
  std::vector<Neighbour> neighbours_;
  std::vector<double> similarities_;
  std::vector<std::uint32_t> counts_;  // of whole similarities, 0 between queries
};

template <typename Weight>
void SessionNeighbours::read_window(std::span<const std::uint32_t> session, std::size_t last,
                                    const SessionIndex& index, Weight weight) {
  const auto window = session.last(std::min(session.size(), last));
  readers_.clear();
  for (std::size_t place = 1; place <= window.size(); ++place) {
    const std::uint32_t item = window[window.size() - place];
    if (!reads(item)) read(item, place, weight(place, window.size()), index);
  }
}

template <typename Use>
void SessionNeighbours::each(const SessionIndex& index, Use use) const {
  constexpr std::size_t kAhead = 8;
  const std::size_t n = neighbours_.size();
  for (std::size_t i = 0; i < n + 2 * kAhead; ++i) {
    if (i < n) index.fetch_begin(neighbours_[i].session);
    if (i >= kAhead && i - kAhead < n) index.fetch_items(neighbours_[i - kAhead].session);
    if (i >= 2 * kAhead) use(neighbours_[i - 2 * kAhead]);
  }
}

}  // namespace perennial::models
