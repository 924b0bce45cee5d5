#include "perennial/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"

namespace perennial {
namespace {

TEST(Parallel, VisitsEveryIndexOnce) {
  for (const std::size_t n : {0UL, 1UL, 7UL, 1000UL}) {
    std::vector<std::atomic<int>> visits(n);
    parallel_chunks(n, 7, {4}, [&](std::size_t begin, std::size_t end) {
      EXPECT_LE(end - begin, 7U);
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    for (const auto& count : visits) EXPECT_EQ(count, 1);
  }
}

TEST(Parallel, ReductionHasTheSameBitsForAnyNumberOfThreads) {
  const auto sum = [](int threads) {
    return ordered_reduce(
        100'000, 1000, {threads}, 0.0,
        [](std::size_t begin, std::size_t end) {
          double part = 0;
          for (std::size_t i = begin; i < end; ++i) part += std::sin(static_cast<double>(i)) * 1e10;
          return part;
        },
        std::plus<>());
  };
  const double one = sum(1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(sum(threads), one);
}

TEST(Parallel, ThrowsWhatAChunkThrew) {
  for (const int threads : {1, 4}) {
    EXPECT_THROW(parallel_chunks(100, 1, {threads},
                                 [](std::size_t begin, std::size_t) {
                                   if (begin == 50) fail(ErrorKind::kBadInput, "chunk {}", begin);
                                 }),
                 Error);
  }
}

}  // namespace
}  // namespace perennial
