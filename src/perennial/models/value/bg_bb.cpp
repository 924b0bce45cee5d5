#include "perennial/models/value/bg_bb.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/math/special.h"

namespace perennial::models {
namespace {

constexpr int kMostOpportunities = 10'000;
constexpr std::size_t kAlpha = 0, kBeta = 1, kGamma = 2, kDelta = 3, kParams = 4;

std::size_t index(double whole) { return static_cast<std::size_t>(whole); }

// log (a)_k = log a (a + 1) ... (a + k - 1) with its first two derivatives by a, for k = 0, 1, ...: sums, so that
// nothing cancels as it would between values of log gamma.
struct Rising {
  std::vector<double> log, first, second;

  Rising(double a, std::size_t most) : log(most + 1), first(most + 1), second(most + 1) {
    for (std::size_t k = 0; k < most; ++k) {
      const double at = a + static_cast<double>(k);
      log[k + 1] = log[k] + std::log(at);
      first[k + 1] = first[k] + 1 / at;
      second[k + 1] = second[k] - 1 / (at * at);
    }
  }
};

// Everything that the likelihood of histories of up to `most` opportunities is made of.
struct Tables {
  Rising alpha, beta, alpha_beta, gamma, delta, gamma_delta;

  Tables(const BgBb::Params& p, std::size_t most)
      : alpha(p.alpha, most),
        beta(p.beta, most),
        alpha_beta(p.alpha + p.beta, most),
        gamma(p.gamma, 1),
        delta(p.delta, most),
        gamma_delta(p.gamma + p.delta, most + 1) {}

  // log of P(x purchases at given ones of m opportunities | active throughout).
  double buys(std::size_t x, std::size_t m) const {
    return alpha.log[x] + beta.log[m - x] - alpha_beta.log[m];
  }
  // log of P(stays for d opportunities, then leaves before the next when `left` is 1).
  double stays(std::size_t d, std::size_t left) const {
    return gamma.log[left] + delta.log[d] - gamma_delta.log[d + left];
  }
};

// Calls visit(m, left, log probability) for every way in which the history can have come about: still active after
// all m = n opportunities, or left after m = last .. n - 1 of them.
template <typename Visit>
void each_ending(const Tables& t, const Chances& h, const Visit& visit) {
  const std::size_t x = index(h.purchases);
  const std::size_t n = index(h.opportunities);
  visit(n, std::size_t{0}, t.buys(x, n) + t.stays(n, 0));
  for (std::size_t m = index(h.last); m < n; ++m)
    visit(m, std::size_t{1}, t.buys(x, m) + t.stays(m, 1));
}

// The log probability of the likeliest ending. Of those by leaving, the earliest is.
double top_of(const Tables& t, const Chances& h) {
  const std::size_t x = index(h.purchases);
  const std::size_t n = index(h.opportunities);
  const std::size_t last = index(h.last);
  const double active = t.buys(x, n) + t.stays(n, 0);
  return last < n ? std::fmax(active, t.buys(x, last) + t.stays(last, 1)) : active;
}

struct Likelihood {
  double log = 0;
  double p_active = 1;  // has not left after the last opportunity that there was
};

Likelihood likelihood(const Tables& t, const Chances& h) {
  const double top = top_of(t, h);
  double active = 0;
  double left = 0;
  each_ending(t, h, [&](std::size_t, std::size_t leaves, double log) {
    (leaves == 0 ? active : left) += std::exp(log - top);
  });
  return {top + std::log(active + left), active / (active + left)};
}

struct Derivatives {
  double value = 0;
  std::array<double, kParams> gradient{};
  std::array<double, kParams * kParams> hessian{};

