#include "perennial/simulate/customer_plan.h"

#include <algorithm>
#include <cmath>

namespace perennial::simulate {
namespace {

constexpr double kBuysAtOnce = 0.35;
constexpr double kFirstWaitDays = 14;
constexpr std::int64_t kFirstPurchaseAfter =
    2400 * kMicrosPerSecond;  // 40 minutes: a session fits between
constexpr double kOptInShare = 0.62;
constexpr double kOptOutShare = 0.05;

double days_between(Time from, Time to) {
  return static_cast<double>(to.micros - from.micros) / static_cast<double>(kMicrosPerDay);
}

Time after_days(Time time, double days) {
  const auto seconds = static_cast<std::int64_t>(days * 86'400);
  return {time.micros + seconds * kMicrosPerSecond};
}

// Between 0 and about 0.35: deal hunters are known by their taste, in part.
double draw_uplift(const Taste& taste, RandomStream& random) {
  const double leaning = 0.9 * static_cast<double>(taste.factor()[0]) + 0.6 * random.normal() - 0.7;
  return 0.35 / (1 + std::exp(-leaning * 1.5));
}

// Purchases expected within `days` after the window.
double expect(const Scenario& scenario, const CustomerPlan& plan, int phase, int days) {
  if (!plan.buys || plan.dropout < scenario.end()) return 0;
  const Time horizon = {scenario.end().micros + days * kMicrosPerDay};
  if (plan.first_purchase >= horizon) return 0;
  const bool started = plan.first_purchase < scenario.end();
  const Time from = started ? scenario.end() : plan.first_purchase;
  const double weeks = (scenario.clock.at(horizon) - scenario.clock.at(from)) / 7;
  const int k = scenario.options.purchase.erlang_k;
  return (started ? 0 : 1) + expected_purchases(plan.rates, k, phase, weeks);
}

void expose(const Scenario& scenario, CustomerPlan& plan, RandomStream& random) {
  for (std::size_t c = 0; c < scenario.campaigns.size(); ++c) {
    const Campaign& campaign = scenario.campaigns[c];
    if (campaign.starts_at <= plan.registered || !plan.opted_in ||
        campaign.starts_at >= plan.opted_out)
      continue;
    PlannedExposure exposure;
    exposure.campaign = static_cast<int>(c);
    exposure.treated = random.bernoulli(campaign.propensity);
    const bool active =
        plan.buys && plan.first_purchase <= campaign.starts_at && plan.dropout > campaign.starts_at;
    if (active) {
      exposure.extra_orders =
          plan.uplift * coupon_lag_below(days_between(campaign.starts_at, plan.dropout));
    }
    plan.exposures.push_back(exposure);
    if (!exposure.treated) continue;
    for (PlannedOrder& order : plan.orders) {
      if (order.time >= campaign.starts_at && order.time < campaign.ends_at() &&
          random.bernoulli(kCouponUse))
        order.coupon = exposure.campaign;
    }
    if (!active || !random.bernoulli(plan.uplift)) continue;
    const Time time = after_days(campaign.starts_at, coupon_lag_quantile(random.uniform()));
    if (time < plan.dropout) plan.orders.push_back({time, 0, exposure.campaign, true});
  }
  std::stable_sort(plan.orders.begin(), plan.orders.end(),
                   [](const PlannedOrder& a, const PlannedOrder& b) { return a.time < b.time; });
}

}  // namespace

CustomerPlan plan_customer(const Scenario& scenario, std::int64_t number, const Taste& taste,
                           RandomStream& random) {
  const Options& options = scenario.options;
  const SeasonClock& clock = scenario.clock;
  CustomerPlan plan;
  plan.channel = &scenario.channels.draw_of_customer(random);
  const double place =
      (static_cast<double>(number) + random.uniform()) / static_cast<double>(options.customers);
  plan.registered = clock.time_of(clock.end() * place);
  plan.rates = draw_rates(options.purchase, random);
  plan.rates.lambda *= plan.channel->rate;
  plan.nu =
      std::max(1e-9, random.gamma(options.spend.q, scenario.spend_gamma)) / plan.channel->spend;
  plan.uplift = draw_uplift(taste, random);
  plan.opted_in = random.bernoulli(kOptInShare);
  plan.opted_out = scenario.end();
  if (plan.opted_in && random.bernoulli(kOptOutShare))
    plan.opted_out = after_days(plan.registered,
                                random.uniform() * days_between(plan.registered, scenario.end()));

  int phase = 0;
  if (random.bernoulli(plan.channel->buys)) {
    plan.buys = true;
    double first = clock.at({plan.registered.micros + kFirstPurchaseAfter});
    if (!random.bernoulli(kBuysAtOnce)) first += random.exponential(1 / kFirstWaitDays);
    const PurchasePath path =
        draw_path(plan.rates, options.purchase.erlang_k, first, clock.end(), random);
    plan.first_purchase = clock.time_of(first);
    plan.dropout = clock.time_of(path.dropout);
    phase = path.phase;
    for (const double at : path.clocks) plan.orders.push_back({clock.time_of(at), 0, -1, false});
  }
  expose(scenario, plan, random);
  for (PlannedOrder& order : plan.orders) order.target = random.gamma(options.spend.p, plan.nu);
  plan.expected_13_weeks = expect(scenario, plan, phase, 91);
  plan.expected_52_weeks = expect(scenario, plan, phase, 364);
  return plan;
}

double draw_guest_target(const Scenario& scenario, RandomStream& random) {
  const SpendLaw& law = scenario.options.spend;
  const double nu = std::max(1e-9, random.gamma(law.q, scenario.spend_gamma));
  return random.gamma(law.p, nu);
}

}  // namespace perennial::simulate
