#include "perennial/models/value/predictive.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/value/lifetime_value.h"
#include "perennial/models/value/process.h"

namespace perennial::models {
namespace {

// Between neighbours of the sorted draws, so that few draws do not jump.
double quantile(std::span<const double> sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 == sorted.size()) return sorted.back();
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

struct Range {
  double low, high;
};

Range range_of(std::vector<double>& draws, double coverage) {
  std::ranges::sort(draws);
  const double tail = 0.5 * (1 - coverage);
  const auto nothing = std::ranges::upper_bound(draws, 0.0) - draws.begin();
  if (static_cast<double>(nothing) >= tail * static_cast<double>(draws.size()))
    return {0, quantile(draws, coverage)};
  return {quantile(draws, tail), quantile(draws, 1 - tail)};
}

PredictiveTotal total_of(std::vector<double> draws, double coverage) {
  double mean = 0;
  for (const double value : draws) mean += value / static_cast<double>(draws.size());
  std::ranges::sort(draws);
  const double tail = 0.5 * (1 - coverage);
  return {mean, quantile(draws, tail), quantile(draws, 1 - tail)};
}

// Money now for money then, by the mean time of the customer's orders.
double mean_discount(const PurchaseModel& process, const History& history, double horizon,
                     double rate) {
  if (rate == 0 || horizon == 0) return 1;
  return std::visit(
      [&](const auto& m) {
        const auto future = m.future_if_alive(history);
        const double expected = future.expected(horizon);
        return expected > 0 ? future.discounted(horizon, rate) / expected : 1.0;
      },
      process);
}

double draw_orders(const PurchaseModel& process, const History& history, double horizon,
                   RandomStream& stream) {
  return std::visit(
      [&](const auto& m) {
        const bool active = stream.bernoulli(m.p_alive(history));
        return active ? m.future_if_alive(history).draw(stream, horizon) : 0.0;
      },
      process);
}

void check(std::span<const PurchaseModel> processes, std::span<const GammaGamma> spends,
           const Purchases::Input& purchases, std::span<const double> mean_spend,
           const PredictiveOptions& options) {
  validate(purchases);
  if (processes.empty()) fail(ErrorKind::kInvalidArgument, "predictive: there is no process");
  for (const PurchaseModel& process : processes)
    require_same_period(id(process), days_per_period(process), purchases.days_per_period);
  if (!spends.empty()) {
    Spend::Input spend;
    spend.orders = purchases.repeat_purchases;
    spend.mean_spend = mean_spend;
    validate(spend);
  }
  if (options.draws < 20)
    fail(ErrorKind::kInvalidArgument, "draws is {}, needs to be 20 or more", options.draws);
  if (!(options.coverage > 0 && options.coverage < 1))
    fail(ErrorKind::kInvalidArgument, "coverage is {}, needs to lie between 0 and 1",
         options.coverage);
  if (!(options.annual_discount >= 0) || !std::isfinite(options.annual_discount))
    fail(ErrorKind::kInvalidArgument, "annual_discount is {}, needs a number, 0 or more",
         options.annual_discount);
}

}  // namespace

Predictive predictive(std::span<const PurchaseModel> processes, std::span<const GammaGamma> spends,
                      const Purchases::Input& purchases, std::span<const double> mean_spend,
                      const PredictiveOptions& options) {
  check(processes, spends, purchases, mean_spend, options);
  const std::size_t n = purchases.size();
  const double rate = discount_rate(options.annual_discount, purchases.days_per_period);
  const double horizon = purchases.horizon_periods;
  Predictive out;
  for (auto* column : {&out.orders_low, &out.orders_high, &out.spend_low, &out.spend_high})
    column->resize(n);
  // The totals of at most 64 chunks are kept until they are added up.
  constexpr std::size_t kLeast = 64;
  const std::size_t chunk = std::max(kLeast, (n + kLeast - 1) / kLeast);
  const auto draw_chunk = [&](std::size_t begin, std::size_t end) {
    std::vector<double> totals(2 * options.draws);
    std::vector<double> orders(options.draws);
    std::vector<double> money(options.draws);
    for (std::size_t i = begin; i < end; ++i) {
      RandomStream stream(options.seed, i);
      const History history = purchases.history(i);
      const double discount =
          spends.empty() ? 1 : mean_discount(processes[0], history, horizon, rate);
      for (std::size_t d = 0; d < options.draws; ++d) {
        orders[d] = draw_orders(processes[d % processes.size()], history, horizon, stream);
        money[d] = 0;
        if (orders[d] > 0 && !spends.empty()) {
          const SpendFuture spend =
              spends[d % spends.size()].future(history.repeat_purchases, mean_spend[i]);
          money[d] =
              discount * stream.gamma(spend.p * orders[d], stream.gamma(spend.shape, spend.rate));
        }
        totals[d] += purchases.weight(i) * orders[d];
        totals[options.draws + d] += purchases.weight(i) * money[d];
      }
      const Range of_orders = range_of(orders, options.coverage);
      const Range of_money = range_of(money, options.coverage);
      out.orders_low[i] = of_orders.low;
      out.orders_high[i] = of_orders.high;
      out.spend_low[i] = of_money.low;
      out.spend_high[i] = of_money.high;
    }
    return totals;
  };
  const std::vector<double> totals =
      ordered_reduce(n, chunk, purchases.threads, std::vector<double>(2 * options.draws),
                     draw_chunk, [](std::vector<double> sum, const std::vector<double>& part) {
                       for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
                       return sum;
                     });
  const auto half = totals.begin() + static_cast<std::ptrdiff_t>(options.draws);
  out.orders_by_draw.assign(totals.begin(), half);
  out.spend_by_draw.assign(half, totals.end());
  out.orders = total_of(out.orders_by_draw, options.coverage);
  out.spend = total_of(out.spend_by_draw, options.coverage);
  return out;
}

}  // namespace perennial::models
