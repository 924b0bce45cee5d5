#include "perennial/models/recommend/linear/symmetric_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr double kDiagonal = 700;  // above the sum of any row

double entry(std::size_t i, std::size_t j) {
  const auto a = static_cast<double>(std::max(i, j));
  const auto b = static_cast<double>(std::min(i, j));
  return i == j ? kDiagonal : std::sin(a * 1.7 + b * 0.3);
}

SymmetricMatrix matrix(std::size_t n) {
  SymmetricMatrix out(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) out.at(i, j) = static_cast<float>(entry(i, j));
  }
  return out;
}

TEST(SymmetricMatrix, TimesItsInverseIsTheIdentity) {
  for (const std::size_t n : {1U, 2U, 255U, 256U, 257U, 600U}) {
    SymmetricMatrix inverse = matrix(n);
    inverse.invert({2});
    for (std::size_t i = 0; i < n; i += 1 + n / 7) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) {
          sum += static_cast<double>(inverse.at(i, k)) *
                 static_cast<double>(static_cast<float>(entry(k, j)));
        }
        ASSERT_NEAR(sum, i == j ? 1 : 0, 1e-6) << n << ": " << i << ", " << j;
      }
    }
  }
}

TEST(SymmetricMatrix, HasTheSameInverseForAnyNumberOfThreads) {
  constexpr std::size_t kSize = 700;
  SymmetricMatrix one = matrix(kSize);
  one.invert({1});
  for (const int threads : {2, 8}) {
    SymmetricMatrix many = matrix(kSize);
    many.invert({threads});
    for (std::size_t i = 0; i < kSize; ++i) {
      for (std::size_t j = 0; j <= i; ++j) ASSERT_EQ(many.at(i, j), one.at(i, j));
    }
  }
}

TEST(SymmetricMatrix, ThatIsNotPositiveDefiniteIsRefused) {
  SymmetricMatrix flat(3);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j <= i; ++j) flat.at(i, j) = 1;
  }
  EXPECT_THROW(flat.invert({1}), Error);
}

}  // namespace
}  // namespace perennial::models
