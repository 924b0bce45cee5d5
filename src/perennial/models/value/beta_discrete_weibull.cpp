#include "perennial/models/value/beta_discrete_weibull.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/math/special.h"

namespace perennial::models {
namespace {

using Params = BetaDiscreteWeibull::Params;

constexpr double kMostRenewals = 10'000;
constexpr std::size_t kParams = 3;

double exponent(const Params& p, double renewals) { return std::pow(renewals, p.shape); }

// log S(t) = log (beta)_u - log (alpha + beta)_u = log (beta)_alpha - log (beta + u)_alpha with u = t^shape. The form with
// the shorter rise keeps its digits.
double log_survival(const Params& p, double renewals) {
  const double u = exponent(p, renewals);
  if (u < p.alpha) return math::log_rising(p.beta, u) - math::log_rising(p.alpha + p.beta, u);
  return math::log_rising(p.beta, p.alpha) - math::log_rising(p.beta + u, p.alpha);
}

// digamma(x) - digamma(x + a) and trigamma(x) - trigamma(x + a). For large x the difference of their asymptotic series,
// taken term by term, since the values themselves are nearly equal.
constexpr double kLarge = 1e3;
double digamma_fall(double x, double a) {
  if (x < kLarge) return math::digamma(x) - math::digamma(x + a);
  const double y = x + a;
  return -std::log1p(a / x) - a / (2 * x * y) - a * (x + y) / (12 * x * x * y * y);
}
double trigamma_fall(double x, double a) {
  if (x < kLarge) return math::trigamma(x) - math::trigamma(x + a);
  const double y = x + a;
  return a / (x * y) + a * (x + y) / (2 * x * x * y * y) +
         a * (x * x + x * y + y * y) / (6 * x * x * x * y * y * y);
}

// log of (S(t) - S(t + 1)) / S(t).
double log_hazard(const Params& p, double renewals) {
  return std::log(-std::expm1(log_survival(p, renewals + 1) - log_survival(p, renewals)));
}

struct Derivatives {
  double value = 0;
  std::array<double, kParams> gradient{};
  std::array<double, kParams * kParams> hessian{};
};

// log S(t) with its derivatives by alpha, beta and shape.
Derivatives of_log_survival(const Params& p, double renewals) {
  if (renewals == 0) return {};
  const double both = p.alpha + p.beta;
  const double u = exponent(p, renewals);
  const double turn = u * std::log(renewals);  // of u by the shape
  const double rise_beta = math::digamma(p.beta + u) - math::digamma(p.beta);
  const double rise_both = math::digamma(both + u) - math::digamma(both);
  const double bend_beta = math::trigamma(p.beta + u) - math::trigamma(p.beta);
  const double bend_both = math::trigamma(both + u) - math::trigamma(both);
  const double slope = digamma_fall(p.beta + u, p.alpha);
  const double bend = trigamma_fall(p.beta + u, p.alpha);
  const double alpha_shape = -math::trigamma(both + u) * turn;
  const double beta_shape = bend * turn;
  return {.value = log_survival(p, renewals),
          .gradient = {-rise_both, rise_beta - rise_both, slope * turn},
          .hessian = {-bend_both, -bend_both, alpha_shape, -bend_both, bend_beta - bend_both,
                      beta_shape, alpha_shape, beta_shape,
                      slope * turn * std::log(renewals) + bend * turn * turn}};
}

// log (S(t) - S(t + 1)) with its derivatives.
Derivatives of_log_end(const Params& p, double renewals) {
  const Derivatives there = of_log_survival(p, renewals);
  const Derivatives next = of_log_survival(p, renewals + 1);
  const double kept = std::exp(next.value - there.value);
  const double lost = -std::expm1(next.value - there.value);
  Derivatives d{.value = there.value + std::log(lost)};
  for (std::size_t i = 0; i < kParams; ++i)
    d.gradient[i] = (there.gradient[i] - kept * next.gradient[i]) / lost;
  for (std::size_t i = 0; i < kParams; ++i) {
    for (std::size_t j = 0; j < kParams; ++j) {
      const std::size_t k = i * kParams + j;
      const double first = there.hessian[k] + there.gradient[i] * there.gradient[j];
      const double second = next.hessian[k] + next.gradient[i] * next.gradient[j];
      d.hessian[k] = (first - kept * second) / lost - d.gradient[i] * d.gradient[j];
    }
  }
  return d;
}

// Customers by (renewals, ended).
std::map<std::pair<double, bool>, double> counted(const Contracts::Input& input) {
  std::vector<std::tuple<double, bool, double>>
      rows;  // sorted: no sum depends on the order of the rows
  for (std::size_t i = 0; i < input.size(); ++i)
    rows.emplace_back(input.renewals[i], input.ended[i] == 1, input.weight(i));
  std::sort(rows.begin(), rows.end());
  std::map<std::pair<double, bool>, double> customers;
  for (const auto& [renewals, ended, weight] : rows) customers[{renewals, ended}] += weight;
  return customers;
}

math::Evaluation evaluate(std::span<const double> log_params,
                          const std::map<std::pair<double, bool>, double>& customers) {
  const std::size_t n = log_params.size();
  std::vector<double> params(n);
  for (std::size_t i = 0; i < n; ++i) params[i] = std::exp(log_params[i]);
  const Params p{params[0], params[1], n > 2 ? params[2] : 1};
  double value = 0;
  std::vector<double> gradient(n);
  std::vector<double> hessian(n * n);
  for (const auto& [key, weight] : customers) {
    const auto [renewals, ended] = key;
    const Derivatives d = ended ? of_log_end(p, renewals) : of_log_survival(p, renewals);
    value += weight * d.value;
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] += weight * d.gradient[i];
      for (std::size_t j = 0; j < n; ++j) hessian[i * n + j] += weight * d.hessian[i * kParams + j];
    }
  }
  return to_log_parameters(value, params, gradient, hessian);
}

