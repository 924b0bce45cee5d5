#include "perennial/report/distribution.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "perennial/base/error.h"

namespace perennial::report {
namespace {

constexpr std::array<double, 3> kSteps = {1, 2, 5};
constexpr double kLowShare = 0.02;

std::vector<double> finite_sorted(std::span<const double> values) {
  std::vector<double> kept;
  kept.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double x) { return std::isfinite(x); });
  std::sort(kept.begin(), kept.end());
  return kept;
}

// The largest bound of the series 1, 2, 5, 10, ... that is not above x. REQUIRES: x > 0.
double bound_below(double x) {
  const double decade = std::pow(10, std::floor(std::log10(x)));
  double bound = decade;
  for (const double step : kSteps) {
    if (decade * step <= x) bound = decade * step;
  }
  return bound;
}

double next_bound(double bound) {
  const double decade = std::pow(10, std::floor(std::log10(bound) + 1e-9));
  const double step = bound / decade;
  return step < 1.5 ? 2 * decade : step < 3.5 ? 5 * decade : 10 * decade;
}

}  // namespace

std::vector<Bin> histogram_125(std::span<const double> values) {
  const std::vector<double> sorted = finite_sorted(values);
  if (sorted.empty()) return {};
  const double highest = sorted.back();
  if (highest <= 0) return {{0, 0, static_cast<std::int64_t>(sorted.size())}};
  const auto positive = std::upper_bound(sorted.begin(), sorted.end(), 0.0);
  const auto from =
      static_cast<std::ptrdiff_t>(kLowShare * static_cast<double>(sorted.end() - positive));
  // At most six decades, or one tiny value would squeeze all others into the edge.
  const double low = std::max(positive[from], highest * 1e-6);
  std::vector<Bin> bins = {{0, bound_below(low), 0}};
  while (bins.back().high <= highest) {
    bins.push_back({bins.back().high, next_bound(bins.back().high), 0});
  }
  auto at = sorted.begin();
  for (Bin& bin : bins) {
    const auto end = std::lower_bound(at, sorted.end(), bin.high);
    bin.count = end - at;
    at = end;
  }
  if (bins.front().count == 0) bins.erase(bins.begin());
  return bins;
}

std::vector<double> gain_curve(std::span<const double> values, int points) {
  CHECK(points >= 2);
  std::vector<double> sorted = finite_sorted(values);
  std::reverse(sorted.begin(), sorted.end());
  std::vector<double> cumulative = {0};
  for (const double value : sorted) cumulative.push_back(cumulative.back() + std::max(value, 0.0));
  const double total = cumulative.back();
  if (!(total > 0)) return {};
  // Customers whose value is not finite stand at the end with nothing.
  const auto customers = static_cast<double>(values.size());
  std::vector<double> curve;
  for (int i = 0; i < points; ++i) {
    const double position = customers * i / (points - 1);
    const auto whole = std::min(static_cast<std::size_t>(position), cumulative.size() - 1);
    const std::size_t next = std::min(whole + 1, cumulative.size() - 1);
    const double part = position - std::floor(position);
    curve.push_back((cumulative[whole] + part * (cumulative[next] - cumulative[whole])) / total);
  }
  return curve;
}

double mean_of(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median_of(std::span<const double> values) {
  const std::vector<double> sorted = finite_sorted(values);
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

}  // namespace perennial::report
