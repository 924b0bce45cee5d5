// Lives of people in the shop: what they look at, put in baskets, order and send back, written into a chunk.
//
// Story    a customer looks around anonymously, registers in a session of their own, comes back to browse (some days before
//          an order, and now and then without one) and orders. Some sessions are logged out and carry only the
//          anonymous id; one customer in five starts to use a second device. Visitors never register; one in ten buys
//          as a guest
#pragma once

#include <cstdint>

#include "perennial/simulate/batches.h"
#include "perennial/simulate/customer_plan.h"
#include "perennial/simulate/journal.h"

namespace perennial::simulate {

class HistoryWriter {
 public:
  HistoryWriter(const Scenario& scenario, Chunk& chunk);
  void customer(std::int64_t number);
  // REQUIRES: 0 <= number < visitors; their person numbers follow those of the customers.
  void visitor(std::int64_t number, std::int64_t visitors);

 private:
  struct Session {
    Time time;
    int order =
        -1;  // index of the order placed in it, or, of a browse session, of the order it leads to
    bool orders = false;
    bool registers = false;
    bool anonymous = false;  // no customer id: before registration, or logged out
    int device = 0;
  };
  struct OrderBasket {
    std::size_t begin = 0, end = 0;  // lines in basket_lines_
  };

  void plan_sessions(const CustomerPlan& plan, RandomStream& random);
  void put_on_devices(const CustomerPlan& plan, RandomStream& random);
  void fill_baskets(const Taste& taste, const CustomerPlan& plan, RandomStream& random);
  // Gives the id of the session.
  Text browse(const Session& session, const Actor& actor, const Taste& taste, RandomStream& random);
  void order(const Session& session, const Actor& actor, const OrderContext& context,
             const Taste& taste, RandomStream& random);
  void write_truth(Text customer, const CustomerPlan& plan, const Taste& taste);

  const Scenario& scenario_;
  Chunk& chunk_;
  Journal journal_;
  BasketFiller filler_;
  Habits habits_;
  std::vector<Session> sessions_;
  std::vector<OrderBasket> baskets_;
  std::vector<BasketLine> basket_lines_, lines_, views_;
};

}  // namespace perennial::simulate
