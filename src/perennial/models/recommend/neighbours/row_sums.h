// Sums of one row with every longer one: added to in any order, then searched and cleared.
//
// Shapes   a sum a rank below `rows`; one mark for every kBlock sums says whether any of them was added to, so that
//          what was not is passed over. Searches and clears name the end of the ranks that matter
// Values   float where all sums are whole and fit (RankedRows), by the vector kernels; else double
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/models/recommend/factors/vector_kernels.h"
#include "perennial/models/recommend/neighbours/ranked_rows.h"

namespace perennial::models {

template <typename Value>
class RowSums {
 public:
  static constexpr std::size_t kBlock = 16;
  static constexpr std::size_t kMarksAtOnce = sizeof(std::uint64_t);
  // Sums, and whatever is held against them, come in whole groups of blocks.
  static std::size_t padded(std::size_t rows) {
    constexpr std::size_t kGroup = kBlock * kMarksAtOnce;
    return (rows + kGroup) / kGroup * kGroup;
  }

  RowSums(std::size_t rows, bool count)
      : sums_(padded(rows), 0),
        shared_(count ? sums_.size() : 0, 0),
        marks_(sums_.size() / kBlock, 0) {}

  // Adds value * entry for all entries of a column below `rank`, which the column holds. Pointers of its own, since a
  // mark might be a pointer for all that the compiler knows.
  template <bool kCount>
  void add(const RankedEntry<Value>* entry, std::uint32_t rank, Value value) {
    Value* sums = sums_.data();
    std::uint32_t* shared = shared_.data();
    std::uint8_t* marks = marks_.data();
    for (; entry->rank < rank; ++entry) {
      sums[entry->rank] += value * entry->value;
      marks[entry->rank / kBlock] = 1;
      if constexpr (kCount) ++shared[entry->rank];
    }
  }

  Value operator[](std::size_t rank) const { return sums_[rank]; }
  std::uint32_t shared(std::size_t rank) const { return shared_.empty() ? 0 : shared_[rank]; }

  // The ranks below `end` whose sum times scale is at least `floor`, ascending; valid until the next search. Of the whole
  // range, or of every `stride`-th stretch of it. REQUIRES: floor > 0
  std::span<const std::uint32_t> find(std::span<const Value> scale, std::size_t end, Value floor,
                                      std::size_t stride = 1) {
    CHECK(floor > 0);
    found_.resize(sums_.size());
    std::size_t count = 0;
    for_each_stretch(end, stride, [&](std::size_t first, std::size_t size) {
      const std::size_t more = search(&sums_[first], &scale[first], size, floor, &found_[count]);
      for (std::size_t k = count; k < count + more; ++k)
        found_[k] += static_cast<std::uint32_t>(first);
      count += more;
    });
    return std::span(found_).first(count);
  }

  void clear(std::size_t end) {
    for_each_stretch(end, 1, [&](std::size_t first, std::size_t size) {
      std::fill_n(&sums_[first], size, Value{0});
      if (!shared_.empty()) std::fill_n(&shared_[first], size, 0U);
      std::fill_n(&marks_[first / kBlock], size / kBlock, std::uint8_t{0});
    });
  }

 private:
  static std::size_t search(const Value* sums, const Value* scale, std::size_t size, Value floor,
                            std::uint32_t* found) {
    if constexpr (std::is_same_v<Value, float>) {
      return vector_kernels().products_at_least(sums, scale, size, floor, found);
    } else {
      std::size_t count = 0;
      for (std::size_t k = 0; k < size; ++k) {
        found[count] = static_cast<std::uint32_t>(k);
        count += sums[k] * scale[k] >= floor ? 1 : 0;
      }
      return count;
    }
  }

  // visit(first rank, size) of what was added to: whole groups of blocks where most were, else blocks.
  template <typename Visit>
  void for_each_stretch(std::size_t end, std::size_t stride, Visit visit) const {
    for (std::size_t group = 0; group * kBlock < end; group += stride * kMarksAtOnce) {
      std::uint64_t any = 0;
      std::memcpy(&any, &marks_[group], sizeof any);
      const std::uint64_t marked = (any * 0x0101010101010101U) >> 56U;  // the sum of its bytes
      if (marked > 2) visit(group * kBlock, kMarksAtOnce * kBlock);
      if (marked == 0 || marked > 2) continue;
      for (std::size_t mark = group; mark < group + kMarksAtOnce; ++mark) {
        if (marks_[mark] != 0) visit(mark * kBlock, kBlock);
      }
    }
  }

  std::vector<Value> sums_;
  std::vector<std::uint32_t> shared_;
  std::vector<std::uint8_t> marks_;
  std::vector<std::uint32_t> found_;
};

}  // namespace perennial::models
