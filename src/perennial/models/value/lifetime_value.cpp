#include "perennial/models/value/lifetime_value.h"

#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/value/process.h"
#include "perennial/models/value/total_spend.h"

namespace perennial::models {
namespace {

void check(const Purchases::Input& purchases, std::span<const double> mean_spend,
           const LifetimeValueOptions& options) {
  validate(purchases);
  Spend::Input spend;
  spend.orders = purchases.repeat_purchases;
  spend.mean_spend = mean_spend;
  validate(spend);
  if (!(options.annual_discount >= 0) || !std::isfinite(options.annual_discount))
    fail(ErrorKind::kInvalidArgument,
         "annual_discount is {}, needs a number, 0 or more; 0.1 means 10 % a year",
         options.annual_discount);
  if (!(options.coverage > 0 && options.coverage < 1))
    fail(ErrorKind::kInvalidArgument, "coverage is {}, needs to lie between 0 and 1",
         options.coverage);
}

struct Range {
  double low = 0;
  double high = 0;
};

template <typename Future>
Range interval(double p_alive, const Future& future, double horizon, double p_nothing,
               const SpendFuture& spend, double coverage) {
  if (p_nothing >= coverage) return {};
  const TotalSpend total(purchase_pmf(p_alive, future, horizon), spend);
  const double tail = 0.5 * (1 - coverage);
  if (p_nothing >= tail) return {0, total.quantile(coverage)};
  return {total.quantile(tail), total.quantile(1 - tail)};
}

template <typename M>
LifetimeValues value_each(const M& process, const GammaGamma& spend,
                          const Purchases::Input& purchases, std::span<const double> mean_spend,
                          const LifetimeValueOptions& options) {
  require_same_period(M::kId, process.days_per_period(), purchases.days_per_period);
  const std::size_t n = purchases.size();
  const bool intervals = options.intervals == Intervals::kPredictive;
  const std::vector<double> empty(n);
  LifetimeValues out{empty, empty, empty, empty, {}, {}};
  if (intervals) out.low = out.high = empty;
  const double rate = discount_rate(options.annual_discount, purchases.days_per_period);
  const double horizon = purchases.horizon_periods;
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(n, kChunk, purchases.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const History history = purchases.history(i);
      const auto future = process.future_if_alive(history);
      const double p_alive = process.p_alive(history);
      const double expected = future.expected(horizon);
      const double discounted = future.discounted(horizon, rate);
      out.expected_purchases[i] = p_alive * expected;
      out.expected_spend[i] = spend.expected_spend(history.repeat_purchases, mean_spend[i]);
      out.value[i] = p_alive * discounted * out.expected_spend[i];
      out.p_nothing[i] = 1 - p_alive * future.p_any(horizon);
      if (!intervals || expected == 0) continue;
      const Range range =
          interval(p_alive, future, horizon, out.p_nothing[i],
                   spend.future(history.repeat_purchases, mean_spend[i]), options.coverage);
      out.low[i] = range.low * discounted / expected;
      out.high[i] = range.high * discounted / expected;
    }
  });
  return out;
}

}  // namespace

double discount_rate(double annual_discount, double days_per_period) {
  constexpr double kDaysPerYear = 365.25;
  return std::log1p(annual_discount) * days_per_period / kDaysPerYear;
}

LifetimeValues lifetime_value(const PurchaseModel& process, const GammaGamma& spend,
                              const Purchases::Input& purchases, std::span<const double> mean_spend,
                              const LifetimeValueOptions& options) {
  check(purchases, mean_spend, options);
  return std::visit(
      [&](const auto& model) { return value_each(model, spend, purchases, mean_spend, options); },
      process);
}

}  // namespace perennial::models
