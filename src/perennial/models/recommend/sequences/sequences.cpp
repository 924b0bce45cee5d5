#include "perennial/models/recommend/sequences/sequences.h"

#include <algorithm>
#include <numeric>

namespace perennial::models {
namespace {

void append(SessionRows& rows, const Interactions& interactions, std::size_t customer) {
  const auto items = interactions.items_of(customer);
  const auto days = interactions.last_days_of(customer);
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return days[a] < days[b]; });
  std::vector<std::uint32_t> sequence;
  for (const std::size_t at : order) sequence.push_back(items[at]);
  rows.append(sequence, order.empty() ? Time{} : to_time(days[order.back()]));
}

}  // namespace

SessionRows sequences_of(const Interactions& interactions,
                         std::optional<std::span<const std::uint32_t>> customers) {
  SessionRows rows;
  if (customers) {
    for (const std::uint32_t customer : *customers) append(rows, interactions, customer);
  } else {
    for (std::size_t c = 0; c < interactions.customers(); ++c) append(rows, interactions, c);
  }
  return rows;
}

}  // namespace perennial::models
