#include "perennial/simulate/journal.h"

#include <cmath>
#include <limits>

#include "perennial/simulate/ids.h"

namespace perennial::simulate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kDigits = 5;
constexpr int kLineBits = 5;  // an order has at most 31 lines
constexpr double kReturnMeanDays = 14;
constexpr double kReturnShape = 4;

}  // namespace

Journal::Journal(const Scenario& scenario, Chunk& chunk) : scenario_(scenario), chunk_(chunk) {}

void Journal::start_person(std::uint64_t person) {
  person_ = person;
  events_ = sessions_ = orders_ = identities_ = 0;
}

Text Journal::new_session() { return make_id(chunk_.texts, 's', person_, sessions_++, kDigits); }
Text Journal::new_order() { return make_id(chunk_.texts, 'o', person_, orders_++, kDigits); }
Text Journal::device(std::uint64_t number) { return anonymous_id(chunk_.texts, person_, number); }

void Journal::identify(Time time, Text customer, Text anonymous) {
  IdentityBatch& batch = chunk_.identities;
  batch.event_id.push_back(make_id(chunk_.texts, 'i', person_, identities_++, kDigits));
  batch.anonymous_id.push_back(anonymous);
  batch.customer_id.push_back(customer);
  batch.time.push_back(time);
  batch.kind.push_back("identify");
}

void Journal::event(Text name, Time time, const Actor& actor, Text session) {
  EventBatch& batch = chunk_.events;
  batch.event_id.push_back(make_id(chunk_.texts, 'e', person_, events_++, kDigits));
  batch.event.push_back(name);
  batch.time.push_back(time);
  batch.customer_id.push_back(actor.customer);
  batch.anonymous_id.push_back(actor.anonymous);
  batch.session_id.push_back(session);
}

void Journal::signed_up(Time time, const Actor& actor, Text session) {
  event(kSignedUp, time, actor, session);
  EventBatch& batch = chunk_.events;
  batch.item_id.emplace_back();
  batch.quantity.push_back(kNone);
  batch.unit_price.push_back(kNone);
  batch.value.push_back(kNone);
  batch.currency.emplace_back();
  batch.order_id.emplace_back();
}

void Journal::product(Text name, Time time, int day, const Actor& actor, Text session,
                      const BasketLine& what) {
  event(name, time, actor, session);
  EventBatch& batch = chunk_.events;
  batch.item_id.push_back(scenario_.catalogue.items()[what.item].id);
  batch.quantity.push_back(what.quantity > 0 ? what.quantity : kNone);
  batch.unit_price.push_back(scenario_.major(scenario_.shelf.price_minor(what.item, day)));
  batch.value.push_back(kNone);
  batch.currency.push_back(scenario_.currency.code());
  batch.order_id.emplace_back();
}

void Journal::order_event(Text name, Time time, const Actor& actor, Text session, Text order,
                          double value) {
  event(name, time, actor, session);
  EventBatch& batch = chunk_.events;
  batch.item_id.emplace_back();
  batch.quantity.push_back(kNone);
  batch.unit_price.push_back(kNone);
  batch.value.push_back(value);
  batch.currency.push_back(scenario_.currency.code());
  batch.order_id.push_back(order);
}

void Journal::line(Text kind, Text event_id, Time time, Text order, const Actor& actor,
                   const OrderContext& context, const BasketLine& basket, std::int64_t price_minor,
                   std::int64_t discount_minor) {
  const bool back = kind != "sale";
  const std::int64_t amount = basket.quantity * price_minor - discount_minor;
  OrderLineBatch& batch = chunk_.order_lines;
  batch.event_id.push_back(event_id);
  batch.kind.push_back(kind);
  batch.order_id.push_back(order);
  batch.time.push_back(time);
  batch.customer_id.push_back(actor.customer);
  batch.anonymous_id.push_back(actor.anonymous);
  batch.item_id.push_back(scenario_.catalogue.items()[basket.item].id);
  batch.quantity.push_back(back ? -basket.quantity : basket.quantity);
  batch.unit_price.push_back(scenario_.major(price_minor));
  batch.discount.push_back(scenario_.major(discount_minor));
  batch.amount.push_back(scenario_.major(back ? -amount : amount));
  batch.currency.push_back(scenario_.currency.code());
  batch.coupon.push_back(
      context.coupon >= 0
          ? Text(scenario_.campaigns[static_cast<std::size_t>(context.coupon)].coupon)
          : Text());
  batch.country.push_back(context.country);
  batch.channel.push_back(context.channel);
  batch.item.push_back(basket.item);
}

double Journal::order_lines(const OrderContext& context, const Actor& actor, Text order,
                            const std::vector<BasketLine>& lines, RandomStream& random) {
  const int day = scenario_.day_of(context.time);
  const double rate =
      context.coupon >= 0
          ? scenario_.campaigns[static_cast<std::size_t>(context.coupon)].discount_rate
          : 0;
  std::int64_t total = 0;
  std::uint64_t number = (orders_ - 1) << kLineBits;
  struct Back {
    std::size_t line;
    Time time;
    std::int64_t price, discount;
  };
  std::vector<Back> returns;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const BasketLine& basket = lines[n];
    const std::int64_t price = scenario_.shelf.price_minor(basket.item, day);
    const std::int64_t full = basket.quantity * price;
    const std::int64_t discount = std::llround(static_cast<double>(full) * rate);
    total += full - discount;
    line("sale", make_id(chunk_.texts, 'l', person_, number + n, kDigits), context.time, order,
         actor, context, basket, price, discount);
    const Item& item = scenario_.catalogue.items()[basket.item];
    const double chance =
        scenario_.options.return_share *
        scenario_.catalogue.categories()[static_cast<std::size_t>(item.category)].returns;
    if (!random.bernoulli(chance)) continue;
    const double delay = 1 + random.gamma(kReturnShape, kReturnShape / (kReturnMeanDays - 1));
    const Time time{context.time.micros +
                    static_cast<std::int64_t>(delay * 86'400) * kMicrosPerSecond};
    if (time < scenario_.end()) returns.push_back({n, time, price, discount});
  }
  for (const Back& back : returns) {
    line("return", make_id(chunk_.texts, 'r', person_, number + back.line, kDigits), back.time,
         order, actor, context, lines[back.line], back.price, back.discount);
    const std::int64_t value = lines[back.line].quantity * back.price - back.discount;
    order_event(kOrderRefunded, back.time, actor, {}, order, scenario_.major(value));
  }
  return scenario_.major(total);
}

}  // namespace perennial::simulate
