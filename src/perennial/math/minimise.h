// Newton's method inside a box, for smooth functions of a few variables whose exact gradient and Hessian are known.
//
// Story    steps along the Hessian's eigenvectors with the curvature's absolute value (so a saddle pushes away), kept
//          within a trust radius and the box; a last full Newton step polishes
// Units    scale the variables so that a change of 1 is a sensible stride (log parameters are)
// Errors   none: what went wrong is in the result
// Source   Nocedal & Wright (2006), "Numerical Optimization", ch. 4; Dauphin et al. (2014) for the absolute curvature
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace perennial::math {

struct Evaluation {
  double value = 0;
  std::vector<double> gradient;
  std::vector<double> hessian;  // n x n, row by row
};

struct Box {
  std::vector<double> low, high;
};

struct MinimiseOptions {
  int max_iterations = 200;
  // Arrived when a Newton step promises less than this, in units of the function (of log-likelihood).
  double tolerance = 1e-9;
};

struct Minimum {
  std::vector<double> at;
  Evaluation evaluation;
  bool converged = false;
  int iterations = 0;
  double promised = 0;             // what one more Newton step would gain
  double gradient_norm = 0;        // largest component among the variables that can move
  double condition = 0;            // largest over smallest curvature; infinite when not convex
  std::vector<std::size_t> bound;  // variables that ended on a side of the box
};

Minimum minimise(const std::function<Evaluation(std::span<const double>)>& function,
                 std::vector<double> start, const Box& box, const MinimiseOptions& options);

}  // namespace perennial::math
