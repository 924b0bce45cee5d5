// The future of an active customer under BG/NBD and MBG/NBD: sums over the number of further purchases.
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numeric>

#include "perennial/math/quadrature.h"
#include "perennial/math/special.h"
#include "perennial/models/value/beta_geometric.h"
#include "perennial/models/value/pascal.h"

namespace perennial::models {
namespace {

// sum over j >= from of P(K > j) * spared(j), where the terms change so slowly that the sum is an integral
// (Euler-Maclaurin; the next term is below 1e-12 of the sum).
double slow_tail(const Pascal& k, double leaves, double stays, double from) {
  const auto term = [&](double j) {
    return k.above(j) * std::exp(math::log_rising(stays, j) - math::log_rising(leaves + stays, j));
  };
  const auto by_log = [&](double u) { return std::exp(u) * term(std::exp(u)); };
  const double high = std::log(k.mean() + 40 * k.deviation() + 40 * (1 + k.odds));
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

}  // namespace

BetaGeometricFuture future_if_alive(const BetaGeometricParams& p, FirstCoin coin,
                                    const History& h) {
  const double m = h.repeat_purchases + (coin == FirstCoin::kAfterFirstPurchase ? 1 : 0);
  return {p.r + h.repeat_purchases, p.alpha + h.age, p.a, p.b + m};
}

double BetaGeometricFuture::p_any(double horizon) const {
  return -std::expm1(-shape * std::log1p(horizon / rate));
}

double BetaGeometricFuture::expected(double horizon) const {
  const Pascal k(shape, rate, horizon);
  constexpr double kDirect = 50'000;
  const double first = k.first();
  double above = first > 0 ? 1.0 : -std::expm1(k.log_none);  // P(K > j)
  double at = first > 0 ? 0.0 : std::exp(k.log_none);        // P(K = j)
  double spared = 1;                                         // P(the coin spares j times)
  double sum = 0;
  for (double j = 0;; ++j) {
    const double term = above * spared;
    sum += term;
    if (j > k.mean() ? term <= 1e-16 * sum || above <= 0 : above <= 0) return sum;
    if (j >= kDirect) return sum + slow_tail(k, leaves, stays, j + 1);
    spared *= (stays + j) / (leaves + stays + j);
    if (j + 1 == first) {
      at = std::exp(k.log_at(first));
    } else if (j + 1 > first) {
      at *= k.z * (shape + j) / (j + 1);
    }
    above -= at;
  }
}

double BetaGeometricFuture::discounted(double horizon, double discount_rate) const {
  if (discount_rate == 0) return expected(horizon);
  // By parts, so that the smooth expected() is integrated. Its (1 + t / rate)^-shape turns at the time of one purchase,
  // rate / shape, or at rate where that is less; from there on it is smooth in the logarithm of time.
  const auto& rule = math::gauss_rule<6>();
  const double turn = 2 * rate / (1 + shape);
  const double length = std::log1p(horizon / turn);
  const double panels = std::fmax(1.0, std::ceil(length / 1.5));
  const double step = length / panels;
  double sum = 0;
  for (double panel = 0; panel < panels; ++panel) {
    for (std::size_t i = 0; i < rule.at.size(); ++i) {
      const double time = turn * std::expm1(step * (panel + rule.at[i]));
      sum += rule.weight[i] * (turn + time) * std::exp(-discount_rate * time) * expected(time);
    }
  }
  return std::exp(-discount_rate * horizon) * expected(horizon) + discount_rate * step * sum;
}

std::vector<double> BetaGeometricFuture::pmf(double horizon) const {
  const std::vector<double> at = Pascal(shape, rate, horizon).pmf(kMostOutcomes);
  // Backward, so that the small P(K > j) far out are sums and not differences.
  std::vector<double> above(at.size(), 0.0);
  for (std::size_t j = at.size() - 1; j-- > 0;) above[j] = above[j + 1] + at[j + 1];
  std::vector<double> result(at.size());
  result[0] = at[0];
  double spared = 1;  // after j - 1 coins
  for (std::size_t j = 1; j < at.size(); ++j) {
    const double leaves_now = leaves / (leaves + stays + static_cast<double>(j - 1));
    result[j] = spared * (at[j] + above[j] * leaves_now);
    spared *= 1 - leaves_now;
  }
  drop_far_tail(result);
  return result;
}

double BetaGeometricFuture::log_probability(std::uint64_t purchases, double horizon) const {
  const Pascal k(shape, rate, horizon);
  if (purchases == 0) return k.log_none;
  const auto n = static_cast<double>(purchases);
  if (horizon == 0) return -std::numeric_limits<double>::infinity();
  const double spared = math::log_rising(stays, n - 1) - math::log_rising(leaves + stays, n - 1);
  const double more = k.above(n) * leaves / (leaves + stays + n - 1);
  return spared + math::log_add_exp(k.log_at(n), std::log(more));
}

}  // namespace perennial::models
