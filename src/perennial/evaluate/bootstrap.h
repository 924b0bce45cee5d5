// How sure a figure over customers is: the customers are drawn again, with replacement, many times.
//
// Story    replicate b draws n of the n customers from stream b of the seed; a statistic sees how often each was drawn.
//          All statistics of a replicate see the same draws, so the difference of two metrics, or of two models judged
//          on the same customers, is a paired difference
// Interval percentiles of the replicates, linear between order statistics (Hyndman & Fan type 7); replicates in which
//          the statistic is not defined (NaN) are left out
// Order    same seed, same replicates, for any number of threads
// Cost     about 10 ns x customers x replicates for the draws, and the statistics on top. Who judges many models on the same
//          customers makes the draws once (Draws): a byte x customers x replicates
// Source   Efron & Tibshirani (1993), "An Introduction to the Bootstrap"
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"

namespace perennial::evaluate {

class Draws;

struct BootstrapOptions {
  std::size_t replicates = 1000;
  double level = 0.8;  // of the interval, above 0 and below 1
  std::uint64_t seed = 1;
  Threads threads = {};
  std::shared_ptr<const Draws> draws = {};  // used where they are what would be drawn
};

// The draws of all replicates.
class Draws {
 public:
  Draws(std::size_t customers, const BootstrapOptions& options);

  bool are_of(std::size_t customers, const BootstrapOptions& options) const;
  // How often each customer was drawn. REQUIRES: replicate < the options' replicates
  std::vector<std::uint32_t> times(std::size_t replicate) const;

 private:
  std::size_t customers_, replicates_;
  std::uint64_t seed_;
  std::vector<std::uint8_t> times_;  // replicate by replicate
};

struct Estimate {
  double value;
  double low;
  double high;
  bool operator==(const Estimate&) const = default;
};

// A named figure; absent where its definition does not apply, for the reason that the header of the metric gives.
struct Metric {
  std::string_view name;
  std::optional<Estimate> estimate;
};
// The estimate of that name; kNotFound when there is no such metric, absent when it is not defined.
std::optional<Estimate> find_metric(std::span<const Metric> metrics, std::string_view name);

// Figures of a sample in which customer i stands times[i] times; NaN where not defined. Called from several threads.
using Statistics = std::function<std::vector<double>(std::span<const std::uint32_t> times)>;

// Every figure of the sample itself (everybody once) and of each replicate.
struct Replicated {
  std::vector<double> values;
  std::vector<std::vector<double>> replicates;
};
// Errors: kNotEnoughData for 0 customers, kInvalidArgument for options out of range.
Replicated replicate(std::size_t customers, const Statistics& statistics,
                     const BootstrapOptions& options);
std::vector<std::optional<Estimate>> estimates(const Replicated& figures, double level);
// Both in one. Errors: as replicate.
std::vector<std::optional<Estimate>> bootstrap(std::size_t customers, const Statistics& statistics,
                                               const BootstrapOptions& options);

// Means of columns with one value per customer; all columns see the same draws.
// Errors: also kBadInput for a value that is not finite or columns of different length.
std::vector<Estimate> bootstrap_estimates(std::span<const std::span<const double>> columns,
                                          const BootstrapOptions& options);
// Mean of a - b, customer by customer: a is larger for sure when low > 0.
Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              const BootstrapOptions& options);

// The p-quantile (type 7) of ascending values. REQUIRES: not empty, 0 <= p <= 1.
double quantile(std::span<const double> values, double p);

}  // namespace perennial::evaluate
