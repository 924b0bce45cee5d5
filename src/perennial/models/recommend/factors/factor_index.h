// An index over factors: nearly always the items with the largest products, having looked at a small part of them.
//
// Story    a hierarchical navigable small world: every item is linked to items in its direction, some also in sparser
//          layers above; a search walks down the layers to the best item it finds and looks around it
// Lifting  products are no distances. Every item gets one more coordinate that makes all vectors equally long; vectors of
//          customers have a 0 there, so products stay and the largest product is the nearest neighbour
// Exact    no: the more `effort`, the more of the true list is found (recall). FactorRanking is exact, and as fast up to some
//          50,000 items
// Order    the same index for the same seed; built by one thread
// Cost     building some 0.2 ms an item, searching some 0.1 ms at an effort of 100
// Memory   4 x width + 8 x links + 30 bytes an item
// Source   Malkov & Yashunin (2018), "Efficient and Robust Approximate Nearest Neighbor Search Using Hierarchical Navigable
//          Small World Graphs"; Bachrach et al. (2014), "Speeding Up the Xbox Recommender System Using a Euclidean
//          Transformation for Inner-Product Spaces"
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "perennial/models/recommend/factors/factors.h"
#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/scratch_pool.h"

namespace perennial::models {

class FactorIndex {
 public:
  struct Options {
    std::size_t links = 16;  // of an item in a layer, twice as many in the lowest; at least 2
    std::size_t build_effort = 200;  // items looked around while linking one; at least `links`
    std::uint64_t seed = 1;
  };

  // kInvalidArgument for options out of range.
  FactorIndex(Factors items, const Options& options);

  std::size_t items() const { return factors_.rows(); }

  // Scores as FactorRanking gives them up to rounding, best first; blocked items are walked through and never returned. May be
  // called from many threads. REQUIRES: width numbers; blocked empty or one per item; effort >= n is sensible.
  std::vector<ScoredItem> best(std::span<const float> vector, std::size_t n,
                               std::size_t effort = 100,
                               std::span<const std::uint8_t> blocked = {}) const;

 private:
  struct Near;
  struct Query;
  // Which items a search has met: those that carry its number.
  struct Scratch {
    std::vector<std::uint32_t> met;
    std::uint32_t search = 0;

    void start(std::size_t items);
    bool is_new(std::uint32_t item) { return std::exchange(met[item], search) != search; }
  };

  void insert(std::uint32_t item, Scratch& scratch);
  void link(std::uint32_t item, std::size_t layer, std::span<const Near> chosen);
  float product(const Query& query, std::uint32_t item) const;
  Query query_of(std::uint32_t item) const;
  Near descend(const Query& query, Near from, std::size_t layer) const;
  std::vector<Near> look_around(const Query& query, Near from, std::size_t layer,
                                std::size_t effort, std::span<const std::uint8_t> blocked,
                                Scratch& scratch) const;
  std::vector<Near> spread_out(std::vector<Near> near, std::size_t limit) const;
  std::span<const std::uint32_t> links_of(std::uint32_t item, std::size_t layer) const;
  std::size_t most_links(std::size_t layer) const;

  Factors factors_;
  std::vector<float> lifts_;
  Options options_;
  std::vector<std::uint32_t> base_;  // of the lowest layer: count, links; 2 x links + 1 an item
  std::vector<std::vector<std::uint32_t>> upper_;  // per item, for each layer above: count, links
  std::uint32_t top_ = 0;                          // an item of the highest layer
  std::unique_ptr<ScratchPool<Scratch>> pool_;
};

}  // namespace perennial::models
