#include "perennial/models/recommend/sequences/sequence_sample.h"

#include <algorithm>

#include "perennial/base/random.h"

namespace perennial::models {

std::vector<std::uint32_t> place_by_item(std::span<const std::uint32_t> known, std::size_t items) {
  std::vector<std::uint32_t> place(items, kNoItem);
  for (std::size_t k = 0; k < known.size(); ++k) place[known[k]] = static_cast<std::uint32_t>(k);
  return place;
}

SequenceSample sample_sequences(Sessions sessions, std::size_t items, double validation_share,
                                std::uint64_t seed) {
  using Row = std::span<const std::uint32_t>;
  std::vector<Row> sequences;
  std::vector<std::uint8_t> is_known(items);
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    const Row row = sessions.items_of(s);
    if (row.size() < 2) continue;
    sequences.push_back(row);
    for (const std::uint32_t item : row) is_known[item] = 1;
  }
  std::ranges::sort(sequences,
                    [](Row a, Row b) { return std::ranges::lexicographical_compare(a, b); });

  SequenceSample sample;
  for (std::uint32_t item = 0; item < items; ++item)
    if (is_known[item] != 0) sample.known.push_back(item);
  sample.place = place_by_item(sample.known, items);
  RandomStream random(seed, std::uint64_t{1} << 41);
  for (const Row row : sequences) {
    for (const std::uint32_t item : row) sample.rows.items.push_back(sample.place[item]);
    sample.rows.begin.push_back(sample.rows.items.size());
    const bool chosen = random.bernoulli(validation_share);
    sample.rows.held_out.push_back(chosen && row.size() >= 3 ? 1 : 0);
  }
  return sample;
}

}  // namespace perennial::models
