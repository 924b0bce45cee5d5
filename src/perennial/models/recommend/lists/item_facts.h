// What a shop knows of its items beside who bought them: what rules speak of and what a ranker may learn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace perennial::models {

inline constexpr std::uint32_t kNoGroup = std::numeric_limits<std::uint32_t>::max();

// One entry per item; an empty column says nothing of any item.
struct ItemFacts {
  std::vector<std::uint8_t> unavailable;  // not 0: hidden or out of stock
  std::vector<std::uint32_t> category;    // kNoGroup: unknown
  std::vector<std::uint32_t> brand;       // kNoGroup: unknown
  std::vector<double> price;              // money; NaN: unknown
  std::vector<double> margin;             // (price - cost) / price; NaN: unknown
  std::vector<double> repeat_days;        // usual days between purchases; NaN: not bought again
  std::vector<double> stock;              // pieces; NaN: unknown
  std::vector<double> age_days;           // since first sold or stated; NaN: unknown
};

// kInvalidArgument in the name of `who` when a column is neither empty nor one entry per item.
void validate(const ItemFacts& facts, std::string_view who, std::size_t items);

}  // namespace perennial::models
