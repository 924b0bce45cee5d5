#include "perennial/models/value/pascal.h"

#include <cmath>

#include "perennial/math/special.h"

namespace perennial::models {

Pascal::Pascal(double shape_in, double rate, double horizon)
    : shape(shape_in),
      odds(horizon / rate),
      z(horizon / (rate + horizon)),
      log_none(-shape * std::log1p(odds)) {}

double Pascal::deviation() const { return std::sqrt(mean() * (1 + odds)); }

double Pascal::log_at(double k) const {
  if (k == 0) return log_none;
  return math::log_rising(shape, k) - math::log_rising(1.0, k) + log_none + k * std::log(z);
}

double Pascal::above(double k) const { return math::beta_cdf(k + 1, shape, z); }

double Pascal::first() const {
  constexpr double kLeastExponent = -700;  // exp of less is not a normal double
  return log_none > kLeastExponent ? 0 : std::fmax(0.0, std::floor(mean() - 12 * deviation()));
}

std::vector<double> Pascal::pmf(std::size_t most) const {
  const auto start = static_cast<std::size_t>(std::fmin(first(), static_cast<double>(most - 1)));
  std::vector<double> at(start, 0.0);
  double value = std::exp(log_at(static_cast<double>(start)));
  const double middle = mean();
  while (at.size() < most) {
    const auto k = static_cast<double>(at.size());
    at.push_back(value);
    // Past the mean the ratio of neighbours tends to z from above or below; the rest is about value z / (1 - z).
    if (k > middle && value < 1e-16 * (1 - z)) break;
    value *= z * (shape + k) / (k + 1);
  }
  return at;
}

double gamma_order_probability(double shape, double rate, double horizon) {
  return -std::expm1(-shape * std::log1p(horizon / rate));
}

double gamma_order_time(double shape, double rate, double probability) {
  return rate * std::expm1(-std::log1p(-probability) / shape);
}

double draw_poisson(RandomStream& stream, double mean) {
  constexpr double kMost = 1e9;
  return mean < kMost ? static_cast<double>(stream.poisson(mean)) : mean;
}

void drop_far_tail(std::vector<double>& pmf) {
  double rest = 0;
  while (pmf.size() > 1 && rest + pmf.back() < 1e-14) {
    rest += pmf.back();
    pmf.pop_back();
  }
}

}  // namespace perennial::models
