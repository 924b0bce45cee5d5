#include "perennial/models/recommend/linear/symmetric_matrix.h"

#include <cblas.h>

#include <algorithm>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::size_t kSide = SymmetricMatrix::kSide;
constexpr std::size_t kTile = kSide * kSide;

enum class Turned : std::uint8_t { kNo, kYes };

// c = factor * a * b + beta * c for tiles; b turned when asked.
void multiply(float factor, const float* a, const float* b, Turned turned, float beta, float* c) {
  constexpr int kN = static_cast<int>(kSide);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, turned == Turned::kYes ? CblasTrans : CblasNoTrans, kN,
              kN, kN, factor, a, kN, b, kN, beta, c, kN);
}

// The inverse of one tile, of which the lower triangle counts, by the same sweep, row by row.
std::vector<float> inverse_of(const float* tile) {
  std::vector<double> a(kTile);
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t j = 0; j < kSide; ++j) {
      a[i * kSide + j] = static_cast<double>(tile[std::max(i, j) * kSide + std::min(i, j)]);
    }
  }
  std::vector<double> pivot_row(kSide);
  for (std::size_t k = 0; k < kSide; ++k) {
    const double pivot = a[k * kSide + k];
    if (!(pivot > 0)) {
      fail(ErrorKind::kNoConvergence,
           "inverse: the matrix is singular to the precision of float; use a larger lambda");
    }
    std::copy_n(a.begin() + static_cast<std::ptrdiff_t>(k * kSide), kSide, pivot_row.begin());
    for (std::size_t i = 0; i < kSide; ++i) {
      if (i == k) continue;
      const double scale = a[i * kSide + k] / pivot;
      for (std::size_t j = 0; j < kSide; ++j) a[i * kSide + j] -= scale * pivot_row[j];
      a[i * kSide + k] = scale;
    }
    for (std::size_t j = 0; j < kSide; ++j) a[k * kSide + j] = pivot_row[j] / pivot;
    a[k * kSide + k] = -1 / pivot;
  }
  std::vector<float> inverse(kTile);
  std::transform(a.begin(), a.end(), inverse.begin(),
                 [](double value) { return static_cast<float>(-value); });
  return inverse;
}

void turn(const float* from, float* to) {
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t j = 0; j < kSide; ++j) to[j * kSide + i] = from[i * kSide + j];
  }
}

}  // namespace

SymmetricMatrix::SymmetricMatrix(std::size_t n)
    : n_(n), tiles_((n + kSide - 1) / kSide), values_(tiles_ * (tiles_ + 1) / 2 * kTile, 0.0F) {
  for (std::size_t i = n; i < tiles_ * kSide; ++i) at(i, i) = 1;
}

void SymmetricMatrix::copy_tile(std::size_t i, std::size_t k, std::span<float> to) {
  if (i >= k) {
    std::copy_n(tile(i, k), kTile, to.data());
  } else {
    turn(tile(k, i), to.data());
  }
}

void SymmetricMatrix::replace_tile(std::size_t i, std::size_t k, std::span<const float> by) {
  if (i >= k) {
    std::copy_n(by.data(), kTile, tile(i, k));
  } else {
    turn(by.data(), tile(k, i));
  }
}

void SymmetricMatrix::sweep(std::size_t k, std::span<float> column, std::span<float> product,
                            Threads threads) {
  const std::vector<float> inverse = inverse_of(tile(k, k));
  const auto part = [](std::span<float> all, std::size_t i) {
    return all.subspan(i * kTile, kTile);
  };
  parallel_chunks(tiles_, 1, threads, [&](std::size_t i, std::size_t) {
    if (i == k) return;
    copy_tile(i, k, part(column, i));
    multiply(1, part(column, i).data(), inverse.data(), Turned::kNo, 0, part(product, i).data());
  });
  // Long rows of tiles first, so that the last thread does not end late.
  parallel_chunks(tiles_, 1, threads, [&](std::size_t c, std::size_t) {
    const std::size_t i = tiles_ - 1 - c;
    if (i == k) return;
    for (std::size_t j = 0; j <= i; ++j) {
      if (j == k) continue;
      multiply(-1, part(product, i).data(), part(column, j).data(), Turned::kYes, 1, tile(i, j));
    }
    replace_tile(i, k, part(product, i));
  });
  std::transform(inverse.begin(), inverse.end(), tile(k, k), [](float value) { return -value; });
}

void SymmetricMatrix::invert(Threads threads) {
  openblas_set_num_threads(1);
  std::vector<float> column(tiles_ * kTile);
  std::vector<float> product(tiles_ * kTile);
  for (std::size_t k = 0; k < tiles_; ++k) sweep(k, column, product, threads);
  for (float& value : values_) value = -value;
}

}  // namespace perennial::models
