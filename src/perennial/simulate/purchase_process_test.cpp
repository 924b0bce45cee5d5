#include "perennial/simulate/purchase_process.h"

#include <gtest/gtest.h>

#include <cmath>

namespace perennial::simulate {
namespace {

constexpr int kPaths = 20'000;

struct Counts {
  double none = 0;   // share of customers without a repeat purchase
  double mean = 0;   // of repeat purchases
  double error = 0;  // standard error of the mean
};

Counts simulate_counts(const PurchaseLaw& law, double weeks) {
  double none = 0;
  double sum = 0;
  double squares = 0;
  for (std::uint64_t i = 0; i < kPaths; ++i) {
    RandomStream random(3, i);
    const PurchasePath path =
        draw_path(draw_rates(law, random), law.erlang_k, 0, weeks * 7, random);
    const auto repeats = static_cast<double>(path.clocks.size()) - 1;
    if (repeats == 0) ++none;
    sum += repeats;
    squares += repeats * repeats;
  }
  const double mean = sum / kPaths;
  return {none / kPaths, mean, std::sqrt((squares / kPaths - mean * mean) / kPaths)};
}

// E X(t) of Schmittlein, Morrison & Colombo (1987).
TEST(PurchaseProcess, BuysAsOftenAsParetoNbdExpects) {
  const PurchaseLaw law;
  for (const double weeks : {13.0, 52.0}) {
    const Counts counts = simulate_counts(law, weeks);
    const double expected = law.r * law.beta / (law.alpha * (law.s - 1)) *
                            (1 - std::pow(law.beta / (law.beta + weeks), law.s - 1));
    EXPECT_NEAR(counts.mean, expected, 4 * counts.error);
  }
}

// With alpha = beta, lambda + mu is Gamma(r + s, alpha) and independent of mu / (lambda + mu), which is Beta(s, r):
// P(X = 0) = w + (1 - w) s / (r + s) with w = E exp(-(lambda + mu) t) = (alpha / (alpha + t))^(r + s).
TEST(PurchaseProcess, LeavesAsManyWithoutRepeatAsParetoNbd) {
  const PurchaseLaw law{.r = 0.6, .alpha = 10, .s = 0.8, .beta = 10};
  const double weeks = 30;
  const double w = std::pow(law.alpha / (law.alpha + weeks), law.r + law.s);
  const double expected = w + (1 - w) * law.s / (law.r + law.s);
  const double error = std::sqrt(expected * (1 - expected) / kPaths);
  EXPECT_NEAR(simulate_counts(law, weeks).none, expected, 4 * error);
}

TEST(PurchaseProcess, BuysNothingAfterDropoutOrTheEnd) {
  const PurchaseLaw law{.r = 5, .alpha = 5, .s = 3, .beta = 20};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    RandomStream random(4, i);
    const PurchasePath path = draw_path(draw_rates(law, random), 2, 10, 300, random);
    EXPECT_DOUBLE_EQ(path.clocks.front(), 10);
    EXPECT_LT(path.clocks.back(), 300);
    EXPECT_LE(path.clocks.back(), path.dropout);
  }
}

TEST(PurchaseProcess, HasErlangIntervals) {
  RandomStream random(5, 0);
  const PurchasePath path = draw_path({.lambda = 2, .mu = 1e-12}, 3, 0, 70'000, random);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < path.clocks.size(); ++i) {
    const double interval = path.clocks[i] - path.clocks[i - 1];
    sum += interval;
    squares += interval * interval;
  }
  const auto n = static_cast<double>(path.clocks.size() - 1);
  const double mean = sum / n;
  EXPECT_NEAR(mean, 3.5, 0.06);  // days
  EXPECT_NEAR((squares / n - mean * mean) / (mean * mean), 1.0 / 3, 0.02);
}

TEST(ExpectedPurchases, AgreeWithWhatPathsDo) {
  const PurchaseRates rates{.lambda = 0.3, .mu = 0.05};
  for (const int k : {1, 2, 3}) {
    for (int phase = 0; phase < k; ++phase) {
      double sum = 0;
      double squares = 0;
      RandomStream random(6, static_cast<std::uint64_t>(k * 10 + phase));
      for (int i = 0; i < kPaths; ++i) {
        const double dropout = random.exponential(rates.mu);
        double weeks = 0;
        double bought = 0;
        for (int done = phase; weeks < 20;) {
          weeks += random.exponential(k * rates.lambda);
          if (weeks >= std::min(20.0, dropout)) break;
          if (++done == k) {
            done = 0;
            ++bought;
          }
        }
        sum += bought;
        squares += bought * bought;
      }
      const double mean = sum / kPaths;
      const double error = std::sqrt((squares / kPaths - mean * mean) / kPaths);
      EXPECT_NEAR(expected_purchases(rates, k, phase, 20), mean, 4 * error) << k << " " << phase;
    }
  }
}

TEST(ExpectedPurchases, AreFiniteAtExtremeRates) {
  EXPECT_NEAR(expected_purchases({1e-12, 1e-12}, 1, 0, 52), 52e-12, 1e-20);
  EXPECT_NEAR(expected_purchases({50, 1e-12}, 2, 0, 52), 2600 - 0.25, 0.01);
  EXPECT_DOUBLE_EQ(expected_purchases({0.1, 0.1}, 2, 1, 0), 0);
}

}  // namespace
}  // namespace perennial::simulate
