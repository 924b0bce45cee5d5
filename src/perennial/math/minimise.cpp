#include "perennial/math/minimise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/math/symmetric.h"

namespace perennial::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool finite(const Evaluation& e) {
  const auto is_finite = [](double v) { return std::isfinite(v); };
  return is_finite(e.value) && std::all_of(e.gradient.begin(), e.gradient.end(), is_finite) &&
         std::all_of(e.hessian.begin(), e.hessian.end(), is_finite);
}

struct Step {
  std::vector<double> move;
  double promised = 0;
};

// The Newton step among the variables that are not held by a side of the box.
Step newton_step(const Evaluation& e, const std::vector<std::size_t>& free, double radius) {
  const std::size_t n = e.gradient.size();
  const std::size_t m = free.size();
  std::vector<double> hessian(m * m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j) hessian[i * m + j] = e.hessian[free[i] * n + free[j]];
  const SymmetricEigen eigen = symmetric_eigen(hessian, m);
  double largest = 0;
  for (const double value : eigen.values) largest = std::max(largest, std::fabs(value));

  Step step{std::vector<double>(n, 0.0), 0};
  for (std::size_t k = 0; k < m; ++k) {
    double slope = 0;
    for (std::size_t i = 0; i < m; ++i) slope += eigen.vectors[k * m + i] * e.gradient[free[i]];
    const double curvature = std::max({std::fabs(eigen.values[k]), 1e-14 * largest, 1e-300});
    step.promised += 0.5 * slope * slope / curvature;
    for (std::size_t i = 0; i < m; ++i)
      step.move[free[i]] -= eigen.vectors[k * m + i] * slope / curvature;
  }
  double length = 0;
  for (const double move : step.move) length = std::max(length, std::fabs(move));
  if (length > radius)
    for (double& move : step.move) move *= radius / length;
  return step;
}

class Search {
 public:
  Search(const std::function<Evaluation(std::span<const double>)>& function,
         std::vector<double> start, const Box& box, const MinimiseOptions& options)
      : function_(function), box_(box), options_(options), x_(std::move(start)) {
    for (std::size_t i = 0; i < x_.size(); ++i)
      x_[i] = std::clamp(x_[i], box_.low[i], box_.high[i]);
    here_ = function_(x_);
  }

  Minimum run() {
    Minimum result;
    double radius = 1;
    for (; result.iterations < options_.max_iterations && finite(here_); ++result.iterations) {
      const std::vector<std::size_t> free = free_variables();
      const Step full = newton_step(here_, free, kInfinity);
      result.promised = full.promised;
      if (full.promised <= options_.tolerance) {
        result.converged = true;
        polish(full);
        break;
      }
      if (!advance(free, radius)) break;
    }
    // A radius that shrank to nothing within rounding of the optimum has arrived as well as the numbers allow.
    const double rounding = 1e-12 * std::fabs(here_.value);
    if (!result.converged && finite(here_) && result.iterations < options_.max_iterations)
      result.converged = result.promised <= std::max(1e3 * options_.tolerance, rounding);
    describe(result);
    return result;
  }

 private:
  std::vector<std::size_t> free_variables() const {
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const bool held = (x_[i] <= box_.low[i] && here_.gradient[i] >= 0) ||
                        (x_[i] >= box_.high[i] && here_.gradient[i] <= 0);
      if (!held) free.push_back(i);
    }
    return free;
  }

  std::vector<double> moved(const Step& step) const {
    std::vector<double> to(x_);
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = std::clamp(to[i] + step.move[i], box_.low[i], box_.high[i]);
    return to;
  }

  // Shrinks the radius until a step goes down; false when none does.
  bool advance(const std::vector<std::size_t>& free, double& radius) {
    while (radius > 1e-9) {
      const Step step = newton_step(here_, free, radius);
      std::vector<double> to = moved(step);
      double linear = 0;
      double quadratic = 0;
      double length = 0;
      const std::size_t n = x_.size();
      for (std::size_t i = 0; i < n; ++i) {
        const double move = to[i] - x_[i];
        length = std::max(length, std::fabs(move));
        linear += here_.gradient[i] * move;
        for (std::size_t j = 0; j < n; ++j)
          quadratic += 0.5 * move * here_.hessian[i * n + j] * (to[j] - x_[j]);
      }
      Evaluation there = function_(to);
      const double gain = finite(there) ? here_.value - there.value : -kInfinity;
      const double model_gain = std::max(-linear - std::max(quadratic, 0.0), -0.5 * linear);
      if (gain > 0 && gain >= 1e-4 * model_gain) {
        if (gain >= 0.75 * model_gain) radius = std::min(4.0, std::max(radius, 2 * length));
        if (gain < 0.25 * model_gain) radius = 0.5 * length;
        x_ = std::move(to);
        here_ = std::move(there);
        return true;
      }
      radius = 0.25 * std::min(radius, std::max(length, 1e-10));
    }
    return false;
  }

  void polish(const Step& step) {
    std::vector<double> to = moved(step);
    Evaluation there = function_(to);
    if (!finite(there) || there.value > here_.value + options_.tolerance) return;
    x_ = std::move(to);
    here_ = std::move(there);
  }

  void describe(Minimum& result) const {
    for (std::size_t i = 0; i < x_.size(); ++i)
      if (x_[i] <= box_.low[i] || x_[i] >= box_.high[i]) result.bound.push_back(i);
    result.at = x_;
    result.evaluation = here_;
    if (!finite(here_)) {
      result.condition = result.gradient_norm = kInfinity;
      return;
    }
    for (const std::size_t i : free_variables())
      result.gradient_norm = std::max(result.gradient_norm, std::fabs(here_.gradient[i]));
    const SymmetricEigen eigen = symmetric_eigen(here_.hessian, x_.size());
    result.condition =
        eigen.values.front() > 0 ? eigen.values.back() / eigen.values.front() : kInfinity;
  }

  const std::function<Evaluation(std::span<const double>)>& function_;
  const Box& box_;
  const MinimiseOptions& options_;
  std::vector<double> x_;
  Evaluation here_;
};

}  // namespace

Minimum minimise(const std::function<Evaluation(std::span<const double>)>& function,
                 std::vector<double> start, const Box& box, const MinimiseOptions& options) {
  CHECK(!start.empty() && box.low.size() == start.size() && box.high.size() == start.size());
  return Search(function, std::move(start), box, options).run();
}

}  // namespace perennial::math
