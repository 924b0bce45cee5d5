// How well probabilities (of being active, of buying again) meet what happened.
//
// Given    probability p in [0, 1] and outcome y of n customers, y not 0 when it happened
// auc        chance that a customer for whom it happened got a higher p than one for whom it did not, equal p half;
//            needs both outcomes
// pr_auc     average precision: sum over the different p, highest first, of (gain in recall) x precision with all
//            customers of that p taken in; absent when it never happened
// brier      mean (p - y)^2
// log_loss   mean -ln(p of what happened), p held inside [1e-15, 1 - 1e-15]
// calibration_error  mean over customers of |mean p - share that happened| in their bin of the reliability table
// Bins     ten of width 0.1 by p, the last one closed; empty bins are left out
// Source   Brier (1950); Hanley & McNeil (1982); Davis & Goadrich (2006)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "perennial/evaluate/bootstrap.h"

namespace perennial::evaluate {

struct ReliabilityBin {
  double low;  // of the bin
  double high;
  std::size_t customers;
  double mean_probability;
  double share;  // for whom it happened
};

struct ProbabilityReport {
  std::size_t customers = 0;
  std::size_t happened = 0;
  std::vector<Metric> metrics;  // names and order as above
  std::vector<ReliabilityBin> reliability;
};

// Errors: kNotEnoughData without customers; kBadInput names the customer whose p is not in [0, 1], or the lengths.
ProbabilityReport evaluate_probability(std::span<const double> probability,
                                       std::span<const std::uint8_t> happened,
                                       const BootstrapOptions& options = {});

// Area under the ROC curve of any score, higher meaning more likely, with its interval; absent unless both outcomes occur.
// For baselines that are no probability, such as recency.
std::optional<Estimate> evaluate_auc(std::span<const double> score,
                                     std::span<const std::uint8_t> happened,
                                     const BootstrapOptions& options = {});

// The metrics of `a` less those of `b`, paired: both judged on the same draws of the same customers.
std::vector<Metric> compare_probabilities(std::span<const double> a, std::span<const double> b,
                                          std::span<const std::uint8_t> happened,
                                          const BootstrapOptions& options = {});

}  // namespace perennial::evaluate
