#include "perennial/models/value/total_spend.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

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
    if (probability > kNegligible) orders_.push_back({orders / probability, probability});
  }
  mean_orders_ = any > 0 ? mean_orders_ / any : 0;
}

double TotalSpend::cdf(double total) const {
  double sum = p_nothing_;
  for (const Orders& orders : orders_)
    sum += orders.probability * spend_.total_cdf(orders.count, total);
  return sum;
}

double TotalSpend::quantile(double probability) const {
  CHECK(probability >= 0 && probability < 1);
  if (probability <= p_nothing_ || orders_.empty()) return 0;
  // Newton in log(total), kept inside a bracket that grows until it holds the answer.
  constexpr double kClose = 1e-6;
  constexpr int kMostSteps = 200;
  double low = -HUGE_VAL;
  double high = HUGE_VAL;
  double at = std::log(spend_.p * mean_orders_ * spend_.rate / spend_.shape);
  for (int step = 0; step < kMostSteps; ++step) {
    const double total = std::exp(at);
    const double miss = cdf(total) - probability;
    if (std::fabs(miss) < kClose) break;
    (miss < 0 ? low : high) = at;
    double slope = 0;
    for (const Orders& orders : orders_)
      slope += orders.probability * spend_.total_density(orders.count, total) * total;
    double next = at - std::clamp(miss / std::fmax(slope, 1e-12), -2.0, 2.0);
    if (next <= low || next >= high) next = 0.5 * (low + high);
    if (next == at) break;
    at = next;
  }
  return std::exp(at);
}

}  // namespace perennial::models
