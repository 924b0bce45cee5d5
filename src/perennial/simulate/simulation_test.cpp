#include "perennial/simulate/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/simulate/simulation_testing.h"

namespace perennial::simulate {
namespace {

// One shop for all laws: enough for every kind of row to occur.
const WholeShop& shop() {
  static const WholeShop whole({.customers = 1500, .seed = 5, .items = 300});
  return whole;
}

bool given(Text text) { return text.data() != nullptr; }

template <typename Visit>
void for_each_event(Visit visit) {
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.events.size(); ++i) visit(chunk.events, i);
  }
}

template <typename Visit>
void for_each_line(Visit visit) {
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.order_lines.size(); ++i) visit(chunk.order_lines, i);
  }
}

std::map<Text, Time> registrations() {
  std::map<Text, Time> times;
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.customers.size(); ++i)
      times[chunk.customers.customer_id[i]] = chunk.customers.registered_at[i];
  }
  return times;
}

TEST(Simulation, StatesEveryCustomerAndEverythingWithinTheWindow) {
  const Time start = shop().scenario().start();
  const Time end = shop().scenario().end();
  EXPECT_EQ(registrations().size(), 1500U);
  for_each_event([&](const EventBatch& events, std::size_t i) {
    EXPECT_GE(events.time[i], start);
    EXPECT_LT(events.time[i], end);
  });
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    EXPECT_GE(lines.time[i], start);
    EXPECT_LT(lines.time[i], end);
  });
  for (const Time time : shop().statements.items.time) EXPECT_LT(time, end);
}

TEST(Simulation, NeverRepeatsAnEventId) {
  std::set<Text> events;
  std::set<Text> lines;
  for_each_event([&](const EventBatch& b, std::size_t i) {
    EXPECT_TRUE(events.insert(b.event_id[i]).second);
    EXPECT_LE(b.event_id[i].size(), 12U);
  });
  for_each_line([&](const OrderLineBatch& b, std::size_t i) {
    EXPECT_TRUE(lines.insert(b.event_id[i]).second);
  });
  const ItemBatch& items = shop().statements.items;
  const std::set<Text> statements(items.event_id.begin(), items.event_id.end());
  EXPECT_EQ(statements.size(), items.size());
}

TEST(Simulation, KnowsNobodyBeforeRegistration) {
  const std::map<Text, Time> registered = registrations();
  int anonymous = 0;
  for_each_event([&](const EventBatch& events, std::size_t i) {
    EXPECT_TRUE(given(events.anonymous_id[i]));
    if (given(events.customer_id[i])) {
      EXPECT_GE(events.time[i], registered.at(events.customer_id[i]));
    } else {
      ++anonymous;
    }
  });
  EXPECT_GT(anonymous, 500);
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.identities.size(); ++i)
      EXPECT_GE(chunk.identities.time[i], registered.at(chunk.identities.customer_id[i]));
    for (std::size_t i = 0; i < chunk.exposures.size(); ++i)
      EXPECT_GT(chunk.exposures.time[i], registered.at(chunk.exposures.customer_id[i]));
  }
}

TEST(Simulation, IdentifiesEveryDeviceThatIsUsedLoggedIn) {
  std::map<Text, std::pair<Text, Time>> owner;  // of an anonymous id, and since when
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.identities.size(); ++i) {
      const auto [place, first] =
          owner.emplace(chunk.identities.anonymous_id[i],
                        std::pair{chunk.identities.customer_id[i], chunk.identities.time[i]});
      EXPECT_TRUE(first);
    }
  }
  EXPECT_GT(owner.size(), 1500U);  // some have a second device
  for_each_event([&](const EventBatch& events, std::size_t i) {
    if (!given(events.customer_id[i]) || events.event[i] == "Order Refunded") return;
    ASSERT_TRUE(owner.contains(events.anonymous_id[i]));
    EXPECT_EQ(owner.at(events.anonymous_id[i]).first, events.customer_id[i]);
  });
}

TEST(Simulation, SellsNothingToThoseWhoDroppedOutOrNeverBuy) {
  std::map<Text, std::pair<double, double>> spans;
  for (const Chunk& chunk : shop().chunks) {
    const CustomerTruthBatch& truth = chunk.customer_truth;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      spans[truth.customer_id[i]] = {truth.first_purchase_days[i], truth.dropout_days[i]};
      if (std::isnan(truth.first_purchase_days[i])) {
        EXPECT_EQ(truth.purchases[i], 0);
        EXPECT_EQ(truth.expected_purchases_52_weeks[i], 0);
      }
    }
  }
  int dropped = 0;
  for (const auto& [customer, orders] : orders_by_customer(shop())) {
    const auto [first, dropout] = spans.at(customer);
    ASSERT_FALSE(std::isnan(first));
    if (dropout < 365) ++dropped;
    const auto days = [](Time time) {
      return static_cast<double>(time.micros - shop().scenario().start().micros) / kMicrosPerDay;
    };
    EXPECT_NEAR(days(orders.front().time), first, 1e-6);
    EXPECT_LE(days(orders.back().time), dropout);
  }
  EXPECT_GT(dropped, 100);
}

