#include "perennial/math/symmetric.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace perennial::math {
namespace {

TEST(SymmetricEigen, RebuildsTheMatrix) {
  EXPECT_TRUE(rc::check("any 4 x 4", [](const std::array<std::int16_t, 10>& upper) {
    std::vector<double> matrix(16);
    std::size_t at = 0;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = i; j < 4; ++j)
        matrix[i * 4 + j] = matrix[j * 4 + i] = static_cast<double>(upper[at++]);
    const SymmetricEigen eigen = symmetric_eigen(matrix, 4);
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) RC_ASSERT(eigen.values[i - 1] <= eigen.values[i]);
      for (std::size_t j = 0; j < 4; ++j) {
        double sum = 0;
        double product = 0;
        for (std::size_t k = 0; k < 4; ++k) {
          sum += eigen.values[k] * eigen.vectors[k * 4 + i] * eigen.vectors[k * 4 + j];
          product += eigen.vectors[i * 4 + k] * eigen.vectors[j * 4 + k];
        }
        RC_ASSERT(std::fabs(sum - matrix[i * 4 + j]) < 1e-9);
        RC_ASSERT(std::fabs(product - (i == j ? 1 : 0)) < 1e-12);
      }
    }
  }));
}

TEST(SymmetricEigen, KeepsSmallValuesOfAGradedMatrix) {
  const std::vector<double> matrix{1e12, 1.0, 1.0, 1e-6};
  EXPECT_NEAR(symmetric_eigen(matrix, 2).values[0], 1e-6 - 1e-12, 1e-18);
}

}  // namespace
}  // namespace perennial::math
