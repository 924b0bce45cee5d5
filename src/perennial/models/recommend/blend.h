// Blend: several recommenders' lists made one, each model counting by a weight that is learnt.
//
// Story    models err in different places, so that a list of all of them is better than the best of them
// Share    what a model says of an item: its score over the best score of its list (kScore), or 1 / (10 + rank) over
//          1 / 11 (kRank); 0 for an item that is not in its list. Scores of any unit and sign become comparable: where a
//          list holds a score of 0 or less, the lowest one of the list is taken off all first
// Score    blend(u, i) = sum over models m of weight(m) * share(m, u, i), weights >= 0 that add up to 1
// Fit      on lists that were made before what they are compared with happened: coordinate ascent on NDCG@k, from the
//          best single model and from equal weights, over steps that halve; kScore and kRank are both tried
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
#include "perennial/models/recommend/family.h"

namespace perennial::models {

enum class ListShare : std::uint8_t { kScore, kRank };

class Blend {
 public:
  static constexpr std::string_view kId = "recommend.blend/1";
  struct Options {
    std::size_t k = 10;         // places that NDCG looks at; >= 1
    double least_step = 0.025;  // of a weight; in 0.001..0.5
    Threads threads = {};
  };

  // `wanted`: what customer u came to want, row by row.
  static Blend fit(std::span<const TopItems::Output> sources, const Interactions& wanted,
                   const Options& options);

  struct Mixed {
    TopItems::Output lists;
    std::vector<std::uint8_t> source;  // aligned with lists.items: the one with the largest part
  };
  // The best n of all candidates. REQUIRES: as many sources as weights, at most 255
  Mixed mix(std::span<const TopItems::Output> sources, std::size_t n, Threads threads = {}) const;

  std::span<const double> weights() const { return weights_; }
  ListShare share() const { return share_; }
  double fitted_ndcg() const { return fitted_ndcg_; }  // on what it was fitted to: too kind
  void save(ByteWriter& writer) const;
  static Blend load(ByteReader& reader);  // kCorrupt for weights that are none

 private:
  Blend(std::vector<double> weights, ListShare share, double fitted_ndcg);
  std::vector<double> weights_;
  ListShare share_;
  double fitted_ndcg_;
};

// The candidates of every customer with what each source says of them: the matrix that a blend or a ranker reads.
struct Candidates {
  std::vector<std::uint64_t> begin = {0};  // customer u: [begin[u], begin[u + 1]) of the columns
  std::vector<std::uint32_t> items;        // ascending inside a customer
  std::size_t sources = 0;
  std::vector<float> shares;           // candidates x sources
  std::vector<std::uint32_t> because;  // candidates x sources

  std::size_t customers() const { return begin.size() - 1; }
};
// REQUIRES: lists of equally many customers
Candidates join(std::span<const TopItems::Output> sources, ListShare share, Threads threads = {});

}  // namespace perennial::models