  Derivatives& operator+=(const Derivatives& other) {
    value += other.value;
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += other.gradient[i];
    for (std::size_t i = 0; i < hessian.size(); ++i) hessian[i] += other.hessian[i];
    return *this;
  }
};

// The log-likelihood of a mixture of endings: with the weights w of the endings, its gradient is the mean of theirs, its
// Hessian the mean of H + g g' less the product of the means.
void add_row(Derivatives& to, const Tables& t, const Chances& h, double weight) {
  const std::size_t x = index(h.purchases);
  const double top = top_of(t, h);
  double sum = 0;
  std::array<double, kParams> mean{};
  std::array<double, kParams * kParams> square{};
  each_ending(t, h, [&](std::size_t m, std::size_t left, double log) {
    const double w = std::exp(log - top);
    sum += w;
    const std::array<double, kParams> g{t.alpha.first[x] - t.alpha_beta.first[m],
                                        t.beta.first[m - x] - t.alpha_beta.first[m],
                                        t.gamma.first[left] - t.gamma_delta.first[m + left],
                                        t.delta.first[m] - t.gamma_delta.first[m + left]};
    for (std::size_t i = 0; i < kParams; ++i) {
      mean[i] += w * g[i];
      for (std::size_t j = 0; j < kParams; ++j) square[i * kParams + j] += w * g[i] * g[j];
    }
    const double both = t.alpha_beta.second[m];
    const double leaving = t.gamma_delta.second[m + left];
    const auto add = [&](std::size_t i, std::size_t j, double second) {
      square[i * kParams + j] += w * second;
    };
    add(kAlpha, kAlpha, t.alpha.second[x] - both);
    add(kAlpha, kBeta, -both);
    add(kBeta, kAlpha, -both);
    add(kBeta, kBeta, t.beta.second[m - x] - both);
    add(kGamma, kGamma, t.gamma.second[left] - leaving);
    add(kGamma, kDelta, -leaving);
    add(kDelta, kGamma, -leaving);
    add(kDelta, kDelta, t.delta.second[m] - leaving);
  });
  to.value += weight * (top + std::log(sum));
  for (std::size_t i = 0; i < kParams; ++i) {
    to.gradient[i] += weight * mean[i] / sum;
    for (std::size_t j = 0; j < kParams; ++j) {
      to.hessian[i * kParams + j] +=
          weight * (square[i * kParams + j] / sum - mean[i] / sum * (mean[j] / sum));
    }
  }
}

// Rows of their own, with like histories taken together.
struct DistinctChances {
  std::vector<double> purchases, last, opportunities, weights;

