// The future of an active customer under BG/NBD, MBG/NBD and their Erlang-k kin: sums over the number of purchases.
#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numeric>

#include "perennial/math/quadrature.h"
#include "perennial/math/root.h"
#include "perennial/math/special.h"
#include "perennial/models/value/beta_geometric.h"
#include "perennial/models/value/pascal.h"

namespace perennial::models {
namespace {

// Every k-th event of a Poisson process is a purchase, the first one after k - hidden events; after each a coin may end
// everything. With k = 1 there is nothing hidden.
struct Purchasing {
  Pascal events;
  double leaves, stays;
  int k = 1;
  int hidden = 0;

  double needed(double purchases) const { return k * purchases - hidden; }  // events
  // P(at least n purchases, were no coin thrown)
  double reached(double n) const { return events.above(needed(n) - 1); }
  double log_spared(double coins) const {
    return math::log_rising(stays, coins) - math::log_rising(leaves + stays, coins);
  }
  double ends(double coins) const { return leaves / (leaves + stays + coins); }
};

// sum over j >= from of reached(j + 1) * spared(j) * share(j), where the terms change so slowly that the sum is an
// integral (Euler-Maclaurin; the next term is below 1e-12 of the sum).
template <typename Share>
double slow_tail(const Purchasing& p, double from, const Share& share) {
  const auto term = [&](double j) {
    return p.reached(j + 1) * std::exp(p.log_spared(j)) * share(j);
  };
  const auto by_log = [&](double u) { return std::exp(u) * term(std::exp(u)); };
  const Pascal& e = p.events;
  const double high = std::log((e.mean() + 40 * e.deviation() + 40 * (1 + e.odds)) / p.k);
  double sum = 0;
  constexpr int kPanels = 32;
  const double low = std::log(from);
  for (int i = 0; i < kPanels && high > low; ++i) {
    const double width = (high - low) / kPanels;
    sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
        by_log, low + i * width, low + (i + 1) * width, 6, 1e-11);
  }
  const double slope = (term(from * 1.001) - term(from * 0.999)) / (0.002 * from);
  return sum + 0.5 * term(from) - slope / 12;
}

// sum over j of P(at least j + 1 purchases, were no coin thrown) * P(the coin spares j times) * share(j).
template <typename Share>
double sum_over_purchases(const Purchasing& p, const Share& share) {
  constexpr double kDirect = 50'000;
  const Pascal& e = p.events;
  const double first = e.first();
  double above = first > 0 ? 1.0 : -std::expm1(e.log_none);  // P(K > event)
  double at = first > 0 ? 0.0 : std::exp(e.log_none);        // P(K = event)
  double event = 0;
  const auto next_event = [&] {
    ++event;
    if (event == first) {
      at = std::exp(e.log_at(first));
    } else if (event > first) {
      at *= e.z * (e.shape + event - 1) / event;
    }
    above -= at;
  };
  double spared = 1;
  double sum = 0;
  for (int i = 1; i < p.needed(1); ++i) next_event();
  for (double j = 0;; ++j) {
    const double term = above * spared * share(j);
    sum += term;
    if (event > e.mean() ? term <= 1e-16 * sum || above <= 0 : above <= 0) return sum;
    if (j >= kDirect) return sum + slow_tail(p, j + 1, share);
    spared *= (p.stays + j) / (p.leaves + p.stays + j);
    for (int i = 0; i < p.k; ++i) next_event();
  }
}

double expected_purchases(const Purchasing& p) {
  return sum_over_purchases(p, [](double) { return 1.0; });
}

double p_leaves(const Purchasing& p) {
  return sum_over_purchases(p, [&](double coins) { return p.ends(coins); });
}

std::vector<double> purchase_pmf(const Purchasing& p) {
  const std::vector<double> at = p.events.pmf(kMostOutcomes);
  // Backward, so that the small P(K > event) far out are sums and not differences.
  std::vector<double> above(at.size(), 0.0);
  for (std::size_t j = at.size() - 1; j-- > 0;) above[j] = above[j + 1] + at[j + 1];
  std::vector<double> result;
  double spared = 1;  // after n - 1 coins
  std::size_t event = 0;
  for (double n = 0; event < at.size(); ++n) {
    double exactly = 0;  // P(n purchases, were no coin thrown)
    const auto end = std::min(at.size(), static_cast<std::size_t>(p.needed(n + 1)));
    for (; event < end; ++event) exactly += at[event];
    if (n == 0) {
      result.push_back(exactly);
      continue;
    }
    const double ends = p.ends(n - 1);
    result.push_back(spared * (exactly + above[event - 1] * ends));
    spared *= 1 - ends;
  }
  return result;
}

double log_probability(const Purchasing& p, std::uint64_t purchases) {
  const auto n = static_cast<double>(purchases);
  double exactly = -std::numeric_limits<double>::infinity();
  for (double event = std::fmax(0.0, p.needed(n)); event < p.needed(n + 1); ++event)
    exactly = math::log_add_exp(exactly, p.events.log_at(event));
  if (purchases == 0) return exactly;
  const double more = p.reached(n + 1) * p.ends(n - 1);
  return p.log_spared(n - 1) + math::log_add_exp(exactly, std::log(more));
}

// By parts, so that the smooth expected() is integrated. Its (1 + t / rate)^-shape turns at the time of one event,
// rate / shape, or at rate where that is less; from there on it is smooth in the logarithm of time. The steps that the
// purchases of a regular customer make in it are not resolved: they are worth less than the discount of half a wait.
template <typename Future>
double discounted_by_parts(const Future& future, double horizon, double discount_rate, int k) {
  if (discount_rate == 0) return future.expected(horizon);
  // Of what comes beyond, less than e^-50 counts.
  const double end = std::fmin(horizon, 50 / discount_rate);
  const double turn = 2 * future.rate / (k + future.shape);
  const double length = std::log1p(end / turn);
  const double panels = std::fmax(1.0, std::ceil(length / 1.5));
  const double step = length / panels;
  const auto integrate = [&](const auto& rule) {
    double sum = 0;
    for (double panel = 0; panel < panels; ++panel) {
      for (std::size_t i = 0; i < rule.at.size(); ++i) {
        const double time = turn * std::expm1(step * (panel + rule.at[i]));
        sum += rule.weight[i] * (turn + time) * std::exp(-discount_rate * time) *
               future.expected(time);
      }
    }
    return sum;
  };
  constexpr double kSteep =
      3;  // within a panel the discount may then fall by more than six nodes show
  const double sum = discount_rate * end < kSteep ? integrate(math::gauss_rule<6>())
                                                  : integrate(math::gauss_rule<16>());
  return std::exp(-discount_rate * end) * future.expected(end) + discount_rate * step * sum;
}

Purchasing purchasing(const BetaGeometricFuture& f, double horizon) {
  return {Pascal(f.shape, f.rate, horizon), f.leaves, f.stays};
}

Purchasing purchasing(const RegularFuture& f, int hidden, double horizon) {
  return {Pascal(f.shape + hidden, f.rate, horizon), f.leaves, f.stays, f.k(), hidden};
}

// The coin spares the customer a geometric number of times; the process brings a Poisson number of events.
double draw_purchases(RandomStream& stream, double shape, double rate, double leaves, double stays,
                      int k, int hidden, double horizon) {
  const double events = draw_poisson(stream, stream.gamma(shape, rate) * horizon);
  const double reached = std::floor((events + hidden) / k);
  if (reached == 0) return 0;
  const double leave = stream.beta(leaves, stays);
  // Of purchases 1, 2, ..., the first after which the customer leaves.
  const double last = leave >= 1 ? 1 : std::ceil(std::log(stream.uniform()) / std::log1p(-leave));
  return std::fmin(reached, std::fmax(1.0, last));
}

// The mean of answer(purchasing) over the number of hidden events.
template <typename Answer>
double over_hidden(const RegularFuture& f, double horizon, const Answer& answer) {
  constexpr double kNothing = 1e-15;
  double sum = 0;
  for (int j = 0; j < f.k(); ++j) {
    const double weight = f.p_hidden[static_cast<std::size_t>(j)];
    if (weight > kNothing) sum += weight * answer(purchasing(f, j, horizon));
  }
  return sum;
}

}  // namespace

