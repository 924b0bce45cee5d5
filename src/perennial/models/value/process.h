// What the purchase processes have in common once each can say: how likely is the customer still active, and what does
// an active customer do.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/math/special.h"
#include "perennial/models/value/family.h"

namespace perennial::models {

// Refuses a question in other periods than the model was fitted in.
inline void require_same_period(std::string_view id, double fitted_days, double asked_days) {
  if (std::fabs(fitted_days - asked_days) > 1e-9 * fitted_days)
    fail(ErrorKind::kInvalidArgument,
         "{} was fitted in periods of {} days, the question is in periods of {} days; convert the "
         "histories and the horizon",
         id, fitted_days, asked_days);
}

inline void require_horizon(double horizon_periods) {
  if (!(horizon_periods >= 0) || !std::isfinite(horizon_periods))
    fail(ErrorKind::kInvalidArgument, "horizon_periods is {}, needs a finite number, 0 or more",
         horizon_periods);
}

template <typename M>
Purchases::Output predict_each(const M& model, const Purchases::Input& input) {
  validate(input);
  require_same_period(M::kId, model.days_per_period(), input.days_per_period);
  const std::size_t n = input.size();
  Purchases::Output out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  constexpr std::size_t kChunk = 4096;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const History history = input.history(i);
      const auto future = model.future_if_alive(history);
      out.p_alive[i] = model.p_alive(history);
      out.p_active[i] = out.p_alive[i] * future.p_any(input.horizon_periods);
      out.expected_purchases[i] = out.p_alive[i] * future.expected(input.horizon_periods);
    }
  });
  return out;
}

template <typename M>
double total_log_likelihood(const M& model, const Purchases::Input& input) {
  validate(input);
  require_same_period(M::kId, model.days_per_period(), input.days_per_period);
  constexpr std::size_t kChunk = 4096;
  return ordered_reduce(
      input.size(), kChunk, input.threads, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i)
          sum += input.weight(i) * model.log_likelihood(input.history(i));
        return sum;
      },
      [](double sum, double part) { return sum + part; });
}

// P(N = 0, 1, ...) of the further purchases, whether or not the customer is still active.
template <typename Future>
std::vector<double> purchase_pmf(double p_alive, const Future& future, double horizon_periods) {
  require_horizon(horizon_periods);
  std::vector<double> pmf = future.pmf(horizon_periods);
  for (double& probability : pmf) probability *= p_alive;
  pmf[0] += 1 - p_alive;
  return pmf;
}

template <typename Future>
double log_purchase_probability(double p_alive, const Future& future, std::uint64_t purchases,
                                double horizon_periods) {
  require_horizon(horizon_periods);
  const double if_alive = future.log_probability(purchases, horizon_periods);
  if (purchases > 0) return std::log(p_alive) + if_alive;
  return std::log1p(-p_alive * future.p_any(horizon_periods));
}

}  // namespace perennial::models
