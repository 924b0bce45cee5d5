#include "perennial/models/value/beta_geometric.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "perennial/math/batch.h"
#include "perennial/math/special.h"

namespace perennial::models {
namespace {

double coins(FirstCoin coin, double x) {
  return coin == FirstCoin::kAfterFirstPurchase ? x + 1 : x;
}

// log of the sum over j < k of (R)_j / j! z^j, z = silence / (alpha + T): how the chance of the silence grows because up
// to k - 1 events may hide in it. 0 for k = 1.
double log_hidden(const BetaGeometricParams& p, int k, const History& h) {
  if (k == 1) return 0;
  const double shape = p.r + k * h.repeat_purchases;
  const double z = (h.age - h.recency) / (p.alpha + h.age);
  double term = 1;
  double sum = 1;
  for (int j = 1; j < k; ++j) {
    term *= (shape + j - 1) / j * z;
    sum += term;
  }
  return std::log(sum);
}

// Log odds that the customer has left; the caller has made sure that at least one coin was thrown.
double log_odds_left(const BetaGeometricParams& p, BetaGeometricKind kind, double m,
                     const History& h) {
  const double stretch = std::log1p((h.age - h.recency) / (p.alpha + h.recency));
  return std::log(p.a) - std::log(p.b + m - 1) + (p.r + kind.k * h.repeat_purchases) * stretch -
         log_hidden(p, kind.k, h);
}

// log_hidden with its derivatives by r and alpha.
struct Hidden {
  double value = 0;
  double by_r = 0, by_alpha = 0;
  double by_r_r = 0, by_r_alpha = 0, by_alpha_alpha = 0;
};

Hidden hidden(int k, double shape, double silence, double rate) {
  const double z = silence / rate;
  double term = 1;
  double inverse = 0;         // sum over i < j of 1 / (R + i)
  double inverse_square = 0;  // the same of 1 / (R + i)^2
  double sum = 1;
  Hidden d;
  for (int j = 1; j < k; ++j) {
    const double at = shape + j - 1;
    term *= at / j * z;
    inverse += 1 / at;
    inverse_square += 1 / (at * at);
    sum += term;
    d.by_r += term * inverse;
    d.by_alpha -= term * j / rate;
    d.by_r_r += term * (inverse * inverse - inverse_square);
    d.by_r_alpha -= term * inverse * j / rate;
    d.by_alpha_alpha += term * j * (j + 1) / (rate * rate);
  }
  d.value = std::log(sum);
  for (double* part : {&d.by_r, &d.by_alpha, &d.by_r_r, &d.by_r_alpha, &d.by_alpha_alpha})
    *part /= sum;
  d.by_r_r -= d.by_r * d.by_r;
  d.by_r_alpha -= d.by_r * d.by_alpha;
  d.by_alpha_alpha -= d.by_alpha * d.by_alpha;
  return d;
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

double log_waits(int k, double purchases, double log_gaps) {
  return k == 1 ? 0 : (k - 1) * log_gaps - purchases * math::log_gamma(k);
}

// (r)_kx / alpha^kx * (b)_m / (a + b)_m, from the number of purchases only: one pass over 0 .. largest x. Every term is
// written without cancellation, so that a search along r, alpha -> infinity (all customers alike) stays exact. The waits
// w enter by w^(k - 1) / (k - 1)! only.
Derivatives count_part(const BetaGeometricParams& p, BetaGeometricKind kind,
                       const UniqueHistories& data) {
  Derivatives d;
  d.value = log_waits(kind.k, data.customers * data.mean_purchases, data.log_gaps);
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
  const bool early = kind.coin == FirstCoin::kAfterFirstPurchase;
  if (early) coin_thrown(0, data.customers);
  for (std::size_t n = 0; n < data.weight_above.size(); ++n) {
    const double weight = data.weight_above[n];
    const auto purchase = static_cast<double>(n);
    for (int i = 0; i < kind.k; ++i) {
      const double at = p.r + kind.k * purchase + i;
      d.value += weight * std::log(at / p.alpha);
      d.gradient[kR] += weight / at;
      d.gradient[kAlpha] -= weight / p.alpha;
      d.hessian[kR * 4 + kR] -= weight / (at * at);
      d.hessian[kAlpha * 4 + kAlpha] += weight / (p.alpha * p.alpha);
    }
    coin_thrown(early ? purchase + 1 : purchase, weight);
  }
  return d;
}

// The transcendental functions of some rows, computed together.
struct Block {
  static constexpr std::size_t kRows = 256;
  std::array<double, kRows> log_growth, stretch, log_odds, e, log1p_e;
};

// -R log(1 + T / alpha) + log(hidden + odds that the customer has left), over rows begin .. end, at most a block of them.
void add_block(Derivatives& d, const BetaGeometricParams& p, BetaGeometricKind kind,
               const UniqueHistories& data, std::size_t begin, std::size_t end) {
  auto& g = d.gradient;
  auto& h = d.hessian;
  const double log_a = std::log(p.a);
  const std::size_t n = end - begin;
  Block block;
  std::array<Hidden, Block::kRows> silent;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row = begin + i;
    const double last_rate = p.alpha + data.recency[row];
    block.log_growth[i] = data.age[row] / p.alpha;
    block.stretch[i] = (data.age[row] - data.recency[row]) / last_rate;
  }
  const auto all = [n](auto& values) { return std::span(values).first(n); };
  math::log1p_batch(all(block.log_growth), all(block.log_growth));
  math::log1p_batch(all(block.stretch), all(block.stretch));
  double last_x = -1;
  double log_stay = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = data.repeat_purchases[begin + i];
    if (x != last_x) log_stay = std::log(p.b + std::fmax(coins(kind.coin, x) - 1, 0.0));
    last_x = x;
    const double shape = p.r + kind.k * x;
    if (kind.k > 1) {
      const std::size_t row = begin + i;
      silent[i] = hidden(kind.k, shape, data.age[row] - data.recency[row], p.alpha + data.age[row]);
    }
    block.log_odds[i] = log_a - log_stay + shape * block.stretch[i] - silent[i].value;
    block.e[i] = -std::fabs(block.log_odds[i]);
  }
  math::exp_batch(all(block.e), all(block.e));
  math::log1p_batch(all(block.e), all(block.log1p_e));

  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row = begin + i;
    const double weight = data.weight[row];
    const double shape = p.r + kind.k * data.repeat_purchases[row];
    const double inverse = 1 / (p.alpha + data.age[row]);
    const double growth = data.age[row] / p.alpha;
    d.value -= weight * shape * block.log_growth[i];
    g[kR] -= weight * block.log_growth[i];
    g[kAlpha] += weight * shape * growth * inverse;
    h[kR * 4 + kAlpha] += weight * growth * inverse;
    h[kAlpha * 4 + kAlpha] -= weight * shape * growth * inverse * (1 / p.alpha + inverse);
    const Hidden& silence = silent[i];
    if (kind.k > 1) {
      d.value += weight * silence.value;
      g[kR] += weight * silence.by_r;
      g[kAlpha] += weight * silence.by_alpha;
      h[kR * 4 + kR] += weight * silence.by_r_r;
      h[kR * 4 + kAlpha] += weight * silence.by_r_alpha;
      h[kAlpha * 4 + kAlpha] += weight * silence.by_alpha_alpha;
    }
    const double m = coins(kind.coin, data.repeat_purchases[row]);
    if (m == 0) continue;

