// How well forecasts of an amount (orders, spend, lifetime value) meet what happened.
//
// Given    forecast f and actual a of n customers, finite; sums and means run over customers
// mae               mean |f - a|
// rmse              sqrt(mean (f - a)^2)
// msle              mean (ln(1 + f) - ln(1 + a))^2; absent when any f or a is below 0
// bias              sum f / sum a - 1: +0.1 is 10 % too much; absent unless sum a > 0
// normalised_mae    mae / mean a; absent unless mean a > 0
// normalised_gini   G(f) / G(a), G = 2 mean(c) - 1, c_i the share of sum a that the first i customers hold when sorted by
//                   forecast (by actual for G(a)), largest first; absent when some a is below 0 or G(a) is 0
// spearman          correlation of the ranks of f and a, equal values at their mean rank; absent when all f or a are equal
// decile_mape       mean over the ten deciles of |mean f - mean a| / mean a; absent when a decile has mean a <= 0
// top_decile_capture  share of sum a held by the first decile; absent unless sum a > 0
//
// Deciles  customers sorted by forecast, largest first; decile d holds places floor(n d / 10) .. floor(n (d + 1) / 10),
//          d = 0 .. 9; absent, with the figures made of them, when n < 10
// Ties     customers with equal forecasts share their mean actual in Gini and deciles: no order is made up
// Source   normalised Gini, decile table: Wang, Liu & Miao (2019), "A Deep Probabilistic Model for Customer Lifetime Value
//          Prediction", arXiv 1912.07753
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "perennial/evaluate/bootstrap.h"

namespace perennial::evaluate {

struct Decile {
  std::size_t customers;
  double mean_forecast;
  double mean_actual;
};

struct ForecastReport {
  std::size_t customers = 0;
  double mean_forecast = 0;
  double mean_actual = 0;
  std::vector<Metric> metrics;  // names and order as above
  std::vector<Decile> deciles;  // largest forecasts first; empty when n < 10
  Replicated drawn;             // what the metrics are estimates of, to compare by
  double level = 0;             // of their intervals
  std::uint64_t seed = 0;       // of the draws
};

// Errors: kNotEnoughData without customers; kBadInput names the customer whose value is not finite, or the lengths.
ForecastReport evaluate_forecast(std::span<const double> forecast, std::span<const double> actual,
                                 const BootstrapOptions& options = {});

// The metrics of `a` less those of `b`, paired: both judged on the same draws of the same customers. Absent where one of
// the two is. kInvalidArgument when they were not drawn alike.
std::vector<Metric> compare_forecasts(const ForecastReport& a, const ForecastReport& b);

}  // namespace perennial::evaluate
