// Any customer, and the derivatives of any process's likelihood, for property tests.
#pragma once

#include <rapidcheck.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include "perennial/math/minimise.h"
#include "perennial/models/value/family.h"
#include "perennial/models/value/simulated.h"

namespace perennial::models {

// 10^u over many orders of magnitude, from a whole number that RapidCheck can shrink.
inline double magnitude(int thousandths) { return std::pow(10.0, thousandths / 1000.0); }

inline History any_history() {
  const double age = *rc::gen::inRange(0, 1500) / 7.0;
  const int x = *rc::gen::element(0, 0, 1, 1, 2, 3, 5, 10, 40, 300);
  const double part = *rc::gen::inRange(0, 1001) / 1000.0;
  return {static_cast<double>(x), x == 0 ? 0 : part * age, age};
}

inline SimulatedPurchases any_histories(int customers) {
  SimulatedPurchases all;
  for (int i = 0; i < customers; ++i) {
    const History h = any_history();
    all.repeat_purchases.push_back(h.repeat_purchases);
    all.recency.push_back(h.recency);
    all.age.push_back(h.age);
  }
  return all;
}

inline void expect_relative(double actual, double expected, double tolerance) {
  RC_ASSERT(std::fabs(actual - expected) <= tolerance * std::fabs(expected) + 1e-14);
}

// The outcomes of a future within the horizon; none may be below 0.
struct Outcomes {
  std::vector<double> pmf;
  double sum = 0, mean = 0;
};
template <typename Future>
Outcomes outcomes_of(const Future& future, double horizon) {
  Outcomes out{future.pmf(horizon)};
  for (std::size_t n = 0; n < out.pmf.size(); ++n) {
    RC_ASSERT(out.pmf[n] >= 0);
    out.sum += out.pmf[n];
    out.mean += static_cast<double>(n) * out.pmf[n];
  }
  return out;
}

// Gradient and Hessian against differences over five points, whose own error is far below the tolerance of 1e-7: they
// leave out 1e-12 / 30 times the fifth derivative, and the step of 1e-3 magnifies rounding by a thousand.
inline void expect_right_derivatives(
    const std::function<math::Evaluation(const std::vector<double>&)>& evaluate,
    const std::vector<double>& at) {
  constexpr double kStep = 1e-3;
  const std::size_t n = at.size();
  const math::Evaluation here = evaluate(at);
  const double tolerance = 1e-7 * (1 + std::fabs(here.value));
  for (std::size_t i = 0; i < n; ++i) {
    const auto moved = [&](int steps) {
      std::vector<double> where = at;
      where[i] += steps * kStep;
      return evaluate(where);
    };
    const math::Evaluation far_below = moved(-2);
    const math::Evaluation below = moved(-1);
    const math::Evaluation above = moved(1);
    const math::Evaluation far_above = moved(2);
    const auto slope = [&](const auto& of) {
      return (8 * (of(above) - of(below)) - (of(far_above) - of(far_below))) / (12 * kStep);
    };
    const auto value = [](const math::Evaluation& e) { return e.value; };
    RC_ASSERT(std::fabs(slope(value) - here.gradient[i]) < tolerance);
    for (std::size_t j = 0; j < n; ++j) {
      const auto gradient = [j](const math::Evaluation& e) { return e.gradient[j]; };
      RC_ASSERT(std::fabs(slope(gradient) - here.hessian[i * n + j]) < tolerance);
    }
  }
}

}  // namespace perennial::models