    const double stay = p.b + m - 1;
    const double e = block.e[i];
    const bool likely = block.log_odds[i] > 0;
    const double left = (likely ? 1 : e) / (1 + e);
    d.value += weight * ((likely ? block.log_odds[i] : 0.0) + block.log1p_e[i]);

    const double last_inverse = 1 / (p.alpha + data.recency[row]);
    const double by_alpha = inverse - last_inverse;
    const std::array<double, 4> slope{block.stretch[i] - silence.by_r,
                                      shape * by_alpha - silence.by_alpha, 1 / p.a, -1 / stay};
    const double once = weight * left;
    const double twice = once * (1 - left);
    for (std::size_t j = 0; j < 4; ++j) {
      g[j] += once * slope[j];
      for (std::size_t k = j; k < 4; ++k) h[j * 4 + k] += twice * slope[j] * slope[k];
    }
    h[kR * 4 + kR] -= once * silence.by_r_r;
    h[kR * 4 + kAlpha] += once * (by_alpha - silence.by_r_alpha);
    h[kAlpha * 4 + kAlpha] +=
        once * (shape * (last_inverse * last_inverse - inverse * inverse) - silence.by_alpha_alpha);
    h[kA * 4 + kA] -= once / (p.a * p.a);
    h[kB * 4 + kB] += once / (stay * stay);
  }
}

Derivatives time_part(const BetaGeometricParams& p, BetaGeometricKind kind,
                      const UniqueHistories& data, std::size_t begin, std::size_t end) {
  Derivatives d;
  for (std::size_t from = begin; from < end; from += Block::kRows)
    add_block(d, p, kind, data, from, std::min(from + Block::kRows, end));
  return d;
}