BetaGeometricFuture future_if_alive(const BetaGeometricParams& p, FirstCoin coin,
                                    const History& h) {
  const double m = h.repeat_purchases + (coin == FirstCoin::kAfterFirstPurchase ? 1 : 0);
  return {p.r + h.repeat_purchases, p.alpha + h.age, p.a, p.b + m};
}

double BetaGeometricFuture::p_any(double horizon) const {
  return gamma_order_probability(shape, rate, horizon);
}

double BetaGeometricFuture::expected(double horizon) const {
  return expected_purchases(purchasing(*this, horizon));
}

double BetaGeometricFuture::discounted(double horizon, double discount_rate) const {
  return discounted_by_parts(*this, horizon, discount_rate, 1);
}

std::vector<double> BetaGeometricFuture::pmf(double horizon) const {
  std::vector<double> result = purchase_pmf(purchasing(*this, horizon));
  drop_far_tail(result);
  return result;
}

double BetaGeometricFuture::log_probability(std::uint64_t purchases, double horizon) const {
  if (horizon == 0 && purchases > 0) return -std::numeric_limits<double>::infinity();
  return models::log_probability(purchasing(*this, horizon), purchases);
}

double BetaGeometricFuture::draw(RandomStream& stream, double horizon) const {
  return draw_purchases(stream, shape, rate, leaves, stays, 1, 0, horizon);
}

