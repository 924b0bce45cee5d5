#include "perennial/models/recommend/factors/vector_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "perennial/base/random.h"

namespace perennial::models {
namespace {

std::vector<const VectorKernels*> all_kernels() {
  std::vector<const VectorKernels*> all;
  for (const VectorKernels* kernels : {portable_kernels(), avx2_kernels(), avx512_kernels()}) {
    if (kernels != nullptr) all.push_back(kernels);
  }
  return all;
}

Factors random_factors(std::size_t rows, std::size_t factors, std::uint64_t seed) {
  Factors result(rows, factors);
  RandomStream stream(seed, 0);
  for (float& value : result.values) value = static_cast<float>(stream.normal());
  return result;
}

// Everything the kernels give on one shop, one number after the other.
AlignedFloats everything(const VectorKernels& kernels, std::size_t width) {
  constexpr std::size_t kRows = 37;
  Factors rows = random_factors(kRows, width, 1);
  const Factors panels = random_factors(5 * kLanes, width, 2);
  AlignedFloats all(kRows * 5 * kLanes);
  kernels.scores(rows.values.data(), kRows, width, panels.values.data(), 5, all.data());
  all.push_back(kernels.dot(rows.row(0), rows.row(1), width));
  AlignedFloats gram(width * width);
  kernels.gram(rows.values.data(), kRows, width, gram.data());
  all.insert(all.end(), gram.begin(), gram.end());

  std::vector<std::uint32_t> ids(30);
  std::iota(ids.begin(), ids.end(), 2);
  const std::vector<float> extra(30, 1.5F);
  const std::vector<float> diagonal(width, 2.0F);
  const RowProblem problem{rows.values.data(), width, ids.data(), extra.data(), 30, 0.1F,
                           diagonal.data()};
  AlignedFloats scratch(30 + 4 * width + width * (width + 2));
  for (const bool blocks : {false, true}) {
    AlignedFloats x(width, 0.25F);
    if (blocks) {
      kernels.block_steps(problem, 16, x.data(), scratch.data());
    } else {
      kernels.conjugate_gradients(problem, 3, 0, x.data(), scratch.data());
    }
    all.insert(all.end(), x.begin(), x.end());
  }
  const Factors matrix = random_factors(width, width, 3);
  kernels.rotate(rows.values.data(), kRows, width, matrix.values.data(), scratch.data());
  all.insert(all.end(), rows.values.begin(), rows.values.end());
  return all;
}

TEST(VectorKernels, GiveTheSameBitsWithEveryInstructionSet) {
  for (const std::size_t width : {16U, 32U, 48U, 64U, 128U}) {
    const AlignedFloats portable = everything(*portable_kernels(), width);
    for (const VectorKernels* kernels : all_kernels()) {
      EXPECT_EQ(everything(*kernels, width), portable) << kernels->name << ' ' << width;
    }
  }
}

TEST(VectorKernels, MultiplyAsTheSlowSumDoes) {
  constexpr std::size_t kWidth = 48;
  const Factors rows = random_factors(11, kWidth, 1);
  const Factors panels = random_factors(3 * kLanes, kWidth, 2);
  for (const VectorKernels* kernels : all_kernels()) {
    AlignedFloats scores(11 * 3 * kLanes);
    kernels->scores(rows.values.data(), 11, kWidth, panels.values.data(), 3, scores.data());
    for (std::size_t r = 0; r < 11; ++r) {
      for (std::size_t i = 0; i < 3 * kLanes; ++i) {
        float sum = 0;
        for (std::size_t k = 0; k < kWidth; ++k) {
          sum += rows.row(r)[k] *
                 panels.values[i / kLanes * kLanes * kWidth + k * kLanes + i % kLanes];
        }
        ASSERT_EQ(scores[r * 3 * kLanes + i], sum) << kernels->name;
      }
    }
  }
}

TEST(VectorKernels, FindEveryScoreThatReachesTheFloor) {
  AlignedFloats scores(64);
  for (std::size_t i = 0; i < 64; ++i) scores[i] = static_cast<float>((i * 7) % 20);
  for (const VectorKernels* kernels : all_kernels()) {
    std::vector<std::uint32_t> found(65);
    found.resize(kernels->at_least(scores.data(), 64, 18, found.data()));
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < 64; ++i) {
      if (scores[i] >= 18) expected.push_back(i);
    }
    EXPECT_EQ(found, expected) << kernels->name;
    EXPECT_EQ(kernels->at_least(scores.data(), 64, 20, found.data()), 0U);
  }
}

}  // namespace
}  // namespace perennial::models
