// Where to evaluate integrals of (alpha + u)^-p (beta + u)^-q: the inner loop of Pareto/NBD.
#pragma once

#include <cmath>

#include "perennial/math/quadrature.h"

namespace perennial::models {

// Substitutes y = log((m + u) / (m + from)) with m = min(alpha, beta). Then log of the integrand is concave in y, with
// singularities no nearer than pi beside the real line, so panels of Gauss-Legendre converge geometrically.
class PowerIntegral {
 public:
  PowerIntegral(double p, double alpha, double q, double beta, double from, double to)
      : near_(std::fmin(alpha, beta)),
        gap_(std::fabs(alpha - beta)),
        near_power_(alpha <= beta ? p : q),
        far_power_(alpha <= beta ? q : p),
        alpha_is_near_(alpha <= beta),
        start_(near_ + from),
        log_start_(std::log(start_)),
        length_(std::log1p((to - from) / start_)) {
    top_ = log_integrand(0, std::log(start_ + gap_));
    const double slope = 1 - near_power_ - far_power_ * start_ / (start_ + gap_);
    if (slope < 0) cut(slope);
  }

  // Calls visit(weight, u, log(alpha + u), log(beta + u)); the integral is exp(top()) times the sum of the weights.
  template <typename Visit>
  void each(const Visit& visit) const {
    constexpr double kShortDrop = 3;
    if (drop_ < kShortDrop && length_ < 1) {
      panel(math::gauss_rule<8>(), 0, length_, visit);
      return;
    }
    constexpr double kPanelDrop = 18;
    constexpr double kPanelLength = 4;
    const double panels =
        std::fmax(1.0, std::ceil(std::fmax(drop_ / kPanelDrop, length_ / kPanelLength)));
    const double step = length_ / panels;
    for (double i = 0; i < panels; ++i) panel(math::gauss_rule<16>(), i * step, step, visit);
  }
  double top() const { return top_; }

 private:
  double log_integrand(double y, double log_far) const {
    return (1 - near_power_) * (log_start_ + y) - far_power_ * log_far;
  }
  double drop_at(double y) const {
    return top_ - log_integrand(y, std::log(start_ * std::exp(y) + gap_));
  }

  // Leaves out what is less than e^-42 of the top.
  void cut(double slope) {
    constexpr double kEnough = 42;
    constexpr double kTooMuch = 60;
    length_ = std::fmin(length_, kEnough / -slope);
    drop_ = drop_at(length_);
    double low = 0;
    for (int i = 0; i < 60 && drop_ > kTooMuch; ++i) {
      const double middle = 0.5 * (low + length_);
      const double drop = drop_at(middle);
      if (drop < kEnough) {
        low = middle;
      } else {
        length_ = middle;
        drop_ = drop;
      }
    }
  }

  template <typename Rule, typename Visit>
  void panel(const Rule& rule, double begin, double step, const Visit& visit) const {
    for (std::size_t i = 0; i < rule.at.size(); ++i) {
      const double y = begin + step * rule.at[i];
      const double near = start_ * std::exp(y);
      const double log_near = log_start_ + y;
      const double log_far = std::log(near + gap_);
      const double weight = step * rule.weight[i] * std::exp(log_integrand(y, log_far) - top_);
      if (alpha_is_near_) {
        visit(weight, near - near_, log_near, log_far);
      } else {
        visit(weight, near - near_, log_far, log_near);
      }
    }
  }

  double near_, gap_, near_power_, far_power_;
  bool alpha_is_near_;
  double start_, log_start_, length_;
  double top_ = 0;
  double drop_ = 0;
};

}  // namespace perennial::models
