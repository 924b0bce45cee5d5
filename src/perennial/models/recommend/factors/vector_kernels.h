// The inner loops over factors, in the widest vectors that this machine has.
//
// Story    the same code is compiled three times (vector_kernels.inc): for any machine, with AVX2 and with AVX-512; the
//          best that the processor knows is taken once
// Order    all three add in the same order, in 16 lanes and without fused multiply-add, so they give the same bits
// Shapes   a width is a whole number of vectors of kLanes; panels hold kLanes items side by side: number k of the
//          panel's item l at k * kLanes + l
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "perennial/models/recommend/factors/factors.h"

namespace perennial::models {

// The least squares of one row with the other side held: minimise over x
//   sum_j (base + extra_j) (1 - x.y_j)^2 - base (x.y_j)^2  +  sum_k diagonal_k x_k^2,   j over the n ids
struct RowProblem {
  const float* others;  // y: rows of `width`
  std::size_t width;
  const std::uint32_t* ids;
  const float* extra;  // n
  std::size_t n;
  float base;
  const float* diagonal;  // width, > 0
};

struct VectorKernels {
  const char* name;

  // out[c * panels * kLanes + i]: product of row c with item i of the panels.
  void (*scores)(const float* rows, std::size_t count, std::size_t width, const float* panels,
                 std::size_t panel_count, float* out);
  // Positions of the scores that reach the floor, ascending; how many. REQUIRES: whole vectors, none NaN.
  std::size_t (*at_least)(const float* scores, std::size_t count, float floor,
                          std::uint32_t* positions);
  // The same of the products a * b.
  std::size_t (*products_at_least)(const float* a, const float* b, std::size_t count, float floor,
                                   std::uint32_t* positions);
  float (*dot)(const float* a, const float* b, std::size_t width);
  void (*add_scaled)(float* sum, float scale, const float* a, std::size_t width);
  // out (width x width, upper triangle of 16 x 16 tiles) = sum of outer products of the rows.
  void (*gram)(const float* rows, std::size_t count, std::size_t width, float* out);
  // rows = rows * matrix (width x width), in place; scratch holds 8 rows.
  void (*rotate)(float* rows, std::size_t count, std::size_t width, const float* matrix,
                 float* scratch);
  // Conjugate gradients from x, preconditioned by the diagonal; stops early when the squared residual in the norm of
  // the preconditioner has fallen by `tolerance`. Scratch holds 4 rows.
  void (*conjugate_gradients)(const RowProblem& problem, int steps, float tolerance, float* x,
                              float* scratch);
  // One Newton step for each block of coordinates, others held. REQUIRES: block <= width, whole vectors. Scratch holds
  // n + block * (block + 2) numbers.
  void (*block_steps)(const RowProblem& problem, std::size_t block, float* x, float* scratch);
};

const VectorKernels& vector_kernels();  // the best here

// Each is absent where the compiler or the processor does not know it.
const VectorKernels* portable_kernels();
const VectorKernels* avx2_kernels();
const VectorKernels* avx512_kernels();

}  // namespace perennial::models
