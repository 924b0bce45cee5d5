#include "perennial/models/value/nbd.h"

#include "perennial/models/value/pascal.h"

namespace perennial::models {
namespace {

// Value, gradient and upper half of the Hessian over (r, alpha).
struct Derivatives {
  double value = 0;
  double by_r = 0, by_alpha = 0;
  double by_r_r = 0, by_r_alpha = 0, by_alpha_alpha = 0;

  Derivatives& operator+=(const Derivatives& other) {
    value += other.value;
    by_r += other.by_r;
    by_alpha += other.by_alpha;
    by_r_r += other.by_r_r;
    by_r_alpha += other.by_r_alpha;
    by_alpha_alpha += other.by_alpha_alpha;
    return *this;
  }
};

// (r)_x / alpha^x, from the number of purchases only.
Derivatives count_part(const NbdParams& p, const UniqueHistories& data) {
  Derivatives d;
  for (std::size_t n = 0; n < data.weight_above.size(); ++n) {
    const double weight = data.weight_above[n];
    const double at = p.r + static_cast<double>(n);
    d.value += weight * std::log(at / p.alpha);
    d.by_r += weight / at;
    d.by_alpha -= weight / p.alpha;
    d.by_r_r -= weight / (at * at);
    d.by_alpha_alpha += weight / (p.alpha * p.alpha);
  }
  return d;
}

// -(r + x) log(1 + T / alpha) over rows begin .. end.
Derivatives time_part(const NbdParams& p, const UniqueHistories& data, std::size_t begin,
                      std::size_t end) {
  Derivatives d;
  for (std::size_t i = begin; i < end; ++i) {
    const double weight = data.weight[i];
    const double shape = p.r + data.repeat_purchases[i];
    const double rate = p.alpha + data.age[i];
    const double growth = data.age[i] / p.alpha;
    const double log_growth = std::log1p(growth);
    d.value -= weight * shape * log_growth;
    d.by_r -= weight * log_growth;
    d.by_alpha += weight * shape * growth / rate;
    d.by_r_alpha += weight * growth / rate;
    d.by_alpha_alpha -= weight * shape * growth / rate * (1 / p.alpha + 1 / rate);
  }
  return d;
}

math::Evaluation evaluation(std::span<const double> log_params, double scale,
                            const UniqueHistories& data, Threads threads) {
  const NbdParams p{std::exp(log_params[0]), scale * std::exp(log_params[1])};
  constexpr std::size_t kChunk = 8192;
  const Derivatives d = ordered_reduce(
      data.size(), kChunk, threads, count_part(p, data),
      [&](std::size_t begin, std::size_t end) { return time_part(p, data, begin, end); },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  return to_log_parameters(d.value, std::array{p.r, p.alpha}, std::array{d.by_r, d.by_alpha},
                           std::array{d.by_r_r, d.by_r_alpha, d.by_r_alpha, d.by_alpha_alpha});
}

}  // namespace

double NbdFuture::p_any(double horizon) const {
  return gamma_order_probability(shape, rate, horizon);
}

double NbdFuture::discounted(double horizon, double discount_rate) const {
  if (discount_rate == 0) return expected(horizon);
  return shape / rate * -std::expm1(-discount_rate * horizon) / discount_rate;
}

std::vector<double> NbdFuture::pmf(double horizon) const {
  std::vector<double> result = Pascal(shape, rate, horizon).pmf(kMostOutcomes);
  drop_far_tail(result);
  return result;
}

double NbdFuture::log_probability(std::uint64_t purchases, double horizon) const {
  if (horizon == 0 && purchases > 0) return -std::numeric_limits<double>::infinity();
  return Pascal(shape, rate, horizon).log_at(static_cast<double>(purchases));
}

double NbdFuture::draw(RandomStream& stream, double horizon) const {
  return draw_poisson(stream, stream.gamma(shape, rate) * horizon);
}

double NbdFuture::order_time(double probability) const {
  return gamma_order_time(shape, rate, probability);
}

LikelihoodProblem NbdLaw::problem(const NbdParams&, const UniqueHistories& data, Threads threads) {
  const double scale = data.mean_age;
  const double mean = std::fmax(data.mean_purchases, 1e-3);
  LikelihoodProblem problem;
  problem.names = {"r", "alpha"};
  problem.scale = {1, scale};
  for (const double r : {0.3, 1.0, 5.0})
    problem.starts.push_back({std::log(r), std::log(r / mean)});
  problem.full = [=, &data](std::span<const double> at) {
    return evaluation(at, scale, data, threads);
  };
  problem.sample = problem.full;
  problem.limits = {{0, Side::kHigh, "all customers buy at one and the same rate"},
                    {0, Side::kLow, "almost nobody comes back"}};
  problem.customers = data.customers;
  return problem;
}

double NbdLaw::log_likelihood(const NbdParams& p, const History& h) {
  const double x = h.repeat_purchases;
  return math::log_rising(p.r, x) - p.r * std::log1p(h.age / p.alpha) -
         x * std::log(p.alpha + h.age);
}

SimulatedPurchases NbdLaw::simulate(const NbdParams& p, std::span<const double> age,
                                    double holdout_periods, std::uint64_t seed, Threads threads) {
  return simulate_each(age, holdout_periods, seed, threads, [&](RandomStream& stream, auto sink) {
    const double rate = stream.gamma(p.r, p.alpha);
    double time = stream.exponential(rate);
    while (sink(time)) time += stream.exponential(rate);
  });
}

}  // namespace perennial::models
