#include "perennial/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace perennial {
namespace {

// Known answers published with the Random123 library (philox 4x32, 10 rounds).
TEST(Philox, GivesThePublishedAnswers) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(
      philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
      (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, RepeatsAndDiffersByStream) {
  RandomStream a(7, 1);
  RandomStream again(7, 1);
  RandomStream other(7, 2);
  EXPECT_EQ(a.next_u64(), again.next_u64());
  EXPECT_NE(a.next_u64(), other.next_u64());
}

struct Moments {
  double mean;
  double variance;
};

template <typename Draw>
Moments moments(Draw draw, int n = 200'000) {
  RandomStream stream(42, 0);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = static_cast<double>(draw(stream));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n;
  return {mean, squares / n - mean * mean};
}

TEST(RandomStream, HasTheMomentsOfItsDistributions) {
  const auto near = [](Moments m, double mean, double variance) {
    EXPECT_NEAR(m.mean, mean, 5 * std::sqrt(variance / 200'000));
    EXPECT_NEAR(m.variance, variance, 0.05 * variance);
  };
  near(moments([](RandomStream& s) { return s.uniform(); }), 0.5, 1.0 / 12);
  near(moments([](RandomStream& s) { return s.normal(); }), 0, 1);
  near(moments([](RandomStream& s) { return s.exponential(0.5); }), 2, 4);
  near(moments([](RandomStream& s) { return s.gamma(0.3, 2); }), 0.15, 0.075);
  near(moments([](RandomStream& s) { return s.gamma(6.25, 1); }), 6.25, 6.25);
  near(moments([](RandomStream& s) { return s.beta(0.8, 2.4); }), 0.25, 0.25 * 0.75 / 4.2);
  near(moments([](RandomStream& s) { return s.poisson(0.7); }), 0.7, 0.7);
  near(moments([](RandomStream& s) { return s.poisson(40); }), 40, 40);
  near(moments([](RandomStream& s) { return s.below(6); }), 2.5, 35.0 / 12);
}

}  // namespace
}  // namespace perennial
