// Gauss-Legendre rules: a smooth function's integral from a few values.
#pragma once

#include <array>
#include <cstddef>

namespace perennial::math {

template <std::size_t kPoints>
struct GaussRule {
  std::array<double, kPoints> at;      // in (0, 1), ascending
  std::array<double, kPoints> weight;  // of the unit interval: they sum to 1
};

// Exact for polynomials up to degree 2 kPoints - 1. Made once, at the first use.
template <std::size_t kPoints>
const GaussRule<kPoints>& gauss_rule();
extern template const GaussRule<6>& gauss_rule<6>();
extern template const GaussRule<8>& gauss_rule<8>();
extern template const GaussRule<16>& gauss_rule<16>();

}  // namespace perennial::math
