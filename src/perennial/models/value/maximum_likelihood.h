// How every model of this room is fitted: maximum likelihood over log parameters, several starts, Newton steps with the
// exact Hessian, and an account of how it went.
#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/math/minimise.h"

namespace perennial::models {

struct FitReport {
  std::vector<std::string> names;  // of the parameters, as the next three are ordered
  std::vector<double> estimates;
  // From the observed information. NaN where the data do not pin the parameter down; `words` says so.
  std::vector<double> standard_errors;
  std::vector<double> covariance;  // row by row
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
  double customers = 0;
  bool converged = false;
  int iterations = 0;
  double gradient_norm = 0;  // of the log-likelihood over log parameters, largest component
  double condition = 0;      // of its Hessian; infinite when flat in some direction
  bool at_bound =
      false;          // a parameter ran to the end of its range: the model is richer than the data
  std::string words;  // one sentence for a person, always there

  void save(ByteWriter& writer) const;
  static FitReport load(ByteReader& reader);
};

// What it means when a parameter runs to an end of its range: the simpler process that is left.
enum class Side { kLow, kHigh };
struct Limit {
  std::size_t parameter;  // index
  Side side;
  std::string_view words;  // "nobody leaves: NBD says the same"
};

struct LikelihoodProblem {
  std::vector<std::string> names;
  std::vector<double> scale;  // parameter = scale * exp(log parameter)
  std::vector<bool> linear;   // which parameters are not logarithms but themselves; empty: none
  std::vector<std::vector<double>> starts;
  // Minus the log-likelihood with its derivatives by the log parameters.
  std::function<math::Evaluation(std::span<const double>)> full;
  std::function<math::Evaluation(std::span<const double>)> sample;  // cheaper, to choose a start
  // Between the two: from the chosen start most of the way. Empty: none.
  std::function<math::Evaluation(std::span<const double>)> refine;
  std::vector<Limit> limits;
  double customers = 0;

  // A parameter from where it is in the search, and the slope of that.
  double parameter(std::size_t i, double at) const {
    return is_linear(i) ? at : scale[i] * std::exp(at);
  }
  double slope(std::size_t i, double at) const { return is_linear(i) ? 1.0 : parameter(i, at); }
  bool is_linear(std::size_t i) const { return !linear.empty() && linear[i]; }
};

struct LikelihoodOptions {
  int max_iterations = 200;
  double tolerance = 1e-9;  // in log-likelihood
};

// The estimates are report.estimates, in the order of the names.
FitReport maximise_likelihood(const LikelihoodProblem& problem, const LikelihoodOptions& options);

// What a full problem hands back, from derivatives by the parameters themselves.
math::Evaluation to_log_parameters(double log_likelihood, std::span<const double> params,
                                   std::span<const double> gradient,
                                   std::span<const double> hessian);

}  // namespace perennial::models
