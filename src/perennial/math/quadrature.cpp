#include "perennial/math/quadrature.h"

#include <cmath>
#include <numbers>

namespace perennial::math {
namespace {

// The roots of the Legendre polynomial by Newton's method, weights from its derivative there.
template <std::size_t kPoints>
GaussRule<kPoints> make_rule() {
  GaussRule<kPoints> rule{};
  const auto n = static_cast<double>(kPoints);
  for (std::size_t i = 0; i < kPoints; ++i) {
    double x = -std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
    double slope = 1;
    for (int step = 0; step < 100; ++step) {
      double previous = 1;
      double value = x;
      for (std::size_t k = 2; k <= kPoints; ++k) {
        const auto d = static_cast<double>(k);
        const double next = ((2 * d - 1) * x * value - (d - 1) * previous) / d;
        previous = value;
        value = next;
      }
      slope = n * (x * value - previous) / (x * x - 1);
      const double move = value / slope;
      x -= move;
      if (std::fabs(move) < 1e-16) break;
    }
    rule.at[i] = 0.5 * (1 + x);
    rule.weight[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

}  // namespace

template <std::size_t kPoints>
const GaussRule<kPoints>& gauss_rule() {
  static const GaussRule<kPoints> kRule = make_rule<kPoints>();
  return kRule;
}
template const GaussRule<6>& gauss_rule<6>();
template const GaussRule<8>& gauss_rule<8>();
template const GaussRule<16>& gauss_rule<16>();

}  // namespace perennial::math
