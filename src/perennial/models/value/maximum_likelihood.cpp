#include "perennial/models/value/maximum_likelihood.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/math/symmetric.h"

namespace perennial::models {
namespace {

constexpr double kReach = 12;            // log parameters stay within e^-12 .. e^12 of their scale
constexpr double kIllConditioned = 1e8;  // standard errors beyond this are not worth the name

const math::Minimum* best_of(const std::vector<math::Minimum>& minima) {
  const math::Minimum* best = nullptr;
  for (const math::Minimum& minimum : minima) {
    if (!std::isfinite(minimum.evaluation.value)) continue;
    if (best == nullptr || minimum.evaluation.value < best->evaluation.value) best = &minimum;
  }
  return best;
}

// Covariance of the log parameters: the inverse of the Hessian, over the parameters not held by a bound.
void put_covariance(FitReport& report, const LikelihoodProblem& problem,
                    const math::Minimum& minimum) {
  const std::size_t n = report.names.size();
  report.covariance.assign(n * n, std::numeric_limits<double>::quiet_NaN());
  report.standard_errors.assign(n, std::numeric_limits<double>::quiet_NaN());
  if (!std::isfinite(minimum.condition) || minimum.condition > kIllConditioned || report.at_bound)
    return;
  const math::SymmetricEigen eigen = math::symmetric_eigen(minimum.evaluation.hessian, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k)
        sum += eigen.vectors[k * n + i] * eigen.vectors[k * n + j] / eigen.values[k];
      report.covariance[i * n + j] =
          sum * problem.slope(i, minimum.at[i]) * problem.slope(j, minimum.at[j]);
    }
    report.standard_errors[i] = std::sqrt(report.covariance[i * n + i]);
  }
}

// The first limit that the parameters which do not stop moving are heading for.
std::string_view simpler(const LikelihoodProblem& problem, std::span<const std::size_t> moving,
                         std::span<const double> at) {
  for (const std::size_t i : moving)
    for (const Limit& limit : problem.limits)
      if (limit.parameter == i && (at[i] > 0) == (limit.side == Side::kHigh)) return limit.words;
  return {};
}

std::string describe(const LikelihoodProblem& problem, const FitReport& report,
                     const math::Minimum& minimum) {
  if (!report.converged)
    return fmt::format(
        "the search stopped after {} iterations with a gradient of {:.2g}; the estimates are the "
        "best seen, treat them with care",
        report.iterations, report.gradient_norm);
  if (report.at_bound) {
    std::vector<std::string> names;
    for (const std::size_t i : minimum.bound) names.push_back(report.names[i]);
    const std::string_view limit = simpler(problem, minimum.bound, minimum.at);
    return fmt::format(
        "{} ran to the end of the range: {}; predictions hold, the parameters by themselves mean "
        "little",
        fmt::join(names, " and "),
        limit.empty() ? "these customers do not show the differences that the model allows for"
                      : limit);
  }
  if (!(minimum.condition <= kIllConditioned)) {
    // Along the flattest direction, the parameters that move most.
    const std::size_t n = report.names.size();
    const math::SymmetricEigen eigen = math::symmetric_eigen(minimum.evaluation.hessian, n);
    std::vector<std::size_t> moving;
    for (std::size_t i = 0; i < n; ++i)
      if (std::fabs(eigen.vectors[i]) > 0.3) moving.push_back(i);
    const std::string_view limit = simpler(problem, moving, minimum.at);
    return fmt::format(
        "the likelihood is flat in some direction: {}; predictions hold, the parameters by "
        "themselves mean little",
        limit.empty() ? "several sets of parameters say the same" : limit);
  }
  return fmt::format("converged in {} iterations", report.iterations);
}

}  // namespace

FitReport maximise_likelihood(const LikelihoodProblem& problem, const LikelihoodOptions& options) {
  const std::size_t n = problem.names.size();
  const math::Box box{std::vector<double>(n, -kReach), std::vector<double>(n, kReach)};
  std::vector<math::Minimum> tries;
  for (const std::vector<double>& start : problem.starts)
    tries.push_back(math::minimise(problem.sample, start, box, {60, 1e-3}));
  const math::Minimum* start = best_of(tries);
  if (start == nullptr)
    fail(ErrorKind::kNoConvergence,
         "the likelihood is not finite anywhere the search began; look for extreme values in the "
         "input");
  std::vector<double> from = start->at;
  if (problem.refine) {
    const math::Minimum refined = math::minimise(problem.refine, from, box, {60, 1e-3});
    if (std::isfinite(refined.evaluation.value)) from = refined.at;
  }
  const math::Minimum minimum =
      math::minimise(problem.full, from, box, {options.max_iterations, options.tolerance});

  FitReport report;
  report.names = problem.names;
  for (std::size_t i = 0; i < n; ++i)
    report.estimates.push_back(problem.parameter(i, minimum.at[i]));
  report.log_likelihood = -minimum.evaluation.value;
  report.customers = problem.customers;
  const auto parameters = static_cast<double>(n);
  report.aic = 2 * parameters - 2 * report.log_likelihood;
  report.bic = parameters * std::log(problem.customers) - 2 * report.log_likelihood;
  report.converged = minimum.converged;
  report.iterations = minimum.iterations;
  report.gradient_norm = minimum.gradient_norm;
  report.condition = minimum.condition;
  report.at_bound = !minimum.bound.empty();
  put_covariance(report, problem, minimum);
  report.words = describe(problem, report, minimum);
  return report;
}

math::Evaluation to_log_parameters(double log_likelihood, std::span<const double> params,
                                   std::span<const double> gradient,
                                   std::span<const double> hessian) {
  const std::size_t n = params.size();
  math::Evaluation e{-log_likelihood, std::vector<double>(n), std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    e.gradient[i] = -gradient[i] * params[i];
    for (std::size_t j = 0; j < n; ++j)
      e.hessian[i * n + j] = -hessian[i * n + j] * params[i] * params[j];
    e.hessian[i * n + i] += e.gradient[i];
  }
  return e;
}

void FitReport::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(names.size());
  for (const std::string& name : names) writer.text(name);
  writer.array(estimates);
  writer.array(standard_errors);
  writer.array(covariance);
  for (const double value : {log_likelihood, aic, bic, customers, gradient_norm, condition})
    writer.scalar(value);
  writer.scalar<std::int32_t>(iterations);
  writer.scalar<std::uint8_t>(converged ? 1 : 0);
  writer.scalar<std::uint8_t>(at_bound ? 1 : 0);
  writer.text(words);
}

FitReport FitReport::load(ByteReader& reader) {
  FitReport report;
  const auto count = reader.scalar<std::uint64_t>();
  for (std::uint64_t i = 0; i < count; ++i) report.names.push_back(reader.text());
  report.estimates = reader.array<double>();
  report.standard_errors = reader.array<double>();
  report.covariance = reader.array<double>();
  for (double* value : {&report.log_likelihood, &report.aic, &report.bic, &report.customers,
                        &report.gradient_norm, &report.condition})
    *value = reader.scalar<double>();
  report.iterations = reader.scalar<std::int32_t>();
  report.converged = reader.scalar<std::uint8_t>() != 0;
  report.at_bound = reader.scalar<std::uint8_t>() != 0;
  report.words = reader.text();
  return report;
}

}  // namespace perennial::models
