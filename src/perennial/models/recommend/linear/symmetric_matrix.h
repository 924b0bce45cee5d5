// The inverse of a large symmetric positive definite matrix, in place and in half the memory of the full matrix.
//
// Story    only the lower triangle is kept, in square tiles; tile by tile of the diagonal the matrix is swept: with D the
//          inverse of tile (k, k), tile (i, j) loses (i, k) D (k, j), (i, k) becomes (i, k) D, and (k, k) becomes -D.
//          Swept on every tile the matrix is its own inverse, negated
// Shapes   n x n; stored as tiles of kSide x kSide, the last ones filled up with the identity
// Units    float: half the memory and time of double (docs/models/recommend.ease.md: what it costs in accuracy); the tiles
//          of the diagonal are inverted in double
// Cost     n^3 floating-point operations, as Cholesky and its inverse; 2 n^2 bytes and 2 KB x n beside them
// Order    products of tiles come from OpenBLAS, which runs on one thread from the first inverse on (openblas_set_num_threads
//          is of the whole process); tiles are ours to spread. The same bytes for any number of threads on one machine;
//          another machine's kernels may round otherwise
// Source   Goodnight (1979), "A Tutorial on the SWEEP Operator"
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"

namespace perennial::models {

class SymmetricMatrix {
 public:
  static constexpr std::size_t kSide = 256;

  explicit SymmetricMatrix(std::size_t n);  // all zero

  std::size_t size() const { return n_; }
  // Of the pair (i, j) and (j, i), which are one.
  float& at(std::size_t i, std::size_t j) { return values_[place(i, j)]; }
  float at(std::size_t i, std::size_t j) const { return values_[place(i, j)]; }

  // Becomes its inverse. kNoConvergence when it is not positive definite.
  void invert(Threads threads);

 private:
  static std::size_t first_of_tile(std::size_t i, std::size_t j) {  // REQUIRES: i >= j
    return (i * (i + 1) / 2 + j) * kSide * kSide;
  }
  static std::size_t place(std::size_t i, std::size_t j) {
    return i >= j ? first_of_tile(i / kSide, j / kSide) + (i % kSide) * kSide + j % kSide
                  : place(j, i);
  }
  float* tile(std::size_t i, std::size_t j) { return values_.data() + first_of_tile(i, j); }
  // Tile (i, k), turned when it is stored as (k, i).
  void copy_tile(std::size_t i, std::size_t k, std::span<float> to);
  void replace_tile(std::size_t i, std::size_t k, std::span<const float> by);
  void sweep(std::size_t k, std::span<float> column, std::span<float> product, Threads threads);

  std::size_t n_;
  std::size_t tiles_;  // a side
  std::vector<float> values_;
};

}  // namespace perennial::models