BetaGeometricParams from_log(std::span<const double> log_params, double scale) {
  return {std::exp(log_params[0]), scale * std::exp(log_params[1]), std::exp(log_params[2]),
          std::exp(log_params[3])};
}

}  // namespace

double log_likelihood(const BetaGeometricParams& p, BetaGeometricKind kind, const History& h) {
  const double x = h.repeat_purchases;
  const double m = coins(kind.coin, x);
  const double events = kind.k * x;
  const double purchases = math::log_rising(p.r, events) - p.r * std::log1p(h.age / p.alpha) -
                           events * std::log(p.alpha + h.age) + log_hidden(p, kind.k, h) +
                           log_waits(kind.k, x, h.log_gaps);
  if (m == 0) return purchases;
  return purchases + math::log_rising(p.b, m) - math::log_rising(p.a + p.b, m) +
         math::softplus(log_odds_left(p, kind, m, h));
}

double p_alive(const BetaGeometricParams& p, BetaGeometricKind kind, const History& h) {
  const double m = coins(kind.coin, h.repeat_purchases);
  return m == 0 ? 1.0 : math::logistic(-log_odds_left(p, kind, m, h));
}

math::Evaluation beta_geometric_evaluation(std::span<const double> log_params, double scale,
                                           BetaGeometricKind kind, const UniqueHistories& data,
                                           Threads threads) {
  const BetaGeometricParams p = from_log(log_params, scale);
  constexpr std::size_t kChunk = 8192;
  Derivatives d = ordered_reduce(
      data.size(), kChunk, threads, count_part(p, kind, data),
      [&](std::size_t begin, std::size_t end) { return time_part(p, kind, data, begin, end); },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  d.mirror();
  const std::array<double, 4> params{p.r, p.alpha, p.a, p.b};
  return to_log_parameters(d.value, params, d.gradient, d.hessian);
}

LikelihoodProblem beta_geometric_problem(const UniqueHistories& data, BetaGeometricKind kind,
                                         Threads threads) {
  const Samples samples = samples_of(data);
  const double scale = data.mean_age;
  // Rates from very unequal to nearly equal, with the observed mean a little lifted for those who left.
  const double mean = kind.k * std::fmax(1.5 * data.mean_purchases, 1e-3);
  LikelihoodProblem problem;
  problem.names = {"r", "alpha", "a", "b"};
  problem.scale = {1, scale, 1, 1};
  for (const auto& [r, a, b] : {std::array{0.3, 0.8, 2.5}, std::array{1.0, 0.3, 2.0},
                                std::array{1.0, 2.0, 2.0}, std::array{3.0, 0.2, 4.0}})
    problem.starts.push_back({std::log(r), std::log(r / mean), std::log(a), std::log(b)});
  problem.full = [=, &data](std::span<const double> at) {
    return beta_geometric_evaluation(at, scale, kind, data, threads);
  };
  problem.sample = [=](std::span<const double> at) {
    return beta_geometric_evaluation(at, scale, kind, *samples.few, threads);
  };
  if (samples.many) {
    problem.refine = [=](std::span<const double> at) {
      return beta_geometric_evaluation(at, scale, kind, *samples.many, threads);
    };
  }
  problem.limits = {{kR, Side::kHigh, "all customers buy at one and the same rate"},
                    {kA, Side::kLow, "nobody leaves: NBD says the same"},
                    {kA, Side::kHigh, "all customers are equally likely to leave"},
                    {kB, Side::kHigh, "nobody leaves: NBD says the same"},
                    {kB, Side::kLow, "everybody leaves at the first chance"}};
  problem.customers = data.customers;
  return problem;
}

SimulatedPurchases simulate_beta_geometric(const BetaGeometricParams& p, BetaGeometricKind kind,
                                           std::span<const double> age, double holdout_periods,
                                           std::uint64_t seed, Threads threads) {
  return simulate_each(age, holdout_periods, seed, threads, [&](RandomStream& stream, auto sink) {
    const double rate = stream.gamma(p.r, p.alpha);
    const double leave = stream.beta(p.a, p.b);
    if (kind.coin == FirstCoin::kAfterFirstPurchase && stream.bernoulli(leave)) return;
    double time = 0;
    do {
      time += kind.k == 1 ? stream.exponential(rate) : stream.gamma(kind.k, rate);
    } while (sink(time) && !stream.bernoulli(leave));
  });
}

}  // namespace perennial::models