double BetaGeometricFuture::p_stays(double horizon) const {
  return 1 - p_leaves(purchasing(*this, horizon));
}

double BetaGeometricFuture::order_time(double probability) const {
  return gamma_order_time(shape, rate, probability);
}

RegularFuture regular_future_if_alive(const BetaGeometricParams& p, BetaGeometricKind kind,
                                      const History& h) {
  const BetaGeometricFuture base = future_if_alive(p, kind.coin, h);
  RegularFuture f{p.r + kind.k * h.repeat_purchases, base.rate, base.leaves, base.stays, {}};
  // The weights of log_hidden, each over their sum; the first is 1.
  const double z = (h.age - h.recency) / f.rate;
  double term = 1;
  double sum = 0;
  for (int j = 0; j < kind.k; ++j) {
    f.p_hidden.push_back(term);
    sum += term;
    term *= (f.shape + j) / (j + 1) * z;
  }
  for (double& weight : f.p_hidden) weight /= sum;
  return f;
}

double RegularFuture::p_any(double horizon) const {
  return over_hidden(*this, horizon, [](const Purchasing& p) { return p.reached(1); });
}

double RegularFuture::expected(double horizon) const {
  return over_hidden(*this, horizon, expected_purchases);
}

double RegularFuture::discounted(double horizon, double discount_rate) const {
  return discounted_by_parts(*this, horizon, discount_rate, k());
}

std::vector<double> RegularFuture::pmf(double horizon) const {
  std::vector<double> result{0.0};
  for (int j = 0; j < k(); ++j) {
    const std::vector<double> part = purchase_pmf(purchasing(*this, j, horizon));
    if (part.size() > result.size()) result.resize(part.size());
    for (std::size_t n = 0; n < part.size(); ++n)
      result[n] += p_hidden[static_cast<std::size_t>(j)] * part[n];
  }
  drop_far_tail(result);
  return result;
}

double RegularFuture::log_probability(std::uint64_t purchases, double horizon) const {
  double sum = -std::numeric_limits<double>::infinity();
  if (horizon == 0) return purchases == 0 ? 0.0 : sum;
  for (int j = 0; j < k(); ++j)
    sum = math::log_add_exp(sum,
                            std::log(p_hidden[static_cast<std::size_t>(j)]) +
                                models::log_probability(purchasing(*this, j, horizon), purchases));
  return sum;
}

double RegularFuture::draw(RandomStream& stream, double horizon) const {
  double chance = stream.uniform();
  int hidden = 0;
  while (hidden + 1 < k() && chance > p_hidden[static_cast<std::size_t>(hidden)])
    chance -= p_hidden[static_cast<std::size_t>(hidden++)];
  return draw_purchases(stream, shape + hidden, rate, leaves, stays, k(), hidden, horizon);
}

double RegularFuture::p_stays(double horizon) const {
  return 1 - over_hidden(*this, horizon, p_leaves);
}

double RegularFuture::order_time(double probability) const {
  return math::reach([&](double time) { return p_any(time); }, probability, rate / shape);
}

}  // namespace perennial::models
