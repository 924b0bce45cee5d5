// How often one item followed another within sequences, counted exactly.
//
// Story    in every sequence each ordered pair a, b of different items at a distance of 1 .. `steps` places adds the
//          weight of that distance to (a, b); pairs of the same item are not counted
// Units    whole numbers of 1 / kStepUnit, by which every distance divides: sums do not depend on the order of the
//          sequences, and what is equal on paper is equal here
// Shapes   row a is ids[begin[a]] .. ids[begin[a + 1] - 1], ascending, and the same range of counts
// Cost     O(clicks * steps), memory 16 bytes a click while counting and 12 a pair kept
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

inline constexpr std::size_t kMostSteps = 20;
inline constexpr std::uint64_t kStepUnit = 232'792'560;  // least common multiple of 1 .. kMostSteps

enum class StepWeight : std::uint8_t { kInverse, kEqual };  // 1 / distance, or 1

struct SequenceCounts {
  std::vector<std::uint64_t> begin = {0};
  std::vector<std::uint32_t> ids;
  std::vector<std::uint64_t> counts;
  std::vector<std::uint64_t> clicks;  // per item, in all sequences

  std::size_t items() const { return clicks.size(); }
  bool operator==(const SequenceCounts&) const = default;
};

// REQUIRES: valid sequences (next_item.h), steps 1 .. kMostSteps.
SequenceCounts count_sequences(const NextItem::Input& input, std::size_t steps, StepWeight weight);
// What counting both at once would have given. REQUIRES: more.items() >= counts.items().
SequenceCounts sum_of(const SequenceCounts& counts, const SequenceCounts& more);

void save_counts(const SequenceCounts& counts, ByteWriter& writer);
// kCorrupt in the name of `id` when the parts do not fit together, or are not what was counted so.
SequenceCounts load_counts(std::size_t steps, StepWeight weight, std::string_view id,
                           ByteReader& reader);

}  // namespace perennial::models