TEST(Simulation, SellsOnlyWhatIsOnTheShelfAtItsPrice) {
  const Shelf& shelf = shop().scenario().shelf;
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    if (lines.kind[i] != "sale") return;
    const int day = shop().scenario().day_of(lines.time[i]);
    EXPECT_GT(shelf.appeal(lines.item[i], day), 0);
    EXPECT_DOUBLE_EQ(lines.unit_price[i] * 100,
                     static_cast<double>(shelf.price_minor(lines.item[i], day)));
    EXPECT_EQ(lines.item_id[i], shop().scenario().catalogue.items()[lines.item[i]].id);
  });
}

TEST(Simulation, ChargesQuantityTimesPriceLessDiscount) {
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    const double sign = lines.kind[i] == "sale" ? 1 : -1;
    EXPECT_GT(sign * lines.quantity[i], 0);
    EXPECT_GE(lines.discount[i], 0);
    EXPECT_NEAR(lines.amount[i], lines.quantity[i] * lines.unit_price[i] - sign * lines.discount[i],
                1e-9);
    if (lines.discount[i] > 0) {
      EXPECT_TRUE(given(lines.coupon[i]));
    }
  });
}

TEST(Simulation, CompletesOrdersWithTheSumOfTheirLines) {
  std::map<Text, double> lines_sum;
  std::map<Text, double> returns_sum;
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    (lines.kind[i] == "sale" ? lines_sum : returns_sum)[lines.order_id[i]] += lines.amount[i];
  });
  std::size_t completed = 0;
  for_each_event([&](const EventBatch& events, std::size_t i) {
    if (events.event[i] == "Order Refunded") returns_sum.at(events.order_id[i]) += events.value[i];
    if (events.event[i] != "Order Completed") return;
    ++completed;
    EXPECT_NEAR(events.value[i], lines_sum.at(events.order_id[i]), 1e-6);
  });
  EXPECT_EQ(completed, lines_sum.size());
  EXPECT_GT(returns_sum.size(), 20U);
  for (const auto& [order, left] : returns_sum) EXPECT_NEAR(left, 0, 1e-6) << order;
}

TEST(Simulation, ReturnsWhatWasBoughtAfterItWasBought) {
  std::map<std::pair<Text, Text>, std::pair<Time, double>> sales;
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    if (lines.kind[i] == "sale")
      sales[{lines.order_id[i], lines.item_id[i]}] = {lines.time[i], lines.amount[i]};
  });
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    if (lines.kind[i] == "sale") return;
    const auto& [time, amount] = sales.at({lines.order_id[i], lines.item_id[i]});
    EXPECT_GT(lines.time[i], time);
    EXPECT_DOUBLE_EQ(lines.amount[i], -amount);
  });
}

TEST(Simulation, AddsToTheBasketWhatIsOrdered) {
  std::map<Text, std::set<Text>> added;  // session, items
  std::map<Text, Text> session_of;       // order, session
  for_each_event([&](const EventBatch& events, std::size_t i) {
    if (events.event[i] == "Product Added") added[events.session_id[i]].insert(events.item_id[i]);
    if (events.event[i] == "Order Completed") session_of[events.order_id[i]] = events.session_id[i];
  });
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    EXPECT_TRUE(added.at(session_of.at(lines.order_id[i])).contains(lines.item_id[i]));
  });
}

TEST(Simulation, LetsGuestsBuyWithoutAnAccount) {
  int guests = 0;
  for_each_line([&](const OrderLineBatch& lines, std::size_t i) {
    if (given(lines.customer_id[i])) return;
    EXPECT_TRUE(given(lines.anonymous_id[i]));
    ++guests;
  });
  EXPECT_GT(guests, 50);
}

