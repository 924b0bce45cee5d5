// Eigenvalues and eigenvectors of small symmetric matrices (a few parameters), by cyclic Jacobi rotations.
//
// Shapes   matrices are n x n, row by row
// Cost     O(n^3) a sweep, about six sweeps; meant for n up to some dozens
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace perennial::math {

struct SymmetricEigen {
  std::vector<double> values;   // ascending
  std::vector<double> vectors;  // row k is the unit vector of values[k]
};
SymmetricEigen symmetric_eigen(std::span<const double> matrix, std::size_t n);

}  // namespace perennial::math