void require_renewals(double renewals) {
  if (!(renewals >= 0 && renewals <= kMostRenewals) || renewals != std::floor(renewals))
    fail(ErrorKind::kInvalidArgument, "renewals is {}, needs a whole number from 0 to {}", renewals,
         kMostRenewals);
}

void require_horizon(int horizon) {
  if (horizon < 0 || horizon > kMostRenewals)
    fail(ErrorKind::kInvalidArgument, "horizon is {} periods, needs 0 to {}", horizon,
         kMostRenewals);
}

}  // namespace

void validate(const Contracts::Input& input) {
  const std::size_t n = input.size();
  if (input.ended.size() != n || (!input.weights.empty() && input.weights.size() != n))
    fail(ErrorKind::kBadInput, "{} renewals, {} ended, {} weights: the spans need one length", n,
         input.ended.size(), input.weights.size());
  for (std::size_t i = 0; i < n; ++i) {
    const double t = input.renewals[i];
    if (!(t >= 0 && t <= kMostRenewals) || t != std::floor(t))
      fail(ErrorKind::kBadInput, "row {}: renewals is {}, needs a whole number from 0 to {}", i + 1,
           t, kMostRenewals);
    if (input.ended[i] != 0 && input.ended[i] != 1)
      fail(ErrorKind::kBadInput, "row {}: ended is {}, needs 0 or 1", i + 1, input.ended[i]);
    if (!(input.weight(i) > 0) || !std::isfinite(input.weight(i)))
      fail(ErrorKind::kBadInput, "row {}: weight is {}, needs to be positive", i + 1,
           input.weight(i));
  }
}

math::Evaluation beta_discrete_weibull_evaluation(std::span<const double> log_params,
                                                  const Contracts::Input& input) {
  return evaluate(log_params, counted(input));
}

BetaDiscreteWeibull::BetaDiscreteWeibull(const Params& params) : params_(params) {
  for (const double value : {params.alpha, params.beta, params.shape}) {
    if (!(value > 0) || !std::isfinite(value))
      fail(ErrorKind::kInvalidArgument, "{}: a parameter is {}, all need to be positive and finite",
           kId, value);
  }
}

