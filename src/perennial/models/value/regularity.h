// Regularity: how evenly customers space their purchases, whatever their pace.
//
// Story    gaps of one customer are Gamma(k, own rate): k = 1 is chance (a Poisson process), more is more even, without
//          limit a clock; below 1 purchases come in bursts
// Method   of two successive gaps, M = first / (first + second) is Beta(k, k) whatever the customer's rate, so that
//          mean (M - 1/2)^2 = 1 / (4 (2k + 1)); no heterogeneity is assumed
// Source   Wheat & Morrison (1990), "Estimating Purchase Regularity with Two Interpurchase Times"
#pragma once

#include <cstddef>
#include <span>

namespace perennial::models {

struct Regularity {
  double k = 1;     // infinite where every two gaps are equal
  double low = 0;   // 95 %: normal for mean (M - 1/2)^2
  double high = 0;  // infinite where the interval reaches 0
  std::size_t customers = 0;
};

// One pair per customer, in any unit, both above 0. kBadInput for others; kNotEnoughData with fewer than two pairs.
Regularity regularity(std::span<const double> gap, std::span<const double> next_gap);

}  // namespace perennial::models