  explicit DistinctChances(const DiscretePurchases::Input& input) {
    std::vector<std::tuple<double, double, double, double>> rows;
    for (std::size_t i = 0; i < input.size(); ++i)
      rows.emplace_back(input.purchases[i], input.last[i], input.opportunities[i], input.weight(i));
    std::sort(rows.begin(), rows.end());
    for (const auto& [x, t, n, weight] : rows) {
      if (!weights.empty() && purchases.back() == x && last.back() == t &&
          opportunities.back() == n) {
        weights.back() += weight;
      } else {
        purchases.push_back(x);
        last.push_back(t);
        opportunities.push_back(n);
        weights.push_back(weight);
      }
    }
  }
  DiscretePurchases::Input input(Threads threads) const {
    DiscretePurchases::Input input;
    input.purchases = purchases;
    input.last = last;
    input.opportunities = opportunities;
    input.weights = weights;
    input.threads = threads;
    return input;
  }
};

double most_opportunities(const DiscretePurchases::Input& input) {
  return input.size() == 0 ? 0 : *std::ranges::max_element(input.opportunities);
}

void require_horizon(int horizon) {
  if (horizon < 0 || horizon > kMostOpportunities)
    fail(ErrorKind::kInvalidArgument, "horizon is {} opportunities, needs 0 to {}", horizon,
         kMostOpportunities);
}

// An active customer with this history is a new customer with these parameters.
BgBb::Params learnt(const BgBb::Params& p, const Chances& h) {
  return {p.alpha + h.purchases, p.beta + h.opportunities - h.purchases, p.gamma,
          p.delta + h.opportunities};
}

// Of a customer who is active now: the chance to buy at the k-th opportunity from now is buys * stays, k = 1, 2, ...
// Calls visit(P(stays until the k-th)).
template <typename Visit>
void each_stay(const BgBb::Params& p, int horizon, const Visit& visit) {
  double stays = 1;
  for (int k = 0; k < horizon; ++k) {
    stays *= (p.delta + k) / (p.gamma + p.delta + k);
    visit(stays);
  }
}

double expected_if_active(const BgBb::Params& p, int horizon) {
  double sum = 0;
  each_stay(p, horizon, [&](double stays) { sum += stays; });
  return p.alpha / (p.alpha + p.beta) * sum;
}

double p_any_if_active(const BgBb::Params& p, int horizon) {
  double sum = 0;
  double first = p.alpha / (p.alpha + p.beta);  // P(buys at this opportunity and at none before)
  int k = 0;
  each_stay(p, horizon, [&](double stays) {
    sum += first * stays;
    first *= (p.beta + k) / (p.alpha + p.beta + k + 1);
    ++k;
  });
  return sum;
}

void validate(const BgBb::Params& p) {
  for (const double value : {p.alpha, p.beta, p.gamma, p.delta}) {
    if (!(value > 0) || !std::isfinite(value))
      fail(ErrorKind::kInvalidArgument, "{}: a parameter is {}, all need to be positive and finite",
           BgBb::kId, value);
  }
}

// kBadInput for a history that cannot be, of the row of that number.
void require_possible(const Chances& h, std::size_t row) {
  const auto is_whole = [](double value, double from, double to) {
    return value >= from && value <= to && value == std::floor(value);
  };
  if (!is_whole(h.opportunities, 0, kMostOpportunities))
    fail(ErrorKind::kBadInput, "row {}: opportunities is {}, needs a whole number from 0 to {}",
         row, h.opportunities, kMostOpportunities);
  if (!is_whole(h.last, 0, h.opportunities))
    fail(ErrorKind::kBadInput, "row {}: last is {}, needs a whole number from 0 to {}", row, h.last,
         h.opportunities);
  const int least = h.last > 0 ? 1 : 0;
  if (!is_whole(h.purchases, least, h.last))
    fail(ErrorKind::kBadInput, "row {}: purchases is {}, needs a whole number from {} to {}", row,
         h.purchases, least, h.last);
}

}  // namespace

void validate(const DiscretePurchases::Input& input) {
  const std::size_t n = input.size();
  if (input.purchases.size() != n || input.last.size() != n ||
      (!input.weights.empty() && input.weights.size() != n)) {
    fail(ErrorKind::kBadInput,
         "{} purchases, {} last, {} opportunities, {} weights: the spans need "
         "one length",
         input.purchases.size(), input.last.size(), n, input.weights.size());
  }
  for (std::size_t i = 0; i < n; ++i) {
    require_possible(input.chances(i), i + 1);
    if (!(input.weight(i) > 0) || !std::isfinite(input.weight(i)))
      fail(ErrorKind::kBadInput, "row {}: weight is {}, needs to be positive", i + 1,
           input.weight(i));
  }
}

math::Evaluation bg_bb_evaluation(std::span<const double> log_params,
                                  const DiscretePurchases::Input& input) {
  const std::array<double, kParams> p{std::exp(log_params[kAlpha]), std::exp(log_params[kBeta]),
                                      std::exp(log_params[kGamma]), std::exp(log_params[kDelta])};
  const Tables tables({p[kAlpha], p[kBeta], p[kGamma], p[kDelta]},
                      index(most_opportunities(input)));
  constexpr std::size_t kChunk = 1024;
  const Derivatives d = ordered_reduce(
      input.size(), kChunk, input.threads, Derivatives(),
      [&](std::size_t begin, std::size_t end) {
        Derivatives part;
        for (std::size_t i = begin; i < end; ++i)
          add_row(part, tables, input.chances(i), input.weight(i));
        return part;
      },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  return to_log_parameters(d.value, p, d.gradient, d.hessian);
}

BgBb::BgBb(const Params& params) : params_(params) { validate(params); }

BgBb BgBb::fit(const DiscretePurchases::Input& input, const Options& options) {
  models::validate(input);
  const DistinctChances distinct(input);
  const DiscretePurchases::Input data = distinct.input(input.threads);
  double chances = 0;
  double taken = 0;
  LikelihoodProblem problem;
  for (std::size_t i = 0; i < data.size(); ++i) {
    problem.customers += data.weight(i);
    chances += data.weight(i) * data.opportunities[i];
    taken += data.weight(i) * data.purchases[i];
  }
  if (!(chances > 0))
    fail(ErrorKind::kNotEnoughData, "{}: nobody had an opportunity to buy again yet", kId);
  problem.names = {"alpha", "beta", "gamma", "delta"};
  problem.scale = {1, 1, 1, 1};
  // From customers who differ much to hardly, who leave soon to late.
  const double buys = std::clamp(1.5 * taken / chances, 0.01, 0.95);
  for (const auto& [spread, gamma, delta] :
       {std::array{1.0, 0.5, 2.0}, std::array{2.0, 0.5, 10.0}, std::array{5.0, 2.0, 10.0},
        std::array{1.0, 0.2, 0.5}}) {
    problem.starts.push_back(
        {std::log(spread * buys), std::log(spread * (1 - buys)), std::log(gamma), std::log(delta)});
  }
  problem.full = [&](std::span<const double> at) { return bg_bb_evaluation(at, data); };
  problem.sample = problem.full;
  FitReport report = maximise_likelihood(problem, options);
  const std::vector<double>& e = report.estimates;
  BgBb model({e[kAlpha], e[kBeta], e[kGamma], e[kDelta]});
  model.report_ = std::move(report);
  return model;
}

DiscretePurchases::Output BgBb::predict(const DiscretePurchases::Input& input) const {
  models::validate(input);
  require_horizon(input.horizon);
  const std::size_t n = input.size();
  const Tables tables(params_, index(most_opportunities(input)));
  DiscretePurchases::Output out{std::vector<double>(n), std::vector<double>(n),
                                std::vector<double>(n)};
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double active = likelihood(tables, input.chances(i)).p_active;
      const Params p = learnt(params_, input.chances(i));
      out.p_alive[i] = active * p.delta / (p.gamma + p.delta);
      out.p_active[i] = active * p_any_if_active(p, input.horizon);
      out.expected_purchases[i] = active * expected_if_active(p, input.horizon);
    }
  });
  return out;
}

