#include "perennial/models/value/pareto_gamma.h"

#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "perennial/base/error.h"
#include "perennial/math/special.h"
#include "perennial/models/value/power_integral.h"

namespace perennial::models {
namespace {

double log_odds_left(const ParetoGammaParams& p, const History& h) {
  const double shape = p.r + h.repeat_purchases;
  return std::log(p.s) + log_power_integral(shape, p.alpha, p.s + 1, p.beta, h.recency, h.age) +
         shape * std::log(p.alpha + h.age) + p.s * std::log(p.beta + h.age);
}

enum : std::size_t { kR = 0, kAlpha = 1, kS = 2, kBeta = 3 };
using Vector = std::array<double, 4>;

// Value, gradient and upper half of the Hessian over (r, alpha, s, beta).
struct Derivatives {
  double value = 0;
  Vector gradient{};
  std::array<double, 16> hessian{};

  Derivatives& operator+=(const Derivatives& other) {
    value += other.value;
    for (std::size_t i = 0; i < 4; ++i) gradient[i] += other.gradient[i];
    for (std::size_t i = 0; i < 16; ++i) hessian[i] += other.hessian[i];
    return *this;
  }
  void mirror() {
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < i; ++j) hessian[i * 4 + j] = hessian[j * 4 + i];
  }
};

// (r)_x / alpha^x, from the number of purchases only.
Derivatives count_part(const ParetoGammaParams& p, const UniqueHistories& data) {
  Derivatives d;
  for (std::size_t k = 0; k < data.weight_above.size(); ++k) {
    const double weight = data.weight_above[k];
    const double at = p.r + static_cast<double>(k);
    d.value += weight * std::log(at / p.alpha);
    d.gradient[kR] += weight / at;
    d.gradient[kAlpha] -= weight / p.alpha;
    d.hessian[kR * 4 + kR] -= weight / (at * at);
    d.hessian[kAlpha * 4 + kAlpha] += weight / (p.alpha * p.alpha);
  }
  return d;
}

// Moments, over the time of leaving, of the slope of the log integrand relative to that of "still active".
struct LeftMoments {
  double log_odds = -std::numeric_limits<double>::infinity();
  Vector mean{};
  std::array<double, 10> square{};  // upper half, row by row
  double inverse_square_alpha = 0;  // of 1 / (alpha + u)^2
  double inverse_square_beta = 0;
};

LeftMoments left_moments(const ParetoGammaParams& p, const History& h, double log_rate,
                         double log_leave) {
  LeftMoments m;
  if (h.age <= h.recency) return m;
  const double shape = p.r + h.repeat_purchases;
  const double rate = p.alpha + h.age;
  const double leave = p.beta + h.age;
  const PowerIntegral integral(shape, p.alpha, p.s + 1, p.beta, h.recency, h.age);
  double total = 0;
  integral.each([&](double weight, double u, double log_a, double log_b) {
    const double inverse_a = 1 / (p.alpha + u);
    const double inverse_b = 1 / (p.beta + u);
    const Vector slope{log_rate - log_a, shape * (1 / rate - inverse_a),
                       1 / p.s + log_leave - log_b, p.s / leave - (p.s + 1) * inverse_b};
    total += weight;
    std::size_t at = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      m.mean[i] += weight * slope[i];
      for (std::size_t j = i; j < 4; ++j) m.square[at++] += weight * slope[i] * slope[j];
    }
    m.inverse_square_alpha += weight * inverse_a * inverse_a;
    m.inverse_square_beta += weight * inverse_b * inverse_b;
  });
  for (double& value : m.mean) value /= total;
  for (double& value : m.square) value /= total;
  m.inverse_square_alpha /= total;
  m.inverse_square_beta /= total;
  m.log_odds =
      std::log(p.s) + integral.top() + std::log(total) + shape * log_rate + p.s * log_leave;
  return m;
}

void add_row(Derivatives& d, const ParetoGammaParams& p, const History& h, double weight) {
  const double shape = p.r + h.repeat_purchases;
  const double rate = p.alpha + h.age;
  const double leave = p.beta + h.age;
  const double log_rate = std::log(rate);
  const double log_leave = std::log(leave);
  const LeftMoments m = left_moments(p, h, log_rate, log_leave);
  const double left = math::logistic(m.log_odds);
  // The purchases of an active customer, (1 + T / alpha)^-R (1 + T / beta)^-s, without cancellation.
  const double growth = h.age / p.alpha;
  const double leave_growth = h.age / p.beta;
  const double log_growth = std::log1p(growth);
  const double log_leave_growth = std::log1p(leave_growth);
  d.value += weight * (math::softplus(m.log_odds) - shape * log_growth - p.s * log_leave_growth);
  const Vector active{-log_growth, shape * growth / rate, -log_leave_growth,
                      p.s * leave_growth / leave};
  std::size_t at = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    d.gradient[i] += weight * (active[i] + left * m.mean[i]);
    for (std::size_t j = i; j < 4; ++j)
      d.hessian[i * 4 + j] += weight * left * (m.square[at++] - left * m.mean[i] * m.mean[j]);
  }
  // Mean second derivatives, relative to those of log alpha^R beta^s. E[1 / (alpha + u)] and E[1 / (beta + u)] follow
  // from the mean slopes.
  const double stay = 1 - left;
  const double inverse_alpha = 1 / rate - m.mean[kAlpha] / shape;
  const double inverse_beta = (p.s / leave - m.mean[kBeta]) / (p.s + 1);
  d.hessian[kR * 4 + kAlpha] +=
      weight * (stay * growth / rate + left * (1 / p.alpha - inverse_alpha));
  d.hessian[kAlpha * 4 + kAlpha] +=
      weight * shape *
      (stay / (rate * rate) + left * m.inverse_square_alpha - 1 / (p.alpha * p.alpha));
  d.hessian[kS * 4 + kS] -= weight * left / (p.s * p.s);
  d.hessian[kS * 4 + kBeta] +=
      weight * (stay * leave_growth / leave + left * (1 / p.beta - inverse_beta));
  d.hessian[kBeta * 4 + kBeta] +=
      weight * (stay * p.s / (leave * leave) + left * (p.s + 1) * m.inverse_square_beta -
                p.s / (p.beta * p.beta));
}

}  // namespace

