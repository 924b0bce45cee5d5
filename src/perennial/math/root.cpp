#include "perennial/math/root.h"

#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::math {

double reach(const std::function<double(double)>& increasing, double target, double guess) {
  CHECK(guess > 0);
  constexpr double kLeast = 1e-300;
  constexpr double kMost = 1e300;
  guess = std::fmin(guess, kMost);
  double low = guess;
  double high = guess;
  double at = increasing(guess) - target;
  for (double factor = 2; at > 0; factor *= factor) {
    high = low;
    low = std::fmax(low / factor, kLeast);
    at = increasing(low) - target;
    if (low == kLeast) return at > 0 ? 0 : low;
  }
  if (at == 0) return low;
  double above = low == high ? at : increasing(high) - target;
  for (double factor = 2; above < 0; factor *= factor) {
    if (high == kMost) return std::numeric_limits<double>::infinity();
    low = high;
    at = above;
    high = std::fmin(high * factor, kMost);
    above = increasing(high) - target;
  }
  if (above == 0) return high;
  // Over the logarithm: the answer may lie many orders of magnitude away.
  const auto by_log = [&](double u) { return increasing(std::exp(u)) - target; };
  const auto close = [](double a, double b) { return b - a < 1e-11; };
  std::uintmax_t iterations = 200;
  const auto [a, b] = boost::math::tools::toms748_solve(by_log, std::log(low), std::log(high), at,
                                                        above, close, iterations);
  return std::exp(0.5 * (a + b));
}

}  // namespace perennial::math
