#include "perennial/simulate/purchase_process.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

constexpr double kDaysPerWeek = 7;
constexpr double kLongest = 36'525;   // days: a hundred years stand for "never"
constexpr double kSmallRate = 1e-12;  // a gamma law of small shape can underflow to 0

}  // namespace

PurchaseRates draw_rates(const PurchaseLaw& law, RandomStream& random) {
  const double lambda = random.gamma(law.r, law.alpha);
  const double mu = random.gamma(law.s, law.beta);
  return {std::max(lambda, kSmallRate), std::max(mu, kSmallRate)};
}

PurchasePath draw_path(PurchaseRates rates, int erlang_k, double first, double end,
                       RandomStream& random) {
  CHECK(erlang_k >= 1);
  PurchasePath path;
  path.dropout = first + std::min(kLongest, random.exponential(rates.mu) * kDaysPerWeek);
  if (first >= end) return path;
  path.clocks.push_back(first);
  const double phase_rate = erlang_k * rates.lambda / kDaysPerWeek;
  const double last = std::min(end, path.dropout);
  double clock = first;
  for (;;) {
    clock += random.exponential(phase_rate);
    if (clock >= last) return path;
    if (++path.phase == erlang_k) {
      path.phase = 0;
      path.clocks.push_back(clock);
    }
  }
}

double expected_purchases(PurchaseRates rates, int erlang_k, int phase, double weeks) {
  CHECK(phase >= 0 && phase < erlang_k && weeks >= 0);
  const double phase_rate = erlang_k * rates.lambda;
  if (erlang_k == 1) return phase_rate / rates.mu * -std::expm1(-rates.mu * weeks);
  const double rate = phase_rate + rates.mu;
  const double mean = rate * weeks;
  if (mean <= 0) return 0;
  const double log_rho = std::log(phase_rate / rate);
  double expected = 0;
  double below = 0;  // P(Poisson(mean) < m)
  int next = erlang_k - phase;
  const int limit = static_cast<int>(mean + 12 * std::sqrt(mean) + 40);
  for (int m = 1; m <= limit; ++m) {
    below += std::exp(-mean + (m - 1) * std::log(mean) - std::lgamma(m));
    if (m != next) continue;
    expected += std::exp(m * log_rho) * std::max(0.0, 1 - below);
    next += erlang_k;
  }
  return expected;
}

}  // namespace perennial::simulate