double log_power_integral(double p, double alpha, double q, double beta, double from, double to) {
  if (to <= from) return -std::numeric_limits<double>::infinity();
  const PowerIntegral integral(p, alpha, q, beta, from, to);
  double total = 0;
  integral.each([&](double weight, double, double, double) { total += weight; });
  return integral.top() + std::log(total);
}

double log_likelihood(const ParetoGammaParams& p, const History& h) {
  const double x = h.repeat_purchases;
  return math::log_rising(p.r, x) - p.r * std::log1p(h.age / p.alpha) -
         x * std::log(p.alpha + h.age) - p.s * std::log1p(h.age / p.beta) +
         math::softplus(log_odds_left(p, h));
}

double p_alive(const ParetoGammaParams& p, const History& h) {
  return math::logistic(-log_odds_left(p, h));
}

math::Evaluation pareto_gamma_evaluation(std::span<const double> log_params, double scale,
                                         const UniqueHistories& data, Threads threads) {
  const ParetoGammaParams p{std::exp(log_params[0]), scale * std::exp(log_params[1]),
                            std::exp(log_params[2]), scale * std::exp(log_params[3])};
  constexpr std::size_t kChunk = 2048;
  Derivatives d = ordered_reduce(
      data.size(), kChunk, threads, count_part(p, data),
      [&](std::size_t begin, std::size_t end) {
        Derivatives part;
        for (std::size_t i = begin; i < end; ++i) add_row(part, p, data.history(i), data.weight[i]);
        return part;
      },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  d.mirror();
  const Vector params{p.r, p.alpha, p.s, p.beta};
  return to_log_parameters(d.value, params, d.gradient, d.hessian);
}

LikelihoodProblem pareto_gamma_problem(const UniqueHistories& data, Threads threads) {
  const Samples samples = samples_of(data);
  const double scale = data.mean_age;
  const double mean = std::fmax(1.5 * data.mean_purchases, 1e-3);
  LikelihoodProblem problem;
  problem.names = {"r", "alpha", "s", "beta"};
  problem.scale = {1, scale, 1, scale};
  // Rates from very unequal to nearly equal; leaving from soon and unequal to late.
  for (const auto& [r, s, beta] : {std::array{0.5, 0.6, 0.5}, std::array{1.0, 1.0, 2.0},
                                   std::array{3.0, 0.3, 0.3}, std::array{0.5, 3.0, 10.0}})
    problem.starts.push_back({std::log(r), std::log(r / mean), std::log(s), std::log(beta)});
  problem.full = [=, &data](std::span<const double> at) {
    return pareto_gamma_evaluation(at, scale, data, threads);
  };
  problem.sample = [=](std::span<const double> at) {
    return pareto_gamma_evaluation(at, scale, *samples.few, threads);
  };
  if (samples.many) {
    problem.refine = [=](std::span<const double> at) {
      return pareto_gamma_evaluation(at, scale, *samples.many, threads);
    };
  }
  problem.limits = {{kR, Side::kHigh, "all customers buy at one and the same rate"},
                    {kS, Side::kLow, "nobody leaves: NBD says the same"},
                    {kS, Side::kHigh, "all customers leave at one and the same rate"},
                    {kBeta, Side::kHigh, "nobody leaves: NBD says the same"},
                    {kBeta, Side::kLow, "customers leave at once or hardly ever"}};
  problem.customers = data.customers;
  return problem;
}

SimulatedPurchases simulate_pareto_gamma(const ParetoGammaParams& p, std::span<const double> age,
                                         double holdout_periods, std::uint64_t seed,
                                         Threads threads) {
  return simulate_each(age, holdout_periods, seed, threads, [&](RandomStream& stream, auto sink) {
    const double rate = stream.gamma(p.r, p.alpha);
    const double lifetime = stream.exponential(stream.gamma(p.s, p.beta));
    double time = stream.exponential(rate);
    while (time < lifetime && sink(time)) time += stream.exponential(rate);
  });
}

}  // namespace perennial::models
