// Blend: several recommenders' lists made one, each model counting by a weight that is learnt.
//
// Story    models err in different places, so that a list of all of them is better than the best of them
// Share    what a model says of an item without unit, as candidates.h has it
// Score    blend(u, i) = sum over models m of weight(m) * share(m, u, i), weights >= 0 that add up to 1
// Fit      on lists that were made before what they are compared with happened: coordinate ascent on NDCG@k, from the
//          best single model or from equal weights, whichever is better, over steps that halve; all kinds of share are
//          tried
// Because  what the model with the largest part of the score says, where it says something
// Shapes   list u of every source is about the same customer
// Cost     fit: about 40 passes a model over the candidates; mix: O(candidates) a customer
// Errors   kInvalidArgument when the sources do not fit together; kNotEnoughData when no list holds a hit
// Source   Burke (2002), "Hybrid Recommender Systems"; Metzler & Croft (2007), coordinate ascent on a ranking metric
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/recommend/lists/candidates.h"

namespace perennial::models {

class Blend {
 public:
  static constexpr std::string_view kId = "recommend.blend/1";
  struct Options {
    std::size_t k = 10;        // places that NDCG looks at; >= 1
    double least_step = 0.05;  // of a weight; in 0.001..0.5
    Threads threads = {};
  };

  // `wanted`: what customer u came to want, row by row.
  static Blend fit(std::span<const TopItems::Output> sources, const Interactions& wanted,
                   const Options& options);

  // The best n of all candidates. REQUIRES: as many sources as weights, at most 255
  MixedLists mix(std::span<const TopItems::Output> sources, std::size_t n,
                 Threads threads = {}) const;

  std::span<const double> weights() const { return weights_; }
  ListShare share() const { return share_; }
  double fitted_ndcg() const { return fitted_ndcg_; }  // on what it was fitted to: too kind
  void save(ByteWriter& writer) const;
  static Blend load(ByteReader& reader);  // kCorrupt for weights that are none

 private:
  Blend(std::vector<double> weights, std::vector<ScoreScale> scales, ListShare share,
        double fitted_ndcg);
  std::vector<double> weights_;
  std::vector<ScoreScale> scales_;  // per source
  ListShare share_;
  double fitted_ndcg_;
};

// The best n of what several lists hold, each list counting alike by its ranks (kRank) and nothing else: nothing has to be
// learnt, and scores of different kinds need not be compared. REQUIRES: as mix
// Source   Cormack, Clarke & Buettcher (2009), "Reciprocal Rank Fusion Outperforms Condorcet"
MixedLists mixed_by_rank(std::span<const TopItems::Output> sources, std::size_t n,
                         Threads threads = {});

}  // namespace perennial::models
