// The clock of Gamma-Gompertz lifetimes, tau(u) = (e^(b u) - 1) / b, as ratios that neither overflow nor cancel, and where
// to evaluate integrals over the time of leaving.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "perennial/math/quadrature.h"

namespace perennial::models {

// With S = c + tau(u): log S, e^(b u) / S, 1 / S, and tau and its derivatives by b over S.
struct Clock {
  double log_sum, pace, inverse, tau, by_b, by_b_b;
};

inline Clock clock_at(double u, double c, double b) {
  const double v = b * u;
  const double e = std::exp(-v);
  // tau e^-v and its derivatives by b.
  double tau, by_b, by_b_b;
  if (v < 0.5) {
    // tau = u (1 + v / 2! + v^2 / 3! + ...)
    double power = 1;  // v^(n - 2) / (n + 1)!, from n = 2
    double sum = 1 + v / 2;
    double first = 0.5;
    double second = 0;
    double factorial = 2;
    for (int n = 2; n < 14; ++n) {
      factorial *= n + 1;
      const double term = power / factorial;
      sum += term * v * v;
      first += n * term * v;
      second += n * (n - 1) * term;
      power *= v;
    }
    tau = u * sum * e;
    by_b = u * u * first * e;
    by_b_b = u * u * u * second * e;
  } else {
    tau = (1 - e) / b;
    by_b = (u - tau) / b;
    by_b_b = (u * u - 2 * by_b) / b;
  }
  const double sum = c * e + tau;  // S e^-v
  return {v + std::log(sum), 1 / sum, e / sum, tau / sum, by_b / sum, by_b_b / sum};
}

// The integral over u from `from` to `to` of (alpha + u)^-p (c + tau(u))^-q e^(b u) du, and its nodes.
struct ClockIntegral {
  double p, alpha, q, c, b, from, to;

  // Calls visit(weight, u, clock); the integral is exp(top) times the sum of the weights; top is what each() returns.
  template <typename Visit>
  double each(const Visit& visit) const {
    const double top = log_integrand(from, clock_at(from, c, b));
    double peak = top;
    // What is left falls, or may rise once more by a factor of b c: nothing of it counts any more.
    const auto enough = [&](double u, const Clock& clock) {
      constexpr double kEnough = 45;
      const double here = log_integrand(u, clock);
      peak = std::fmax(peak, here);
      const double slope = b - p / (alpha + u) - q * clock.pace;
      return slope < 0 && here < peak - kEnough - std::log1p(to - u) - std::log1p(b * c);
    };
    panels(enough, [&](double u, double step) {
      const auto& rule = math::gauss_rule<16>();
      for (std::size_t i = 0; i < rule.at.size(); ++i) {
        const double time = u + step * rule.at[i];
        const Clock clock = clock_at(time, c, b);
        visit(step * rule.weight[i] * std::exp(log_integrand(time, clock) - top), time, clock);
      }
    });
    return top;
  }

  // Calls visit(u, weight, clock) for other integrands that are no sharper: sum weight f(u) is the integral of f.
  template <typename Visit>
  void each_node(const Visit& visit) const {
    const auto never = [](double, const Clock&) { return false; };
    panels(never, [&](double u, double step) {
      const auto& rule = math::gauss_rule<16>();
      for (std::size_t i = 0; i < rule.at.size(); ++i) {
        const double time = u + step * rule.at[i];
        visit(time, step * rule.weight[i], clock_at(time, c, b));
      }
    });
  }

 private:
  double log_integrand(double u, const Clock& clock) const {
    return b * u - p * std::log(alpha + u) - q * clock.log_sum;
  }

  template <typename Enough, typename Panel>
  void panels(const Enough& enough, const Panel& panel) const {
    for (double u = from; u < to;) {
      const Clock clock = clock_at(u, c, b);
      if (enough(u, clock)) return;
      const double step = std::fmin(step_at(u, clock), to - u);
      panel(u, step);
      u += step;
    }
  }

  double step_at(double u, const Clock& clock) const {
    constexpr double kPart = 0.7;   // of the distance to a singularity
    constexpr double kDrop = 18.0;  // of the log integrand in a panel
    // c + tau is 0 at b u = log(1 - b c), an odd multiple of i pi aside where b c > 1.
    const double inside = 1 - b * c;
    const double centre = (inside > 0 ? std::log1p(-b * c) : std::log(-inside)) / b;
    const double aside = inside < 0 ? std::numbers::pi / b : 0;
    const double distance = inside == 0 ? to : std::hypot(u - centre, aside);
    const double pull = p / (alpha + u) + std::fabs(b - q * clock.pace);
    return std::min({kPart * (alpha + u), kPart * distance, kDrop / pull});
  }
};

}  // namespace perennial::models