namespace {

Likelihood likelihood(const BgBb::Params& p, const Chances& h) {
  require_possible(h, 1);
  return likelihood(Tables(p, index(h.opportunities)), h);
}

}  // namespace

double BgBb::log_likelihood(const Chances& h) const { return likelihood(params_, h).log; }

double BgBb::log_likelihood(const DiscretePurchases::Input& input) const {
  models::validate(input);
  const Tables tables(params_, index(most_opportunities(input)));
  double sum = 0;
  for (std::size_t i = 0; i < input.size(); ++i)
    sum += input.weight(i) * likelihood(tables, input.chances(i)).log;
  return sum;
}

double BgBb::p_alive(const Chances& h) const {
  const Params p = learnt(params_, h);
  return likelihood(params_, h).p_active * p.delta / (p.gamma + p.delta);
}

double BgBb::p_active(const Chances& h, int horizon) const {
  require_horizon(horizon);
  return likelihood(params_, h).p_active * p_any_if_active(learnt(params_, h), horizon);
}

double BgBb::expected_purchases(const Chances& h, int horizon) const {
  require_horizon(horizon);
  return likelihood(params_, h).p_active * expected_if_active(learnt(params_, h), horizon);
}

double BgBb::discounted_residual_purchases(const Chances& h, double discount_rate) const {
  CHECK(discount_rate > 0);
  // sum over k of P(stays k) z^k is a geometric series with rising factorials: Gauss' 2F1.
  const Params p = learnt(params_, h);
  const double z = 1 / (1 + discount_rate);
  const double leaving = p.gamma + p.delta;
  return likelihood(params_, h).p_active * p.alpha / (p.alpha + p.beta) * z * p.delta / leaving *
         std::exp(math::log_gauss_2f1(1, p.delta + 1, leaving + 1, z));
}

std::vector<double> BgBb::purchase_pmf(const Chances& h, int horizon) const {
  require_horizon(horizon);
  const double active = likelihood(params_, h).p_active;
  const auto most = static_cast<std::size_t>(horizon);
  const Tables t(learnt(params_, h), most);
  const Rising factorial(1, most);
  std::vector<double> pmf(most + 1);
  for (std::size_t x = 0; x <= most; ++x) {
    for (std::size_t m = x; m <= most; ++m) {
      const double ways = factorial.log[m] - factorial.log[x] - factorial.log[m - x];
      pmf[x] += std::exp(ways + t.buys(x, m) + t.stays(m, m < most ? 1 : 0));
    }
    pmf[x] *= active;
  }
  pmf[0] += 1 - active;
  return pmf;
}

SimulatedChances BgBb::simulate(std::span<const double> opportunities, int holdout,
                                std::uint64_t seed, Threads threads) const {
  require_horizon(holdout);
  const std::size_t n = opportunities.size();
  for (std::size_t i = 0; i < n; ++i) require_possible({0, 0, opportunities[i]}, i + 1);
  SimulatedChances out{std::vector<double>(n), std::vector<double>(n),
                       std::vector<double>(opportunities.begin(), opportunities.end()),
                       std::vector<double>(n)};
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(n, kChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      RandomStream stream(seed, i);
      const double buys = stream.beta(params_.alpha, params_.beta);
      const double leaves = stream.beta(params_.gamma, params_.delta);
      for (int k = 1; k <= static_cast<int>(opportunities[i]) + holdout; ++k) {
        if (stream.uniform() < leaves) break;
        if (stream.uniform() >= buys) continue;
        if (k > opportunities[i]) {
          ++out.holdout_purchases[i];
        } else {
          ++out.purchases[i];
          out.last[i] = k;
        }
      }
    }
  });
  return out;
}

void BgBb::save(ByteWriter& writer) const {
  for (const double value : {params_.alpha, params_.beta, params_.gamma, params_.delta})
    writer.scalar(value);
  report_.save(writer);
}

BgBb BgBb::load(ByteReader& reader) {
  Params p;
  for (double* value : {&p.alpha, &p.beta, &p.gamma, &p.delta}) *value = reader.scalar<double>();
  BgBb model(p);
  model.report_ = FitReport::load(reader);
  return model;
}

}  // namespace perennial::models
