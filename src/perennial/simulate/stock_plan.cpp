#include "perennial/simulate/stock_plan.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/simulate/streams.h"

namespace perennial::simulate {
namespace {

constexpr double kBuyerShare = 0.55;  // of registered customers, roughly: plans are only plans
constexpr double kUnitsPerOrder = 3.5;
constexpr double kLeadDays = 9;
constexpr double kLeadShape = 4;
constexpr int kCountEveryDays = 14;

ItemStockPlan plan_item(const Options& options, const Item& item, std::size_t index,
                        const std::vector<double>& orders) {
  RandomStream random(options.seed, kStockStream + index);
  const double share = item.base_share * kUnitsPerOrder;
  const double safety = 1.7 - 0.9 * options.stock_pressure * random.uniform();
  const double cover_days = 21 + 28 * random.uniform();
  const auto daily = [&](int day) { return share * orders[static_cast<std::size_t>(day)]; };

  ItemStockPlan plan;
  plan.buffer = std::ceil(daily(options.days - 1) * kLeadDays * 0.3 + 1);
  plan.deliveries.push_back(item.launch_day);
  double on_hand = std::ceil(std::max(6.0, daily(item.launch_day) * cover_days));
  int due = -1;  // day of the delivery under way
  int empty_since = -1;
  for (int day = item.launch_day; day < item.end_day; ++day) {
    if (day == due) {
      on_hand += std::ceil(std::max(6.0, daily(day) * cover_days));
      due = -1;
      plan.deliveries.push_back(day);
      if (empty_since >= 0) plan.out_of_stock.push_back({empty_since, day});
      empty_since = -1;
    }
    if (empty_since < 0) on_hand -= static_cast<double>(random.poisson(daily(day)));
    if (due < 0 && on_hand <= std::max(1.0, safety * daily(day) * kLeadDays)) {
      due = day + 1 + static_cast<int>(random.gamma(kLeadShape, kLeadShape / kLeadDays));
    }
    const bool runs_out = on_hand <= 0 && empty_since < 0 && day + 1 < due;
    if (options.stock_pressure > 0 && runs_out) empty_since = day + 1;
    on_hand = std::max(on_hand, 0.0);
  }
  if (empty_since >= 0 && empty_since < item.end_day)
    plan.out_of_stock.push_back({empty_since, item.end_day});
  return plan;
}

}  // namespace

std::vector<double> expected_orders(const Options& options, const SeasonClock& clock) {
  const PurchaseLaw& law = options.purchase;
  const double first = static_cast<double>(options.customers) * kBuyerShare / options.days;
  std::vector<double> orders(static_cast<std::size_t>(options.days));
  double repeats = 0;  // mean repeat purchases of a buyer of age `day`
  for (int day = 0; day < options.days; ++day) {
    orders[static_cast<std::size_t>(day)] = first * (1 + repeats) * clock.rate(day);
    const double active = std::pow(law.beta / (law.beta + day / 7.0), law.s);
    repeats += law.r / law.alpha / 7 * active;
  }
  return orders;
}

std::vector<ItemStockPlan> plan_stock(const Options& options, const Catalogue& catalogue,
                                      const SeasonClock& clock) {
  const std::vector<double> orders = expected_orders(options, clock);
  std::vector<ItemStockPlan> plans;
  plans.reserve(catalogue.items().size());
  for (std::size_t i = 0; i < catalogue.items().size(); ++i)
    plans.push_back(plan_item(options, catalogue.items()[i], i, orders));
  return plans;
}

std::vector<StockLevel> stock_levels(const ItemStockPlan& plan, int launch_day, int end_day,
                                     const std::vector<std::int64_t>& sold) {
  CHECK(!plan.deliveries.empty() && plan.deliveries.front() == launch_day);
  CHECK(static_cast<int>(sold.size()) >= end_day);
  // A leg runs from one delivery to the next; it ends early where stock runs out.
  const std::size_t legs = plan.deliveries.size();
  std::vector<int> leg_end(legs, end_day);
  std::vector<std::int64_t> leg_sold(legs, 0);
  std::vector<std::int64_t> left(legs, static_cast<std::int64_t>(plan.buffer));  // at the leg's end
  for (std::size_t leg = 0; leg < legs; ++leg) {
    if (leg + 1 < legs) leg_end[leg] = plan.deliveries[leg + 1];
    for (const DaySpan& span : plan.out_of_stock) {
      if (span.from >= plan.deliveries[leg] && span.from < leg_end[leg]) {
        leg_end[leg] = span.from;
        left[leg] = 0;
      }
    }
    for (int day = plan.deliveries[leg]; day < leg_end[leg]; ++day)
      leg_sold[leg] += sold[static_cast<std::size_t>(day)];
  }
  // Nothing may be left over that the next leg does not need.
  for (std::size_t leg = legs; leg-- > 1;)
    left[leg - 1] = std::min(left[leg - 1], leg_sold[leg] + left[leg]);

  std::vector<StockLevel> levels;
  for (std::size_t leg = 0; leg < legs; ++leg) {
    std::int64_t units = leg_sold[leg] + left[leg];
    const std::int64_t delivered = units - (leg > 0 ? left[leg - 1] : 0);
    for (int day = plan.deliveries[leg]; day < leg_end[leg]; ++day) {
      const bool starts = day == plan.deliveries[leg];
      if (starts || day % kCountEveryDays == 0)
        levels.push_back({day, units, starts ? delivered : 0});
      units -= sold[static_cast<std::size_t>(day)];
    }
    const int next = leg + 1 < legs ? plan.deliveries[leg + 1] : end_day;
    if (leg_end[leg] < next) levels.push_back({leg_end[leg], 0, 0});
  }
  return levels;
}

}  // namespace perennial::simulate
