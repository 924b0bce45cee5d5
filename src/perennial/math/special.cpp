#include "perennial/math/special.h"

#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "perennial/base/error.h"

namespace perennial::math {
namespace {

using boost::math::policies::errno_on_error;
// Out of range gives infinity or zero, never an exception from inside Boost; double stays double.
using Quiet = boost::math::policies::policy<boost::math::policies::overflow_error<errno_on_error>,
                                            boost::math::policies::evaluation_error<errno_on_error>,
                                            boost::math::policies::promote_double<false>>;

// log_gamma(x) - [(x - 1/2) log x - x + log(2 pi) / 2], for x >= 10.
double stirling_rest(double x) {
  const double y = 1.0 / (x * x);
  return (1.0 / 12 -
          y * (1.0 / 360 -
               y * (1.0 / 1260 -
                    y * (1.0 / 1680 - y * (1.0 / 1188 - y * (691.0 / 360360 - y / 156)))))) /
         x;
}

}  // namespace

double log_gamma(double x) {
  CHECK(x > 0);
  return boost::math::lgamma(x, Quiet());
}

double digamma(double x) {
  CHECK(x > 0);
  return boost::math::digamma(x, Quiet());
}

double trigamma(double x) {
  CHECK(x > 0);
  return boost::math::trigamma(x, Quiet());
}

double log_rising(double a, double n) {
  CHECK(a > 0 && n >= 0);
  if (n == 0) return 0;
  double shifted = 0;
  if (n == std::floor(n) && n <= 16) {
    for (int i = 0; i < static_cast<int>(n); ++i) shifted += std::log(a + i);
    return shifted;
  }
  if (a < 10) {
    // Up to 10 by the recursion, then by the series, so that nothing cancels.
    const int steps = static_cast<int>(std::ceil(10 - a));
    for (int i = 0; i < steps; ++i) {
      shifted += std::log(a + i);
      shifted -= std::log(a + n + i);
    }
    a += steps;
  }
  const double b = a + n;
  return shifted + (a - 0.5) * std::log1p(n / a) + n * (std::log(b) - 1) + stirling_rest(b) -
         stirling_rest(a);
}

double log_beta(double a, double b) {
  CHECK(a > 0 && b > 0);
  if (a > b) std::swap(a, b);
  if (a < 10) return log_gamma(a) - log_rising(b, a);
  return -0.5 * std::log(b) + 0.5 * std::log(2 * std::numbers::pi) +
         (a - 0.5) * std::log(a / (a + b)) - b * std::log1p(a / b) + stirling_rest(a) +
         stirling_rest(b) - stirling_rest(a + b);
}

double log_gauss_2f1(double a, double b, double c, double z) {
  CHECK(a > 0 && b > 0 && c > 0 && z >= 0 && z < 1);
  // Euler: 2F1(a,b;c;z) = (1-z)^(c-a-b) 2F1(c-a,c-b;c;z). Taken where it shortens the sum and keeps its terms positive.
  double prefactor = 0;
  if (c > a && c > b && c < a + b) {
    prefactor = (c - a - b) * std::log1p(-z);
    a = c - a;
    b = c - b;
  }
  constexpr int kMostTerms = 10'000'000;
  double term = 1;
  double sum = 1;
  double scale = 0;
  for (int k = 0; k < kMostTerms; ++k) {
    const double ratio = (a + k) * (b + k) / ((c + k) * (1.0 + k)) * z;
    term *= ratio;
    sum += term;
    if (sum > 1e280) {
      sum *= 1e-280;
      term *= 1e-280;
      scale += 280 * std::numbers::ln10;
    }
    if (ratio < 1 && term < 1e-17 * sum * (1 - ratio)) break;
  }
  return prefactor + scale + std::log(sum);
}

double gamma_cdf(double shape, double x) {
  CHECK(shape > 0 && x >= 0);
  return boost::math::gamma_p(shape, x, Quiet());
}

double beta_cdf(double a, double b, double x) {
  CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  return boost::math::ibeta(a, b, x, Quiet());
}

double beta_quantile(double a, double b, double probability) {
  CHECK(a > 0 && b > 0 && probability >= 0 && probability <= 1);
  return boost::math::ibeta_inv(a, b, probability, Quiet());
}

double normal_cdf(double x) { return 0.5 * boost::math::erfc(-x / std::numbers::sqrt2, Quiet()); }

double normal_quantile(double probability) {
  CHECK(probability > 0 && probability < 1);
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * probability, Quiet());
}

double log_add_exp(double a, double b) {
  const double high = std::fmax(a, b);
  if (high == -std::numeric_limits<double>::infinity()) return high;
  return high + std::log1p(std::exp(std::fmin(a, b) - high));
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double logistic(double x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

}  // namespace perennial::math
