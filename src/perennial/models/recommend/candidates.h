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

#include "perennial/models/recommend/family.h"

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

}  // namespace perennial::models