BetaDiscreteWeibull BetaDiscreteWeibull::fit(const Contracts::Input& input,
                                             const Options& options) {
  models::validate(input);
  const auto customers = counted(input);
  LikelihoodProblem problem;
  double ended = 0;
  double renewed = 0;
  for (const auto& [key, weight] : customers) {
    problem.customers += weight;
    renewed += weight * key.first;
    if (key.second) ended += weight;
  }
  if (!(ended > 0) || !(renewed > 0))
    fail(ErrorKind::kNotEnoughData,
         "{}: needs customers who renewed and customers who ended; {} ended after {} renewals in "
         "all",
         kId, ended, renewed);
  problem.names = {"alpha", "beta"};
  problem.scale = {1, 1};
  if (options.free_shape) {
    problem.names.emplace_back("shape");
    problem.scale.push_back(1);
  }
  const double hazard = ended / (ended + renewed);
  for (const double alike : {0.5, 2.0, 20.0}) {  // from customers who differ much to hardly
    for (const double shape : {1.0, 1.5}) {
      if (shape != 1 && !options.free_shape) continue;
      problem.starts.push_back({std::log(alike * hazard), std::log(alike * (1 - hazard))});
      if (options.free_shape) problem.starts.back().push_back(std::log(shape));
    }
  }
  problem.full = [&](std::span<const double> at) { return evaluate(at, customers); };
  problem.sample = problem.full;
  FitReport report = maximise_likelihood(problem, options.likelihood);
  const std::vector<double>& e = report.estimates;
  BetaDiscreteWeibull model({e[0], e[1], options.free_shape ? e[2] : 1});
  model.report_ = std::move(report);
  return model;
}

Contracts::Output BetaDiscreteWeibull::predict(const Contracts::Input& input) const {
  models::validate(input);
  require_horizon(input.horizon);
  const std::size_t n = input.size();
  Contracts::Output out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (input.ended[i] == 1) continue;
      const double t = input.renewals[i];
      out.p_renews[i] = retention(t);
      out.p_stays[i] =
          std::exp(log_survival(params_, t + input.horizon) - log_survival(params_, t));
      out.expected_renewals[i] = expected_renewals(t, input.horizon);
    }
  });
  return out;
}

double BetaDiscreteWeibull::survival(double renewals) const {
  require_renewals(renewals);
  return std::exp(log_survival(params_, renewals));
}

double BetaDiscreteWeibull::retention(double renewals) const {
  require_renewals(renewals);
  return std::exp(log_survival(params_, renewals + 1) - log_survival(params_, renewals));
}

double BetaDiscreteWeibull::expected_renewals(double renewals, int horizon) const {
  require_renewals(renewals);
  require_horizon(horizon);
  const double now = log_survival(params_, renewals);
  double sum = 0;
  for (int k = 1; k <= horizon; ++k) sum += std::exp(log_survival(params_, renewals + k) - now);
  return sum;
}

double BetaDiscreteWeibull::discounted_residual_renewals(double renewals,
                                                         double discount_rate) const {
  CHECK(discount_rate >= 1e-5);
  require_renewals(renewals);
  const double now = log_survival(params_, renewals);
  const double fades = std::log1p(discount_rate);
  constexpr double kEnough = 37;  // e^-37 of the first term
  double sum = 0;
  for (double k = 1; k * fades < kEnough + fades; ++k)
    sum += std::exp(log_survival(params_, renewals + k) - now - k * fades);
  return sum;
}

double BetaDiscreteWeibull::log_likelihood(const Contracts::Input& input) const {
  models::validate(input);
  double sum = 0;
  for (const auto& [key, weight] : counted(input)) {
    const auto [renewals, ended] = key;
    sum += weight * (log_survival(params_, renewals) + (ended ? log_hazard(params_, renewals) : 0));
  }
  return sum;
}

std::vector<double> BetaDiscreteWeibull::simulate(std::size_t customers, std::uint64_t seed) const {
  std::vector<double> renewals(customers);
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream stream(seed, i);
    // (1 - theta)^(t^shape) >= uniform: the customer is there after t renewals.
    const double theta = stream.beta(params_.alpha, params_.beta);
    const double exponent = std::log(stream.uniform()) / std::log1p(-theta);
    renewals[i] = theta > 0
                      ? std::fmin(std::floor(std::pow(exponent, 1 / params_.shape)), kMostRenewals)
                      : kMostRenewals;
  }
  return renewals;
}

void BetaDiscreteWeibull::save(ByteWriter& writer) const {
  for (const double value : {params_.alpha, params_.beta, params_.shape}) writer.scalar(value);
  report_.save(writer);
}

BetaDiscreteWeibull BetaDiscreteWeibull::load(ByteReader& reader) {
  Params p;
  for (double* value : {&p.alpha, &p.beta, &p.shape}) *value = reader.scalar<double>();
  BetaDiscreteWeibull model(p);
  model.report_ = FitReport::load(reader);
  return model;
}

}  // namespace perennial::models