TEST(Simulation, StatesStockThatSalesAndDeliveriesExplain) {
  const ItemBatch& items = shop().statements.items;
  const ItemTruthBatch truth = shop().simulation.item_truth(shop().ledger);
  std::map<Text, std::size_t> index;
  for (std::size_t i = 0; i < truth.size(); ++i) index[truth.item_id[i]] = i;
  int empty = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (std::isnan(items.stock[i])) continue;
    EXPECT_GE(items.stock[i], 0);
    const auto day = static_cast<std::size_t>(shop().scenario().day_of(items.time[i]));
    const std::int64_t sold = shop().ledger.sold(index.at(items.item_id[i]))[day];
    EXPECT_LE(static_cast<double>(sold), items.stock[i]);
    if (items.stock[i] == 0) ++empty;
  }
  EXPECT_GT(empty, 10);
}

TEST(Simulation, TellsInBothLanguages) {
  int chinese = 0;
  for (const Chunk& chunk : shop().chunks) {
    const CustomerBatch& customers = chunk.customers;
    for (std::size_t i = 0; i < customers.size(); ++i) {
      if (!given(customers.name[i])) continue;  // an opt-out later on
      EXPECT_TRUE(is_valid_utf8(customers.name[i]));
      if (customers.language[i] == "zh") ++chinese;
      if (given(customers.email[i])) {
        EXPECT_THAT(std::string(customers.email[i]),
                    testing::MatchesRegex("[a-z]+\\.[a-z]+[0-9]+@example\\.com"));
      }
    }
  }
  EXPECT_NEAR(chinese, 450, 75);
}

// The bytes of a whole shop.
class Hash : public Sink {
 public:
  void chunk(const Chunk& chunk) override {
    const EventBatch& e = chunk.events;
    for (const auto* column : {&e.event_id, &e.event, &e.customer_id, &e.anonymous_id,
                               &e.session_id, &e.item_id, &e.currency, &e.order_id})
      texts(*column);
    numbers(e.time);
    for (const auto* column : {&e.quantity, &e.unit_price, &e.value}) numbers(*column);
    const OrderLineBatch& l = chunk.order_lines;
    for (const auto* column : {&l.event_id, &l.kind, &l.order_id, &l.customer_id, &l.coupon})
      texts(*column);
    numbers(l.amount);
    numbers(l.item);
    const CustomerBatch& c = chunk.customers;
    for (const auto* column : {&c.name, &c.email, &c.birthday, &c.city}) texts(*column);
    texts(chunk.exposures.treated);
    numbers(chunk.exposures.extra_orders);
    numbers(chunk.customer_truth.dropout_days);
  }
  void items(const ItemBatch& items) override {
    texts(items.name);
    numbers(items.stock);
    numbers(items.price);
  }
  std::uint64_t value() const { return hash_; }

 private:
  void mix(std::string_view bytes) { hash_ = hash_ * 0x100000001B3ULL ^ fnv1a(bytes); }
  void texts(const std::vector<Text>& column) {
    for (const Text text : column) mix(text);
  }
  template <typename T>
  void numbers(const std::vector<T>& column) {
    mix({reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T)});
  }
  std::uint64_t hash_ = 1;
};

std::uint64_t hash_of(const Options& options, int threads) {
  const Simulation simulation(options);
  Hash hash;
  const auto progress = make_quiet_progress();
  simulate(simulation, hash, {threads}, *progress);
  return hash.value();
}

TEST(Simulation, HasTheSameBytesForAnyNumberOfThreads) {
  const Options options{.customers = 2500, .days = 60, .items = 240};
  const std::uint64_t one = hash_of(options, 1);
  EXPECT_EQ(hash_of(options, 2), one);
  EXPECT_EQ(hash_of(options, 8), one);
  EXPECT_NE(hash_of({.customers = 2500, .days = 60, .seed = 2, .items = 240}, 2), one);
}

TEST(Simulation, WorksAtItsLimits) {
  for (const Options& options :
       {Options{.customers = 1, .days = 1}, Options{.customers = 3, .days = 2, .items = 48},
        Options{.customers = 40,
                .days = 1200,
                .currency = "JPY",
                .chinese_share = 1,
                .visitors_per_customer = 8,
                .purchase = {.erlang_k = 4},
                .spend = {.mean = 6000}},
        Options{.customers = 40,
                .campaigns = 0,
                .visitors_per_customer = 0,
                .return_share = 0,
                .season_strength = 0,
                .price_spread = 0,
                .stock_pressure = 0,
                .channel_effect = 0}})
    EXPECT_NO_THROW(hash_of(options, 2));
}

TEST(Simulation, StopsWhenAsked) {
  const Simulation simulation({.customers = 2000, .days = 30});
  Hash hash;
  const auto progress = make_quiet_progress();
  progress->stop();
  try {
    simulate(simulation, hash, {1}, *progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
}

}  // namespace
}  // namespace perennial::simulate
