// Factors: a short vector for every customer or item, whose products are scores.
//
// Shapes   row i belongs to customer or item i; `width` numbers a row, the number asked for rounded up to whole vectors
//          of 16, the rest zero
// Cost     4 bytes a number; rows begin at cache lines
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <vector>

namespace perennial::models {

inline constexpr std::size_t kLanes = 16;  // numbers that are worked on at once

template <typename T>
struct CacheLineAllocator {
  using value_type = T;
  CacheLineAllocator() = default;
  template <typename U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t{64}); }
  bool operator==(const CacheLineAllocator&) const = default;
};
using AlignedFloats = std::vector<float, CacheLineAllocator<float>>;

constexpr std::size_t whole_vectors(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

struct Factors {
  std::size_t width = 0;
  AlignedFloats values;  // rows x width

  Factors() = default;
  Factors(std::size_t rows, std::size_t factors)
      : width(whole_vectors(factors)), values(rows * width) {}

  std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
  const float* row(std::size_t i) const { return values.data() + i * width; }
  float* row(std::size_t i) { return values.data() + i * width; }
  std::span<const float> span_of(std::size_t i) const { return {row(i), width}; }
  bool operator==(const Factors&) const = default;
};

}  // namespace perennial::models
