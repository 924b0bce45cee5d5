// How value spreads over customers: a histogram on 1-2-5 bins and the gain curve.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace perennial::report {

// One bin [low, high); the first may reach down to minus infinity, as everything below the others.
struct Bin {
  double low = 0;
  double high = 0;
  std::int64_t count = 0;
};

// Bins with bounds 1, 2, 5, 10, 20, 50, ... over the bulk of the values: zero, negative values and the lowest 2 % of
// the others share the first bin, whose low is 0. Values that are not finite are left out; without any value, no bins.
std::vector<Bin> histogram_125(std::span<const double> values);

// curve[i] = share of the total held by the top i / (points - 1) of the values, between them in proportion. Negative
// and non-finite values count as zero. Empty when the total is zero. REQUIRES: points >= 2.
std::vector<double> gain_curve(std::span<const double> values, int points);

double mean_of(std::span<const double> values);    // NaN without values
double median_of(std::span<const double> values);  // NaN without values

}  // namespace perennial::report
