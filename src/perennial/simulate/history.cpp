#include "perennial/simulate/history.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/simulate/ids.h"
#include "perennial/simulate/profile.h"

namespace perennial::simulate {
namespace {

constexpr std::int64_t kMinute = 60 * kMicrosPerSecond;

constexpr double kSessionsBeforeRegistration = 0.6;  // mean numbers
constexpr double kSessionsBeforeOrder = 0.6;
constexpr double kIdleSessionsPerWeek = 0.10;
constexpr double kLapsedSlowdown = 0.1;  // of idle sessions after dropout
constexpr double kNonBuyerWeeks = 6;     // mean time that one who never buys keeps coming
constexpr double kDaysBeforeRegistration = 2;
constexpr double kDaysBeforeOrder = 3;
constexpr double kMoreViews = 0.5;  // chance of one view more, again and again
constexpr double kInterest = 0.6;   // chance to look at what is bought later
constexpr double kAbandonedCart = 0.15;
constexpr double kAbandonedCheckout = 0.3;  // of abandoned carts
constexpr double kLoggedOut = 0.1;
constexpr double kSecondDevice = 0.2;
constexpr double kOnSecondDevice = 0.5;
constexpr double kOwnChannel = 0.4;  // of orders that come over the channel of registration
constexpr double kGuestBuys = 0.1;
constexpr std::int64_t kLongestOrderSession = 33 * kMinute;

std::int64_t seconds(double x) { return static_cast<std::int64_t>(x) * kMicrosPerSecond; }
Time before(Time time, double days) { return {time.micros - seconds(days * 86'400)}; }

double days_since(Time start, Time time) {
  return static_cast<double>(time.micros - start.micros) / static_cast<double>(kMicrosPerDay);
}

}  // namespace

HistoryWriter::HistoryWriter(const Scenario& scenario, Chunk& chunk)
    : scenario_(scenario), chunk_(chunk), journal_(scenario, chunk), filler_(scenario) {}

void HistoryWriter::customer(std::int64_t number) {
  const auto person = static_cast<std::uint64_t>(number);
  RandomStream random(scenario_.options.seed, person);
  const Taste taste(scenario_.catalogue, random);
  const CustomerPlan plan = plan_customer(scenario_, number, taste, random);
  const Text customer = customer_id(chunk_.texts, person);
  const Profile profile = write_profile(scenario_, number, customer, plan, random, chunk_);
  fill_baskets(taste, plan, random);
  plan_sessions(plan, random);
  put_on_devices(plan, random);

  journal_.start_person(person);
  const std::array<Text, 2> devices = {journal_.device(0), journal_.device(1)};
  std::array<bool, 2> identified = {false, false};
  for (const Session& session : sessions_) {
    const auto device = static_cast<std::size_t>(session.device);
    Actor actor{session.anonymous ? Text() : customer, devices[device]};
    if (session.registers) {
      const Text id = browse(session, {Text(), devices[device]}, taste, random);
      journal_.identify(plan.registered, customer, devices[device]);
      journal_.signed_up(plan.registered, actor, id);
      identified[device] = true;
      continue;
    }
    if (!session.anonymous && !identified[device]) {
      journal_.identify(session.time, customer, devices[device]);
      identified[device] = true;
    }
    if (!session.orders) {
      browse(session, actor, taste, random);
      continue;
    }
    const PlannedOrder& planned = plan.orders[static_cast<std::size_t>(session.order)];
    Text channel = planned.brought                 ? Text("email")
                   : random.bernoulli(kOwnChannel) ? plan.channel->name
                                                   : Text("direct");
    order(session, actor, {planned.time, profile.country, channel, planned.coupon}, taste, random);
  }
  write_truth(customer, plan, taste);
  for (const PlannedExposure& exposure : plan.exposures) {
    const Campaign& campaign = scenario_.campaigns[static_cast<std::size_t>(exposure.campaign)];
    ExposureBatch& batch = chunk_.exposures;
    batch.event_id.push_back(
        make_id(chunk_.texts, 'x', person, static_cast<std::uint64_t>(exposure.campaign), 2));
    batch.campaign_id.emplace_back(campaign.id);
    batch.customer_id.push_back(customer);
    batch.time.push_back(campaign.starts_at);
    batch.treated.emplace_back(exposure.treated ? "true" : "false");
    batch.propensity.push_back(exposure.treated ? campaign.propensity : 1 - campaign.propensity);
    batch.variation.emplace_back(exposure.treated ? "coupon" : "held out");
    batch.extra_orders.push_back(exposure.extra_orders);
  }
}

// Baskets of all orders in their order of time; an order that finds an empty shelf has no lines.
void HistoryWriter::fill_baskets(const Taste& taste, const CustomerPlan& plan,
                                 RandomStream& random) {
  habits_.clear();
  baskets_.clear();
  basket_lines_.clear();
  for (const PlannedOrder& order : plan.orders) {
    filler_.fill(taste, scenario_.day_of(order.time), order.target, habits_, random, lines_);
    baskets_.push_back({basket_lines_.size(), basket_lines_.size() + lines_.size()});
    basket_lines_.insert(basket_lines_.end(), lines_.begin(), lines_.end());
  }
}

void HistoryWriter::plan_sessions(const CustomerPlan& plan, RandomStream& random) {
  sessions_.clear();
  const Time start = scenario_.start();
  for (std::uint64_t n = random.poisson(kSessionsBeforeRegistration); n > 0; --n) {
    const Time time =
        before(plan.registered, 0.02 + random.exponential(1 / kDaysBeforeRegistration));
    if (time >= start) sessions_.push_back({.time = time, .anonymous = true});
  }
  sessions_.push_back({.time = plan.registered, .registers = true});

  Time earliest{plan.registered.micros + kMinute};
  for (std::size_t i = 0; i < plan.orders.size(); ++i) {
    if (baskets_[i].begin == baskets_[i].end) continue;
    const Time time = plan.orders[i].time;
    const int index = static_cast<int>(i);
    for (std::uint64_t n = random.poisson(kSessionsBeforeOrder); n > 0; --n) {
      const Time browse = before(time, 0.03 + random.exponential(1 / kDaysBeforeOrder));
      if (browse > earliest) sessions_.push_back({.time = browse, .order = index});
    }
    sessions_.push_back({.time = time, .order = index, .orders = true});
    earliest = time;
  }

  const SeasonClock& clock = scenario_.clock;
  const double from = clock.at(plan.registered);
  const double active =
      plan.buys ? clock.at(plan.dropout) - from : random.exponential(1 / (7 * kNonBuyerWeeks));
  const double known = clock.end() - from;
  const double busy = std::min(active, known);
  const double mean = kIdleSessionsPerWeek / 7 * (busy + kLapsedSlowdown * (known - busy));
  for (std::uint64_t n = random.poisson(mean); n > 0; --n) {
    double at = random.uniform() * (busy + kLapsedSlowdown * (known - busy));
    if (at > busy) at = busy + (at - busy) / kLapsedSlowdown;
    const Time time = clock.time_of(from + at);
    if (time > Time{plan.registered.micros + kMinute}) sessions_.push_back({.time = time});
  }
  std::stable_sort(sessions_.begin(), sessions_.end(),
                   [](const Session& a, const Session& b) { return a.time < b.time; });
}

void HistoryWriter::put_on_devices(const CustomerPlan& plan, RandomStream& random) {
  const bool second = random.bernoulli(kSecondDevice);
  const double owned = days_since(plan.registered, scenario_.end()) * random.uniform();
  const Time from = before(plan.registered, -owned);
  for (Session& session : sessions_) {
    if (session.time <= plan.registered) continue;
    if (second && session.time >= from && random.bernoulli(kOnSecondDevice)) session.device = 1;
    if (!session.orders && random.bernoulli(kLoggedOut)) session.anonymous = true;
  }
}

Text HistoryWriter::browse(const Session& session, const Actor& actor, const Taste& taste,
                           RandomStream& random) {
  // A registration is led up to by views, other sessions start with one.
  const std::int64_t step = seconds(25 + 80 * random.uniform());
  std::size_t views = 1;
  while (views < 12 && random.bernoulli(kMoreViews)) ++views;
  Time time = session.time;
  if (session.registers) {
    time.micros -= static_cast<std::int64_t>(views) * step;
    time = std::max(time, scenario_.start());
  }
  const int day = scenario_.day_of(session.time);
  const Text id = journal_.new_session();
  std::int64_t seen = -1;
  for (std::size_t n = 0; n < views && time < scenario_.end(); ++n, time.micros += step) {
    seen = -1;
    if (n == 0 && session.order >= 0 && random.bernoulli(kInterest)) {
      const OrderBasket& basket = baskets_[static_cast<std::size_t>(session.order)];
      const std::uint32_t wanted =
          basket_lines_[basket.begin + random.below(basket.end - basket.begin)].item;
      if (scenario_.shelf.appeal(wanted, day) > 0) seen = wanted;
    }
    if (seen < 0) seen = filler_.draw_view(taste, day, random);
    if (seen < 0) return id;
    journal_.product(kProductViewed, time, day, actor, id, {static_cast<std::uint32_t>(seen), 0});
  }
  if (session.registers || time >= scenario_.end() || !random.bernoulli(kAbandonedCart)) return id;
  const BasketLine cart{static_cast<std::uint32_t>(seen), 1};
  journal_.product(kProductAdded, time, day, actor, id, cart);
  time.micros += step;
  if (time < scenario_.end() && random.bernoulli(kAbandonedCheckout)) {
    journal_.order_event(kCheckoutStarted, time, actor, id, {},
                         scenario_.major(scenario_.shelf.price_minor(cart.item, day)));
  }
  return id;
}

void HistoryWriter::order(const Session& session, const Actor& actor, const OrderContext& context,
                          const Taste& taste, RandomStream& random) {
  const OrderBasket& basket = baskets_[static_cast<std::size_t>(session.order)];
  lines_.assign(basket_lines_.begin() + static_cast<std::ptrdiff_t>(basket.begin),
                basket_lines_.begin() + static_cast<std::ptrdiff_t>(basket.end));
  const int day = scenario_.day_of(context.time);
  views_.clear();
  for (const BasketLine& line : lines_) views_.push_back({line.item, 0});
  for (std::uint64_t n = random.poisson(0.6); n > 0; --n) {
    const std::int64_t seen = filler_.draw_view(taste, day, random);
    if (seen >= 0) views_.push_back({static_cast<std::uint32_t>(seen), 0});
  }
  // Events at even steps, the order itself at the session's time.
  const auto events = static_cast<std::int64_t>(views_.size() + lines_.size() + 2);
  const std::int64_t step =
      std::min(seconds(15 + 60 * random.uniform()), kLongestOrderSession / events);
  Time time{context.time.micros - (events - 1) * step};
  const Text id = journal_.new_session();
  const Text order_id = journal_.new_order();
  const double value = journal_.order_lines(context, actor, order_id, lines_, random);
  const auto next = [&time, step] {
    const Time now = time;
    time.micros += step;
    return now;
  };
  for (std::size_t n = 0; n < views_.size(); ++n) {
    journal_.product(kProductViewed, next(), day, actor, id, views_[n]);
    if (n < lines_.size()) journal_.product(kProductAdded, next(), day, actor, id, lines_[n]);
  }
  journal_.order_event(kCheckoutStarted, next(), actor, id, order_id, value);
  journal_.order_event(kOrderCompleted, context.time, actor, id, order_id, value);
}

void HistoryWriter::visitor(std::int64_t number, std::int64_t visitors) {
  const auto person = static_cast<std::uint64_t>(scenario_.options.customers + number);
  RandomStream random(scenario_.options.seed, person);
  const Taste taste(scenario_.catalogue, random);
  const Channel& channel = scenario_.channels.draw_of_visitor(random);
  const double place =
      (static_cast<double>(number) + random.uniform()) / static_cast<double>(visitors);
  Time time = scenario_.clock.time_of(scenario_.clock.end() * place);
  journal_.start_person(person);
  const Actor actor{{}, journal_.device(0)};
  sessions_.clear();
  for (std::uint64_t n = 1 + random.poisson(0.4); n > 0 && time < scenario_.end(); --n) {
    sessions_.push_back({.time = time, .anonymous = true});
    browse(sessions_.back(), actor, taste, random);
    time = before(time, -0.03 - random.exponential(0.2));
  }
  if (time >= scenario_.end() || !random.bernoulli(kGuestBuys)) return;
  habits_.clear();
  filler_.fill(taste, scenario_.day_of(time), draw_guest_target(scenario_, random), habits_, random,
               lines_);
  if (lines_.empty()) return;
  baskets_.assign(1, {0, lines_.size()});
  basket_lines_ = lines_;
  order({.time = time, .order = 0, .orders = true}, actor,
        {time, scenario_.options.chinese_share > 0.5 ? "CN" : "GB", channel.name, -1}, taste,
        random);
}

void HistoryWriter::write_truth(Text customer, const CustomerPlan& plan, const Taste& taste) {
  constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
  const Time start = scenario_.start();
  CustomerTruthBatch& truth = chunk_.customer_truth;
  truth.customer_id.push_back(customer);
  truth.channel.push_back(plan.channel->name);
  truth.purchase_rate.push_back(plan.rates.lambda);
  truth.dropout_rate.push_back(plan.rates.mu);
  truth.spend_rate.push_back(plan.nu);
  truth.mean_order_value.push_back(scenario_.options.spend.p / plan.nu);
  truth.uplift.push_back(plan.uplift);
  truth.first_purchase_days.push_back(plan.buys ? days_since(start, plan.first_purchase) : kNever);
  truth.dropout_days.push_back(plan.buys ? days_since(start, plan.dropout) : kNever);
  std::int64_t purchases = 0;
  std::int64_t brought = 0;
  for (std::size_t i = 0; i < plan.orders.size(); ++i) {
    if (baskets_[i].begin == baskets_[i].end) continue;
    ++purchases;
    if (plan.orders[i].brought) ++brought;
  }
  truth.purchases.push_back(purchases);
  truth.campaign_purchases.push_back(brought);
  truth.expected_purchases_13_weeks.push_back(plan.expected_13_weeks);
  truth.expected_purchases_52_weeks.push_back(plan.expected_52_weeks);
  for (std::size_t f = 0; f < kFactors; ++f)
    truth.taste[f].push_back(static_cast<double>(taste.factor()[f]));
}

}  // namespace perennial::simulate
