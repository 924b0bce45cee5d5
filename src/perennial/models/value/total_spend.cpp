#include "perennial/models/value/total_spend.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/math/quadrature.h"
#include "perennial/math/special.h"

namespace perennial::models {

TotalSpend::TotalSpend(const std::vector<double>& pmf, const SpendFuture& spend)
    : spend_(spend), p_nothing_(pmf.at(0)) {
  constexpr double kNegligible = 1e-8;
  // Counts that differ by less than 6 % are taken together at their mean.
  constexpr double kGroup = 1.06;
  double any = 0;
  for (std::size_t n = 1; n < pmf.size();) {
    double probability = 0;
    double orders = 0;
    const double last =
        std::fmax(static_cast<double>(n), std::floor(static_cast<double>(n) * kGroup));
    for (; n < pmf.size() && static_cast<double>(n) <= last; ++n) {
      probability += pmf[n];
      orders += pmf[n] * static_cast<double>(n);
    }
    any += probability;
    mean_orders_ += orders;
    if (probability <= kNegligible) continue;
    const double count = orders / probability;
    orders_.push_back({count, probability, math::log_beta(spend.p * count, spend.shape)});
    sharpness_ = std::fmax(sharpness_, std::sqrt(std::fmin(spend.p * count, spend.shape)));
  }
  mean_orders_ = any > 0 ? mean_orders_ / any : 0;
}

double TotalSpend::cdf(double total) const {
  double sum = p_nothing_;
  for (const Orders& orders : orders_)
    sum += orders.probability * spend_.total_cdf(orders.count, total);
  return sum;
}

double TotalSpend::slope(double log_total) const {
  const double log_odds = log_total - std::log(spend_.rate);
  const double log_all = math::softplus(log_odds);
  double sum = 0;
  for (const Orders& orders : orders_) {
    const double a = spend_.p * orders.count;
    sum += orders.probability *
           std::exp(a * log_odds - (a + spend_.shape) * log_all - orders.log_beta);
  }
  return sum;
}

// Newton in log(total), inside a bracket that closes in. Short moves add up the slope, which is far cheaper than the
// distribution function anew.
double TotalSpend::quantile(double probability) const {
  CHECK(probability >= 0 && probability < 1);
  if (probability <= p_nothing_ || orders_.empty()) return 0;
  constexpr double kClose = 1e-6;
  constexpr int kMostSteps = 200;
  const auto& rule = math::gauss_rule<8>();
  double low = -HUGE_VAL;
  double high = HUGE_VAL;
  double at = std::log(spend_.p * mean_orders_ * spend_.rate / spend_.shape);
  double miss = cdf(std::exp(at)) - probability;
  for (int step = 0; step < kMostSteps && std::fabs(miss) >= kClose; ++step) {
    (miss < 0 ? low : high) = at;
    double next = at - std::clamp(miss / std::fmax(slope(at), 1e-12), -2.0, 2.0);
    if (next <= low || next >= high) next = 0.5 * (low + high);
    const double move = next - at;
    if (move == 0) break;
    if (std::fabs(move) * sharpness_ < 2) {
      for (std::size_t i = 0; i < rule.at.size(); ++i)
        miss += move * rule.weight[i] * slope(at + move * rule.at[i]);
    } else {
      miss = cdf(std::exp(next)) - probability;
    }
    at = next;
  }
  return std::exp(at);
}

}  // namespace perennial::models
