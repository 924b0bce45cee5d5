// Writes the events and order lines of one person after the other into a chunk, with ids that count per person.
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/simulate/basket.h"
#include "perennial/simulate/batches.h"
#include "perennial/simulate/scenario.h"

namespace perennial::simulate {

inline constexpr Text kProductViewed = "Product Viewed";
inline constexpr Text kProductAdded = "Product Added";
inline constexpr Text kCheckoutStarted = "Checkout Started";
inline constexpr Text kOrderCompleted = "Order Completed";
inline constexpr Text kOrderRefunded = "Order Refunded";
inline constexpr Text kSignedUp = "Signed Up";

// Who does something; no customer before registration, when logged out, and of guests.
struct Actor {
  Text customer;
  Text anonymous;
};

struct OrderContext {
  Time time;
  Text country;
  Text channel;
  int coupon = -1;  // index of the campaign
};

class Journal {
 public:
  Journal(const Scenario& scenario, Chunk& chunk);

  void start_person(std::uint64_t person);
  Text new_session();
  Text new_order();
  Text device(std::uint64_t number);  // the anonymous id of the person's device 0, 1, ...

  void identify(Time time, Text customer, Text anonymous);
  void signed_up(Time time, const Actor& actor, Text session);
  // At the price of `day`, the day of the session. Quantity 0: not said.
  void product(Text name, Time time, int day, const Actor& actor, Text session,
               const BasketLine& what);
  void order_event(Text event, Time time, const Actor& actor, Text session, Text order,
                   double value);
  // Sale lines, and the lines that come back within the window; gives the order's value.
  double order_lines(const OrderContext& context, const Actor& actor, Text order,
                     const std::vector<BasketLine>& lines, RandomStream& random);

 private:
  void event(Text name, Time time, const Actor& actor, Text session);
  void line(Text kind, Text event_id, Time time, Text order, const Actor& actor,
            const OrderContext& context, const BasketLine& basket, std::int64_t price_minor,
            std::int64_t discount_minor);

  const Scenario& scenario_;
  Chunk& chunk_;
  std::uint64_t person_ = 0;
  std::uint64_t events_ = 0, sessions_ = 0, orders_ = 0, identities_ = 0;
};

}  // namespace perennial::simulate
