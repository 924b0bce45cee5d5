// The candidates of every customer with what each of several recommenders says of them: what a blend or a ranker reads.
//
// Share    what a model says of an item; 0 for an item that is not in its list:
//          kList    score / best score of the customer's list; where a list holds a score of 0 or less, its lowest one
//                   is taken off first
//          kSource  score / mean best score of the model's lists when fitted, which keeps how sure the model is of one
//                   customer beside another; the lowest score when fitted, if below 0, is taken off first
//          kRank    11 / (10 + rank)
// Shapes   list u of every source is about the same customer; a candidate stands in at least one list
// Errors   kInvalidArgument when there are no sources, more than 255, or they do not fit together
// Cost     O(candidates log candidates); 8 bytes a candidate and source
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/selection.h"

namespace perennial::models {

enum class ListShare : std::uint8_t { kList, kSource, kRank };

// Of one source's scores, for kSource.
struct ScoreScale {
  double floor = 0;
  double best = 1;
};

// What a list says of its items, in their order, best first.
std::vector<float> shares_of(std::span<const double> scores, ListShare share, ScoreScale scale);

struct Candidates {
  std::vector<std::uint64_t> begin = {0};  // customer u: [begin[u], begin[u + 1]) of the columns
  std::vector<std::uint32_t> items;        // ascending inside a customer
  std::size_t sources = 0;
  std::vector<float> shares;           // candidates x sources
  std::vector<std::uint32_t> because;  // candidates x sources

  std::size_t customers() const { return begin.size() - 1; }
};
std::vector<ScoreScale> score_scales(std::span<const TopItems::Output> sources);
// How many customers the sources are about; refuses those that do not fit together.
std::size_t require_alike(std::span<const TopItems::Output> sources);
// REQUIRES: a scale for each source
Candidates join(std::span<const TopItems::Output> sources, ListShare share,
                std::span<const ScoreScale> scales, Threads threads = {});

// Adds the candidates of one customer after those of others. REQUIRES: part.sources == sources.size()
void append_customer(Candidates& part, std::size_t customer,
                     std::span<const TopItems::Output> sources, ListShare share,
                     std::span<const ScoreScale> scales);

// What is made of candidates: lists, and which source speaks for each place.
struct MixedLists {
  TopItems::Output lists;
  std::vector<std::uint8_t>
      source;  // aligned with lists.items: the one with the largest weighted share
};

// One customer's list at the end of `part`: the candidates that `best` holds by their places. REQUIRES: a weight for
// each source
void append_mixed(MixedLists& part, const Candidates& candidates, Selection& best,
                  std::span<const double> weights);

// The lists of all customers; append(customer, best, part) adds one, `best` being an empty selection of n.
template <typename Append>
MixedLists mix_all(std::size_t customers, std::size_t n, Threads threads, Append append) {
  constexpr std::size_t kCustomersPerChunk = 256;
  std::vector<MixedLists> parts((customers + kCustomersPerChunk - 1) / kCustomersPerChunk);
  parallel_chunks(customers, kCustomersPerChunk, threads, [&](std::size_t first, std::size_t last) {
    Selection best(n);
    for (std::size_t u = first; u < last; ++u) {
      best.clear();
      append(u, best, parts[first / kCustomersPerChunk]);
    }
  });
  MixedLists all;
  for (MixedLists& part : parts) {
    append_lists(all.lists, part.lists);
    all.source.insert(all.source.end(), part.source.begin(), part.source.end());
    part = {};
  }
  return all;
}

}  // namespace perennial::models
