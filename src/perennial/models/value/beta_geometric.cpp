#include "perennial/models/value/beta_geometric.h"

#include <array>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/math/special.h"

namespace perennial::models {
namespace {

double coins(FirstCoin coin, double x) {
  return coin == FirstCoin::kAfterFirstPurchase ? x + 1 : x;
}

// Log odds that the customer has left; the caller has made sure that at least one coin was thrown.
double log_odds_left(const BetaGeometricParams& p, double m, const History& h) {
  const double stretch = std::log1p((h.age - h.recency) / (p.alpha + h.recency));
  return std::log(p.a) - std::log(p.b + m - 1) + (p.r + h.repeat_purchases) * stretch;
}

// Value, gradient and upper half of the Hessian over (r, alpha, a, b).
struct Derivatives {
  double value = 0;
  std::array<double, 4> gradient{};
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

enum : std::size_t { kR = 0, kAlpha = 1, kA = 2, kB = 3 };

// (r)_x / alpha^x * (b)_m / (a + b)_m, from the number of purchases only: one pass over 0 .. largest x. Every term is
// written without cancellation, so that a search along r, alpha -> infinity (all customers alike) stays exact.
Derivatives count_part(const BetaGeometricParams& p, FirstCoin coin, const UniqueHistories& data) {
  Derivatives d;
  const auto coin_thrown = [&](double k, double weight) {
    const double stay = p.b + k;
    const double both = p.a + stay;
    d.value -= weight * std::log1p(p.a / stay);
    d.gradient[kA] -= weight / both;
    d.gradient[kB] += weight * p.a / (stay * both);
    d.hessian[kA * 4 + kA] += weight / (both * both);
    d.hessian[kA * 4 + kB] += weight / (both * both);
    d.hessian[kB * 4 + kB] -= weight * p.a * (stay + both) / (stay * stay * both * both);
  };
  const bool early = coin == FirstCoin::kAfterFirstPurchase;
  if (early) coin_thrown(0, data.customers);
  for (std::size_t k = 0; k < data.weight_above.size(); ++k) {
    const double weight = data.weight_above[k];
    const auto at = static_cast<double>(k);
    // log((r + k) / alpha)
    d.value += weight * std::log((p.r + at) / p.alpha);
    d.gradient[kR] += weight / (p.r + at);
    d.gradient[kAlpha] -= weight / p.alpha;
    d.hessian[kR * 4 + kR] -= weight / ((p.r + at) * (p.r + at));
    d.hessian[kAlpha * 4 + kAlpha] += weight / (p.alpha * p.alpha);
    coin_thrown(early ? at + 1 : at, weight);
  }
  return d;
}

// -R log(1 + T / alpha) + log(1 + odds that the customer has left), over rows begin .. end.
Derivatives time_part(const BetaGeometricParams& p, FirstCoin coin, const UniqueHistories& data,
                      std::size_t begin, std::size_t end) {
  Derivatives d;
  auto& g = d.gradient;
  auto& h = d.hessian;
  const double log_a = std::log(p.a);
  double last_x = -1;
  double log_stay = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const double weight = data.weight[i];
    const double x = data.repeat_purchases[i];
    const double shape = p.r + x;
    const double rate = p.alpha + data.age[i];
    const double inverse = 1 / rate;
    const double growth = data.age[i] / p.alpha;
    const double log_growth = std::log1p(growth);
    d.value -= weight * shape * log_growth;
    g[kR] -= weight * log_growth;
    g[kAlpha] += weight * shape * growth * inverse;
    h[kR * 4 + kAlpha] += weight * growth * inverse;
    h[kAlpha * 4 + kAlpha] -= weight * shape * growth * inverse * (1 / p.alpha + inverse);
    const double m = coins(coin, x);
    if (m == 0) continue;

    const double stay = p.b + m - 1;
    if (x != last_x) log_stay = std::log(stay);
    last_x = x;
    const double last_rate = p.alpha + data.recency[i];
    const double stretch = std::log1p((data.age[i] - data.recency[i]) / last_rate);
    const double w = log_a - log_stay + shape * stretch;
    // softplus(w) and its derivative from one exponential
    const double e = std::exp(-std::fabs(w));
    const double left = w > 0 ? 1 / (1 + e) : e / (1 + e);
    d.value += weight * (std::fmax(w, 0.0) + std::log1p(e));

    const double last_inverse = 1 / last_rate;
    const double by_alpha = inverse - last_inverse;
    const std::array<double, 4> slope{stretch, shape * by_alpha, 1 / p.a, -1 / stay};
    const double once = weight * left;
    const double twice = once * (1 - left);
    for (std::size_t j = 0; j < 4; ++j) {
      g[j] += once * slope[j];
      for (std::size_t k = j; k < 4; ++k) h[j * 4 + k] += twice * slope[j] * slope[k];
    }
    h[kR * 4 + kAlpha] += once * by_alpha;
    h[kAlpha * 4 + kAlpha] += once * shape * (last_inverse * last_inverse - inverse * inverse);
    h[kA * 4 + kA] -= once / (p.a * p.a);
    h[kB * 4 + kB] += once / (stay * stay);
  }
  return d;
}

BetaGeometricParams from_log(std::span<const double> log_params, double scale) {
  return {std::exp(log_params[0]), scale * std::exp(log_params[1]), std::exp(log_params[2]),
          std::exp(log_params[3])};
}

}  // namespace

void validate(const BetaGeometricParams& p, double days_per_period, std::string_view id) {
  for (const double value : {p.r, p.alpha, p.a, p.b, days_per_period})
    if (!(value > 0) || !std::isfinite(value))
      fail(ErrorKind::kInvalidArgument,
           "{}: r {}, alpha {}, a {}, b {} and days_per_period {} must be numbers above 0", id, p.r,
           p.alpha, p.a, p.b, days_per_period);
}

double log_likelihood(const BetaGeometricParams& p, FirstCoin coin, const History& h) {
  const double x = h.repeat_purchases;
  const double m = coins(coin, x);
  const double purchases =
      math::log_rising(p.r, x) - p.r * std::log1p(h.age / p.alpha) - x * std::log(p.alpha + h.age);
  if (m == 0) return purchases;
  return purchases + math::log_rising(p.b, m) - math::log_rising(p.a + p.b, m) +
         math::softplus(log_odds_left(p, m, h));
}

double p_alive(const BetaGeometricParams& p, FirstCoin coin, const History& h) {
  const double m = coins(coin, h.repeat_purchases);
  return m == 0 ? 1.0 : math::logistic(-log_odds_left(p, m, h));
}

math::Evaluation beta_geometric_evaluation(std::span<const double> log_params, double scale,
                                           FirstCoin coin, const UniqueHistories& data,
                                           Threads threads) {
  const BetaGeometricParams p = from_log(log_params, scale);
  constexpr std::size_t kChunk = 8192;
  Derivatives d = ordered_reduce(
      data.size(), kChunk, threads, count_part(p, coin, data),
      [&](std::size_t begin, std::size_t end) { return time_part(p, coin, data, begin, end); },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  d.mirror();
  const std::array<double, 4> params{p.r, p.alpha, p.a, p.b};
  return to_log_parameters(d.value, params, d.gradient, d.hessian);
}

FitReport fit_beta_geometric(const Purchases::Input& input, FirstCoin coin,
                             const LikelihoodOptions& options) {
  const UniqueHistories data = histories_to_fit(input);
  constexpr std::size_t kSampleRows = 20'000;
  const UniqueHistories few = thinned(data, kSampleRows);
  const double scale = data.mean_age;
  // Rates from very unequal to nearly equal, with the observed mean a little lifted for those who left.
  const double mean = std::fmax(1.5 * data.mean_purchases, 1e-3);
  LikelihoodProblem problem;
  problem.names = {"r", "alpha", "a", "b"};
  problem.scale = {1, scale, 1, 1};
  for (const auto& [r, a, b] : {std::array{0.3, 0.8, 2.5}, std::array{1.0, 0.3, 2.0},
                                std::array{1.0, 2.0, 2.0}, std::array{3.0, 0.2, 4.0}})
    problem.starts.push_back({std::log(r), std::log(r / mean), std::log(a), std::log(b)});
  problem.full = [&](std::span<const double> at) {
    return beta_geometric_evaluation(at, scale, coin, data, input.threads);
  };
  problem.sample = [&](std::span<const double> at) {
    return beta_geometric_evaluation(at, scale, coin, few, input.threads);
  };
  problem.customers = data.customers;
  return maximise_likelihood(problem, options);
}

SimulatedPurchases simulate_beta_geometric(const BetaGeometricParams& p, FirstCoin coin,
                                           std::span<const double> age, double holdout_periods,
                                           std::uint64_t seed, Threads threads) {
  return simulate_each(age, holdout_periods, seed, threads, [&](RandomStream& stream, auto sink) {
    const double rate = stream.gamma(p.r, p.alpha);
    const double leave = stream.beta(p.a, p.b);
    if (coin == FirstCoin::kAfterFirstPurchase && stream.bernoulli(leave)) return;
    double time = 0;
    do {
      time += stream.exponential(rate);
    } while (sink(time) && !stream.bernoulli(leave));
  });
}

void save(const BetaGeometricParams& p, double days_per_period, ByteWriter& writer) {
  for (const double value : {p.r, p.alpha, p.a, p.b, days_per_period}) writer.scalar(value);
}

std::pair<BetaGeometricParams, double> load_beta_geometric(ByteReader& reader) {
  BetaGeometricParams p;
  for (double* value : {&p.r, &p.alpha, &p.a, &p.b}) *value = reader.scalar<double>();
  const auto days_per_period = reader.scalar<double>();
  return {p, days_per_period};
}

}  // namespace perennial::models
