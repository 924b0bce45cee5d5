// The sequences that a network learns from, in its own numbering, whatever order they were given in.
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/models/learn/sequence_networks.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

struct SequenceSample {
  std::vector<std::uint32_t> known;  // items of sequences of two or more, ascending
  std::vector<std::uint32_t> place;  // by item: its place among them, or kNoItem
  SequenceRows rows;                 // of places, ascending; held out by chance
};
SequenceSample sample_sequences(Sessions sessions, std::size_t items, double validation_share,
                                std::uint64_t seed);
// By item: its place among the known ones, or kNoItem.
std::vector<std::uint32_t> place_by_item(std::span<const std::uint32_t> known, std::size_t items);

}  // namespace perennial::models
