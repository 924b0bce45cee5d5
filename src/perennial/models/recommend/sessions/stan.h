// STAN: session neighbours that read order and time: the place in this session, the age of the past one, and how far from
// the common item the others stood.
//
// Window   the `last` latest items of the session, each different one once at its latest place, 1 for the latest; U of them
// Past     a session's different items, each where it was looked at last; its time is that of its last look
// Similar  sim(n) = sum over window items j in n, at their place p_j, of exp(-(p_j - 1) / position_decay)
//                 / sqrt(U * different items of n) * exp(-age(n) / age_decay_days)
//          age(n): days from n to the latest past session. The paper counts it from the session that asks, which
//          multiplies all scores alike and changes no list
// Nearest  of the `m` most recent sessions that hold any item of the window the k most similar ones
// Score    score(i) = sum over neighbours n that hold i of sim(n) * exp(-|distance in n from i to i*| / distance_decay),
//          i* the window item in n with the lowest place
// Because  the i* of the neighbours that add most to the score
// Off      a decay of infinity turns its part off
// Cost     as vmis_knn.h, and 8 bytes a past session
// Limits   a session of unknown items only gets an empty list
// Source   Garg, Gupta, Malhotra, Vig & Shroff (2019), "Sequence and Time Aware Neighborhood for Session-based
//          Recommendations: STAN"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/sessions/next_item.h"
#include "perennial/models/recommend/sessions/next_item_answering.h"
#include "perennial/models/recommend/sessions/session_index.h"
#include "perennial/models/recommend/sessions/session_neighbours.h"

namespace perennial::models {

class Stan {
 public:
  static constexpr std::string_view kId = "recommend.stan/1";
  struct Options {
    std::size_t m = 500;                // most recent sessions sampled, per item and in all; >= 1
    std::size_t k = 100;                // neighbours; >= 1
    std::size_t last = 10;              // latest items of the session that are read; 1..100
    double position_decay = 1.02;       // in places; above 0
    double age_decay_days = 5;          // above 0
    double distance_decay = 2.05;       // in places; above 0
    std::size_t longest_session = 100;  // different items; longer past sessions are robots; >= 1
  };

  static Stan fit(const NextItem::Input& input, const Options& options);
  // A new value that has learnt from these sessions too: the same as fit on all of them. `items` may have grown.
  Stan update(const NextItem::Input& batch) const;
  NextItem::Output predict(const NextItem::Input& input) const;

  using Request = NextItem::Request;
  using Offer = NextItem::Offer;
  // Working memory for one query after the other, of any model; one for each thread.
  class Scratch;
  // predict for one session, best first; valid until the scratch is used again.
  std::span<const Offer> answer(const Request& request, Scratch& scratch) const;
  // What is most likely looked at after this item, best first: the answer to a session of it alone.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return index_.items(); }
  const SessionIndex& index() const { return index_; }
  const Options& options() const { return options_; }
  void save(ByteWriter& writer) const;
  static Stan load(ByteReader& reader);

 private:
  Stan(const Options& options, SessionIndex index);
  std::span<const Offer> offers(const Request& request, Scratch& scratch) const;
  void find_neighbours(std::span<const std::uint32_t> session, SessionNeighbours& neighbours) const;
  template <typename Use>
  void each_part(const SessionNeighbours& neighbours, Use use) const;

  Options options_;
  SessionIndex index_;
  std::vector<double> by_session_;   // per past session: its part of the similarity, age and length
  std::vector<double> by_distance_;  // per distance within a session
};
static_assert(Updatable<Stan, NextItem>);

class Stan::Scratch {
 private:
  friend class Stan;
  SessionNeighbours neighbours_;
  ItemSums sums_;
};

}  // namespace perennial::models
