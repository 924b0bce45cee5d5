// How sure a mean over customers is: the customers are drawn again, with replacement, many times.
//
// Story    replicate b draws n customers from stream b of the seed; all metrics are averaged over the same draws, so
//          the difference of two metrics, or of two models on the same customers, is a paired difference
// Interval percentiles of the replicates, linear between order statistics (Hyndman & Fan type 7)
// Shapes   every column has one value per customer, in the same order
// Order    same seed, same replicates, for any number of threads
// Cost     replicates x n draws; 200 replicates of 1 M customers and 7 columns take about 4 s on 2 cores
// Source   Efron & Tibshirani (1993), "An Introduction to the Bootstrap"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"

namespace perennial::evaluate {

struct BootstrapOptions {
  std::size_t replicates = 1000;
  double level = 0.8;  // of the interval, above 0 and below 1
  std::uint64_t seed = 1;
  Threads threads = {};
};

struct Estimate {
  double value;
  double low;
  double high;
};

// The mean of every column in every replicate: result[column][replicate].
// Errors: kNotEnoughData without customers, kBadInput for NaN or infinite values or columns of different length.
std::vector<std::vector<double>> bootstrap_means(std::span<const std::span<const double>> columns,
                                                 const BootstrapOptions& options);

// Every column's mean with its interval, from the same draws.
std::vector<Estimate> bootstrap_estimates(std::span<const std::span<const double>> columns,
                                          const BootstrapOptions& options);
// Mean of the values with its interval.
Estimate bootstrap_mean(std::span<const double> values, const BootstrapOptions& options);
// Mean of a - b, customer by customer, with its interval: a is better when low > 0.
Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              const BootstrapOptions& options);

// The p-quantile (type 7) of ascending values. REQUIRES: not empty, 0 <= p <= 1.
double quantile(std::span<const double> values, double p);

}  // namespace perennial::evaluate
