#include "perennial/models/value/gamma_gompertz.h"

#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "perennial/math/special.h"
#include "perennial/models/value/gompertz_clock.h"

namespace perennial::models {
namespace {

constexpr std::size_t kN = 5;
enum : std::size_t { kR = 0, kAlpha = 1, kS = 2, kC = 3, kB = 4 };
using Vector = std::array<double, kN>;

// Value, gradient and upper half of the Hessian over (r, alpha, s, c, b).
struct Derivatives {
  double value = 0;
  Vector gradient{};
  std::array<double, kN * kN> hessian{};

  Derivatives& operator+=(const Derivatives& other) {
    value += other.value;
    for (std::size_t i = 0; i < kN; ++i) gradient[i] += other.gradient[i];
    for (std::size_t i = 0; i < kN * kN; ++i) hessian[i] += other.hessian[i];
    return *this;
  }
  double& second(std::size_t i, std::size_t j) { return hessian[i * kN + j]; }
  void mirror() {
    for (std::size_t i = 0; i < kN; ++i)
      for (std::size_t j = 0; j < i; ++j) hessian[i * kN + j] = hessian[j * kN + i];
  }
};

Derivatives count_part(const GammaGompertzParams& p, const UniqueHistories& data) {
  Derivatives d;
  for (std::size_t n = 0; n < data.weight_above.size(); ++n) {
    const double weight = data.weight_above[n];
    const double at = p.r + static_cast<double>(n);
    d.value += weight * std::log(at / p.alpha);
    d.gradient[kR] += weight / at;
    d.gradient[kAlpha] -= weight / p.alpha;
    d.second(kR, kR) -= weight / (at * at);
    d.second(kAlpha, kAlpha) += weight / (p.alpha * p.alpha);
  }
  return d;
}

ClockIntegral leaving(const GammaGompertzParams& p, const History& h) {
  return {p.r + h.repeat_purchases, p.alpha, p.s + 1, p.beta_over_b, p.b, h.recency, h.age};
}

double log_odds_left(const GammaGompertzParams& p, const History& h) {
  if (h.age <= h.recency) return -std::numeric_limits<double>::infinity();
  double total = 0;
  const double top =
      leaving(p, h).each([&](double weight, double, const Clock&) { total += weight; });
  return std::log(p.s) + top + std::log(total) +
         (p.r + h.repeat_purchases) * std::log(p.alpha + h.age) +
         p.s * clock_at(h.age, p.beta_over_b, p.b).log_sum;
}

// log of the chance to be active still at age u.
double log_survival(const GammaGompertzParams& p, const Clock& clock) {
  return p.s * (std::log(p.beta_over_b) - clock.log_sum);
}

// -R log(1 + T / alpha) + log survival, of a customer who is active still.
void add_active(Derivatives& d, const GammaGompertzParams& p, const History& h, const Clock& end,
                double weight) {
  const double shape = p.r + h.repeat_purchases;
  const double rate = p.alpha + h.age;
  const double c = p.beta_over_b;
  const double growth = h.age / p.alpha;
  d.value += weight * (log_survival(p, end) - shape * std::log1p(growth));
  d.gradient[kR] -= weight * std::log1p(growth);
  d.gradient[kAlpha] += weight * shape * growth / rate;
  d.gradient[kS] += weight * (std::log(c) - end.log_sum);
  d.gradient[kC] += weight * p.s * end.tau / c;
  d.gradient[kB] -= weight * p.s * end.by_b;
  d.second(kR, kAlpha) += weight * growth / rate;
  d.second(kAlpha, kAlpha) += weight * shape * (1 / (rate * rate) - 1 / (p.alpha * p.alpha));
  d.second(kS, kC) += weight * end.tau / c;
  d.second(kS, kB) -= weight * end.by_b;
  d.second(kC, kC) += weight * p.s * (end.inverse * end.inverse - 1 / (c * c));
  d.second(kC, kB) += weight * p.s * end.by_b * end.inverse;
  d.second(kB, kB) -= weight * p.s * (end.by_b_b - end.by_b * end.by_b);
}

// log(1 + odds that the customer has left), by moments over the time of leaving of the slopes of the log odds.
void add_left(Derivatives& d, const GammaGompertzParams& p, const History& h, const Clock& end,
              double weight) {
  if (h.age <= h.recency) return;
  const double shape = p.r + h.repeat_purchases;
  const double rate = p.alpha + h.age;
  const double log_rate = std::log(rate);
  double total = 0;
  Vector mean{};
  std::array<double, kN * kN> square{};  // of slopes, plus the second derivatives
  const double top = leaving(p, h).each([&](double w, double u, const Clock& at) {
    const double inverse = 1 / (p.alpha + u);
    const Vector slope{log_rate - std::log(p.alpha + u), shape * (1 / rate - inverse),
                       1 / p.s + end.log_sum - at.log_sum,
                       p.s * end.inverse - (p.s + 1) * at.inverse,
                       u + p.s * end.by_b - (p.s + 1) * at.by_b};
    total += w;
    for (std::size_t i = 0; i < kN; ++i) {
      mean[i] += w * slope[i];
      for (std::size_t j = i; j < kN; ++j) square[i * kN + j] += w * slope[i] * slope[j];
    }
    const auto curve = [&](std::size_t i, std::size_t j, double value) {
      square[i * kN + j] += w * value;
    };
    curve(kR, kAlpha, 1 / rate - inverse);
    curve(kAlpha, kAlpha, shape * (inverse * inverse - 1 / (rate * rate)));
    curve(kS, kS, -1 / (p.s * p.s));
    curve(kS, kC, end.inverse - at.inverse);
    curve(kS, kB, end.by_b - at.by_b);
    curve(kC, kC, (p.s + 1) * at.inverse * at.inverse - p.s * end.inverse * end.inverse);
    curve(kC, kB, (p.s + 1) * at.by_b * at.inverse - p.s * end.by_b * end.inverse);
    curve(kB, kB,
          p.s * (end.by_b_b - end.by_b * end.by_b) - (p.s + 1) * (at.by_b_b - at.by_b * at.by_b));
  });
  const double log_odds =
      std::log(p.s) + top + std::log(total) + shape * log_rate + p.s * end.log_sum;
  const double left = math::logistic(log_odds);
  d.value += weight * math::softplus(log_odds);
  for (std::size_t i = 0; i < kN; ++i) {
    d.gradient[i] += weight * left * mean[i] / total;
    for (std::size_t j = i; j < kN; ++j)
      d.second(i, j) +=
          weight * left * (square[i * kN + j] / total - left * mean[i] / total * mean[j] / total);
  }
}

}  // namespace

double log_likelihood(const GammaGompertzParams& p, const History& h) {
  const double x = h.repeat_purchases;
  return math::log_rising(p.r, x) - p.r * std::log1p(h.age / p.alpha) -
         x * std::log(p.alpha + h.age) + log_survival(p, clock_at(h.age, p.beta_over_b, p.b)) +
         math::softplus(log_odds_left(p, h));
}

double p_alive(const GammaGompertzParams& p, const History& h) {
  return math::logistic(-log_odds_left(p, h));
}

math::Evaluation gamma_gompertz_evaluation(std::span<const double> log_params, double scale,
                                           const UniqueHistories& data, Threads threads) {
  const GammaGompertzParams p{std::exp(log_params[kR]), scale * std::exp(log_params[kAlpha]),
                              std::exp(log_params[kS]), scale * std::exp(log_params[kC]),
                              std::exp(log_params[kB]) / scale};
  constexpr std::size_t kChunk = 1024;
  Derivatives d = ordered_reduce(
      data.size(), kChunk, threads, count_part(p, data),
      [&](std::size_t begin, std::size_t end) {
        Derivatives part;
        for (std::size_t i = begin; i < end; ++i) {
          const History h = data.history(i);
          const Clock at_end = clock_at(h.age, p.beta_over_b, p.b);
          add_active(part, p, h, at_end, data.weight[i]);
          add_left(part, p, h, at_end, data.weight[i]);
        }
        return part;
      },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  d.mirror();
  const Vector params{p.r, p.alpha, p.s, p.beta_over_b, p.b};
  return to_log_parameters(d.value, params, d.gradient, d.hessian);
}

LikelihoodProblem gamma_gompertz_problem(const UniqueHistories& data, Threads threads) {
  const Samples samples = samples_of(data);
  const double scale = data.mean_age;
  LikelihoodProblem problem;
  problem.names = {"r", "alpha", "s", "beta_over_b", "b"};
  problem.scale = {1, scale, 1, scale, 1 / scale};
  const double mean = std::fmax(1.5 * data.mean_purchases, 1e-3);
  for (const auto& [r, s, c, b] : {std::array{0.5, 0.6, 0.5, 0.1}, std::array{1.0, 1.0, 2.0, 1.0},
                                   std::array{1.0, 0.3, 5.0, 4.0}, std::array{0.5, 2.0, 5.0, 0.5}})
    problem.starts.push_back(
        {std::log(r), std::log(r / mean), std::log(s), std::log(c), std::log(b)});
  problem.full = [=, &data](std::span<const double> at) {
    return gamma_gompertz_evaluation(at, scale, data, threads);
  };
  problem.sample = [=](std::span<const double> at) {
    return gamma_gompertz_evaluation(at, scale, *samples.few, threads);
  };
  if (samples.many) {
    problem.refine = [=](std::span<const double> at) {
      return gamma_gompertz_evaluation(at, scale, *samples.many, threads);
    };
  }
  problem.limits = {{kR, Side::kHigh, "all customers buy at one and the same rate"},
                    {kB, Side::kLow, "leaving does not depend on age: Pareto/NBD says the same"},
                    {kS, Side::kLow, "nobody leaves: NBD says the same"},
                    {kC, Side::kHigh, "nobody leaves: NBD says the same"},
                    {kS, Side::kHigh, "all customers are alike in leaving"}};
  problem.customers = data.customers;
  return problem;
}

SimulatedPurchases simulate_gamma_gompertz(const GammaGompertzParams& p,
                                           std::span<const double> age, double holdout_periods,
                                           std::uint64_t seed, Threads threads) {
  return simulate_each(age, holdout_periods, seed, threads, [&](RandomStream& stream, auto sink) {
    const double rate = stream.gamma(p.r, p.alpha);
    // tau(lifetime) is exponential with rate Gamma(s, rate c).
    const double on_clock = stream.exponential(stream.gamma(p.s, p.beta_over_b));
    const double lifetime = std::log1p(p.b * on_clock) / p.b;
    double time = stream.exponential(rate);
    while (time < lifetime && sink(time)) time += stream.exponential(rate);
  });
}

}  // namespace perennial::models
