// Simulate, measure, recover: what was put in is found again in the facts by simple means.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "perennial/simulate/basket.h"
#include "perennial/simulate/customer_plan.h"
#include "perennial/simulate/simulation_testing.h"

namespace perennial::simulate {
namespace {

// Nothing but the purchase and spend laws at work.
Options plain_shop(std::int64_t customers) {
  Options options;
  options.customers = customers;
  options.campaigns = 0;
  options.return_share = 0;
  options.season_strength = 0;
  options.channel_effect = 0;
  options.stock_pressure = 0;
  return options;
}

double days_until(Time from, Time to) {
  return static_cast<double>(to.micros - from.micros) / static_cast<double>(kMicrosPerDay);
}

double trigamma(double x) {
  double sum = 0;
  for (; x < 10; ++x) sum += 1 / (x * x);
  return sum + 1 / x + 1 / (2 * x * x) + 1 / (6 * x * x * x) - 1 / (30 * std::pow(x, 5));
}

double digamma(double x) {
  double sum = 0;
  for (; x < 10; ++x) sum -= 1 / x;
  return sum + std::log(x) - 1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * std::pow(x, 4));
}

// The x with trigamma(x) = y, by bisection of the falling function.
double inverse_trigamma(double y) {
  double low = 1e-3;
  double high = 1e4;
  for (int i = 0; i < 200; ++i) {
    const double middle = std::sqrt(low * high);
    (trigamma(middle) > y ? low : high) = middle;
  }
  return low;
}

class PlainShopSlow : public testing::Test {
 protected:
  static const WholeShop& shop() {
    static const WholeShop whole(plain_shop(40'000));
    return whole;
  }
};

TEST_F(PlainShopSlow, HasAsManyRepeatPurchasesAsParetoNbdExpects) {
  const PurchaseLaw law;
  double actual = 0;
  double expected = 0;
  double squares = 0;
  for (const auto& [customer, orders] : orders_by_customer(shop())) {
    const double weeks = days_until(orders.front().time, shop().scenario().end()) / 7;
    const double mean = law.r * law.beta / (law.alpha * (law.s - 1)) *
                        (1 - std::pow(law.beta / (law.beta + weeks), law.s - 1));
    const double repeats = static_cast<double>(orders.size()) - 1;
    actual += repeats;
    expected += mean;
    squares += (repeats - mean) * (repeats - mean);
  }
  EXPECT_NEAR(actual, expected, 4 * std::sqrt(squares));
  EXPECT_GT(expected, 70 * std::sqrt(squares));  // the claim is sharp
}

// Logarithms tell the shapes apart without heavy tails: Var(log z1 - log z2) / 2 = trigamma(p) within a customer,
// Var(log z) = trigamma(p) + trigamma(q), E(log z) = digamma(p) - digamma(q) + log(gamma).
TEST_F(PlainShopSlow, SpendsAsGammaGammaSays) {
  const SpendLaw law;
  double within = 0;
  double pairs = 0;
  double sum = 0;
  double squares = 0;
  double value = 0;
  double buyers = 0;
  for (const auto& [customer, orders] : orders_by_customer(shop())) {
    const double first = std::log(orders[0].value);
    sum += first;
    squares += first * first;
    ++buyers;
    value += orders[0].value;
    if (orders.size() < 2) continue;
    const double difference = first - std::log(orders[1].value);
    within += difference * difference / 2;
    ++pairs;
  }
  const double mean = sum / buyers;
  const double p = inverse_trigamma(within / pairs);
  const double q = inverse_trigamma(squares / buyers - mean * mean - within / pairs);
  const double gamma = std::exp(mean - digamma(p) + digamma(q));
  EXPECT_NEAR(p, law.p, 0.1 * law.p);
  EXPECT_NEAR(q, law.q, 0.1 * law.q);
  EXPECT_NEAR(value / buyers, Options().mean_order_value(), 0.02 * Options().mean_order_value());
  EXPECT_NEAR(p * gamma / (q - 1), Options().mean_order_value(),
              0.05 * Options().mean_order_value());
}

TEST_F(PlainShopSlow, HitsTheTargetOfEachOrder) {
  const Scenario& scenario = shop().scenario();
  const BasketFiller filler(scenario);
  Habits habits;
  std::vector<BasketLine> lines;
  double sum = 0;
  double squares = 0;
  constexpr int kOrders = 4000;
  for (std::uint64_t i = 0; i < kOrders; ++i) {
    RandomStream random(77, i);
    const Taste taste(scenario.catalogue, random);
    const double target = draw_guest_target(scenario, random);
    const int day = static_cast<int>(random.below(365));
    habits.clear();
    filler.fill(taste, day, target, habits, random, lines);
    double charged = 0;
    for (const BasketLine& line : lines)
      charged += line.quantity * scenario.major(scenario.shelf.price_minor(line.item, day));
    const double error = std::log(charged / target);
    sum += error;
    squares += error * error;
  }
  EXPECT_NEAR(sum / kOrders, 0, 0.015);
  EXPECT_LT(std::sqrt(squares / kOrders), 0.08);
}

TEST(ErlangShopSlow, BuysMoreRegularly) {
  Options options = plain_shop(8000);
  options.purchase = {.r = 20, .alpha = 20, .s = 2, .beta = 1000, .erlang_k = 4};
  const WholeShop shop(options);
  double sum = 0;
  double squares = 0;
  double n = 0;
  for (const auto& [customer, orders] : orders_by_customer(shop)) {
    if (orders.size() < 10) continue;  // a mean of their own
    const double mean = days_until(orders.front().time, orders.back().time) /
                        static_cast<double>(orders.size() - 1);
    for (std::size_t i = 1; i < orders.size(); ++i) {
      const double x = days_until(orders[i - 1].time, orders[i].time) / mean;
      sum += x;
      squares += x * x;
      ++n;
    }
  }
  EXPECT_NEAR(squares / n - (sum / n) * (sum / n), 0.25, 0.03);  // 1 / k
}

class FullShopSlow : public testing::Test {
 protected:
  static const WholeShop& shop() {
    static const WholeShop whole({.customers = 40'000, .items = 960});
    return whole;
  }
};

// Conditional Poisson regression: given an item's units, those of its price spells are multinomial with weight
// exposure * price^-elasticity. Exposure of a day: what the shop sold on it, if the item was on the shelf.
TEST_F(FullShopSlow, AnswersToPriceByTheElasticityOfTheItem) {
  const Scenario& scenario = shop().scenario();
  const int days = scenario.options.days;
  std::vector<double> sold_on(static_cast<std::size_t>(days), 0);
  for (std::size_t i = 0; i < scenario.catalogue.items().size(); ++i) {
    for (int day = 0; day < days; ++day)
      sold_on[static_cast<std::size_t>(day)] +=
          static_cast<double>(shop().ledger.sold(i)[static_cast<std::size_t>(day)]);
  }
  struct Spell {
    double log_price = 0, exposure = 0, units = 0;
  };
  for (const auto& [low, high] : {std::pair{0.8, 1.5}, std::pair{1.5, 2.0}, std::pair{2.0, 3.0}}) {
    std::vector<std::vector<Spell>> items;
    double truth = 0;
    double all_units = 0;
    for (std::size_t i = 0; i < scenario.catalogue.items().size(); ++i) {
      const Item& item = scenario.catalogue.items()[i];
      if (item.elasticity < low || item.elasticity >= high) continue;
      std::map<std::int64_t, Spell> spells;
      for (int day = 0; day < days; ++day) {
        if (scenario.shelf.appeal(i, day) <= 0) continue;
        const std::int64_t price = scenario.shelf.price_minor(i, day);
        Spell& spell = spells[price];
        const auto d = static_cast<std::size_t>(day);
        spell.log_price =
            std::log(static_cast<double>(price) / static_cast<double>(item.reference_minor));
        spell.exposure += sold_on[d];
        spell.units += static_cast<double>(shop().ledger.sold(i)[d]);
      }
      items.emplace_back();
      for (const auto& [price, spell] : spells) {
        items.back().push_back(spell);
        truth += item.elasticity * spell.units;
        all_units += spell.units;
      }
    }
    double elasticity = 0;
    for (int step = 0; step < 20; ++step) {
      double score = 0;
      double information = 0;
      for (const std::vector<Spell>& spells : items) {
        double units = 0;
        double weight = 0;
        double first = 0;
        double second = 0;
        for (const Spell& spell : spells) {
          const double w = spell.exposure * std::exp(-elasticity * spell.log_price);
          units += spell.units;
          weight += w;
          first += w * spell.log_price;
          second += w * spell.log_price * spell.log_price;
          score -= spell.units * spell.log_price;
        }
        if (weight <= 0) continue;
        score += units * first / weight;
        information += units * (second / weight - first * first / weight / weight);
      }
      elasticity += score / information;
    }
    EXPECT_NEAR(elasticity, truth / all_units, 0.2) << low;
  }
}

TEST_F(FullShopSlow, AnswersToCampaignsByTheTrueUplift) {
  const std::map<Text, std::vector<Order>> orders = orders_by_customer(shop());
  struct Arm {
    double n = 0, sum = 0, squares = 0;
    double variance() const { return (squares / n - sum / n * sum / n) / n; }
  };
  std::map<Text, std::array<Arm, 2>> arms;
  double truth = 0;
  double exposures = 0;
  for (const Chunk& chunk : shop().chunks) {
    const ExposureBatch& batch = chunk.exposures;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      double within = 0;
      const auto own = orders.find(batch.customer_id[i]);
      if (own != orders.end()) {
        for (const Order& order : own->second) {
          const double days = days_until(batch.time[i], order.time);
          if (days >= 0 && days < kCampaignDays) ++within;
        }
      }
      Arm& arm = arms[batch.campaign_id[i]][batch.treated[i] == "true" ? 1 : 0];
      ++arm.n;
      arm.sum += within;
      arm.squares += within * within;
      truth += batch.extra_orders[i];
      ++exposures;
    }
  }
  double effect = 0;
  double variance = 0;
  for (const auto& [campaign, arm] : arms) {
    const double share = (arm[0].n + arm[1].n) / exposures;
    effect += share * (arm[1].sum / arm[1].n - arm[0].sum / arm[0].n);
    variance += share * share * (arm[0].variance() + arm[1].variance());
  }
  EXPECT_EQ(arms.size(), 8U);
  EXPECT_NEAR(effect, truth / exposures, 4 * std::sqrt(variance));
  EXPECT_GT(effect, 8 * std::sqrt(variance));
}

TEST_F(FullShopSlow, TreatsByTheStatedPropensity) {
  std::map<Text, std::array<double, 3>> shares;  // treated, all, propensity of the treated
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.exposures.size(); ++i) {
      auto& [treated, all, propensity] = shares[chunk.exposures.campaign_id[i]];
      ++all;
      if (chunk.exposures.treated[i] != "true") continue;
      ++treated;
      propensity = chunk.exposures.propensity[i];
    }
  }
  for (const auto& [campaign, share] : shares)
    EXPECT_NEAR(share[0] / share[1], share[2], 4 * std::sqrt(0.25 / share[1])) << campaign;
}

// Against the rate of the same day, so that a growing base of customers does not matter: registrations are even on
// the shop's clock.
TEST_F(FullShopSlow, RegistersAndSellsByTheSeason) {
  const SeasonClock& clock = shop().scenario().clock;
  std::vector<double> registered(365, 0);
  std::vector<double> ordered(365, 0);
  for (const Chunk& chunk : shop().chunks) {
    for (std::size_t i = 0; i < chunk.events.size(); ++i) {
      const auto day = static_cast<std::size_t>(shop().scenario().day_of(chunk.events.time[i]));
      if (chunk.events.event[i] == "Signed Up") ++registered.at(day);
      if (chunk.events.event[i] == "Order Completed") ++ordered.at(day);
    }
  }
  for (int day = 0; day < 365; ++day) {
    const double expected = 40'000.0 / 365 * clock.rate(day);
    EXPECT_NEAR(registered[static_cast<std::size_t>(day)], expected, 4 * std::sqrt(expected) + 2);
  }
  const auto orders_from = [&](int first, int count) {
    return std::accumulate(ordered.begin() + first, ordered.begin() + first + count, 0.0);
  };
  EXPECT_GT(orders_from(328, 21), 1.4 * orders_from(285, 21));  // before Christmas, October
  double sundays = 0;
  double saturdays = 0;
  for (int day = 0; day < 364; day += 7) {  // the window starts on a Monday
    saturdays += ordered[static_cast<std::size_t>(day) + 5];
    sundays += ordered[static_cast<std::size_t>(day) + 6];
  }
  EXPECT_NEAR(saturdays / sundays, 0.88 / 1.04, 0.04);
}

TEST_F(FullShopSlow, GetsBuyersAndValueFromChannelsAsStated) {
  std::map<Text, std::array<double, 3>>
      by_channel;  // customers, buyers by nature, sum of mean order value
  for (const Chunk& chunk : shop().chunks) {
    const CustomerTruthBatch& truth = chunk.customer_truth;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      auto& [all, buyers, value] = by_channel[truth.channel[i]];
      ++all;
      if (!std::isnan(truth.first_purchase_days[i])) ++buyers;
      value += truth.mean_order_value[i];
    }
  }
  double customers = 0;
  for (const Channel& channel : shop().scenario().channels.all())
    customers += channel.visits * channel.registers;
  for (const Channel& channel : shop().scenario().channels.all()) {
    const auto& [all, buyers, value] = by_channel.at(channel.name);
    EXPECT_NEAR(all / 40'000, channel.visits * channel.registers / customers, 0.01);
    EXPECT_NEAR(buyers / all, channel.buys, 4 * std::sqrt(0.25 / all)) << channel.name;
    EXPECT_NEAR(value / all, 35 * channel.spend, 0.12 * 35) << channel.name;
  }
}

TEST_F(FullShopSlow, PutsTogetherWhatOneTasteLikes) {
  const std::vector<Item>& items = shop().scenario().catalogue.items();
  std::vector<double> share(8, 0);  // of lines, by department
  double same = 0;
  double pairs = 0;
  double lines_count = 0;
  for (const Chunk& chunk : shop().chunks) {
    const OrderLineBatch& lines = chunk.order_lines;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines.kind[i] != "sale") continue;
      const auto department = static_cast<std::size_t>(items[lines.item[i]].category / 6);
      ++share[department];
      ++lines_count;
      if (i == 0 || lines.kind[i - 1] != "sale" || lines.order_id[i - 1] != lines.order_id[i])
        continue;
      ++pairs;
      if (static_cast<std::size_t>(items[lines.item[i - 1]].category / 6) == department) ++same;
    }
  }
  double by_chance = 0;
  for (const double n : share) by_chance += n / lines_count * n / lines_count;
  EXPECT_GT(same / pairs, 1.8 * by_chance);
}

TEST_F(FullShopSlow, BuysReplenishableGoodsAgainAfterTheirInterval) {
  const std::vector<Item>& items = shop().scenario().catalogue.items();
  double again = 0;
  double soon = 0;   // within half of the interval
  double later = 0;  // within one to two intervals
  for (const Chunk& chunk : shop().chunks) {
    std::map<std::pair<Text, std::uint32_t>, Time> last;
    const OrderLineBatch& lines = chunk.order_lines;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const double interval = items[lines.item[i]].replenishment_days;
      if (interval <= 0 || lines.kind[i] != "sale" || lines.customer_id[i].data() == nullptr)
        continue;
      const auto [place, first] =
          last.try_emplace({lines.customer_id[i], lines.item[i]}, lines.time[i]);
      if (first) continue;
      const double days = days_until(place->second, lines.time[i]);
      ++again;
      if (days < 0.5 * interval) ++soon;
      if (days >= interval && days < 2 * interval) ++later;
      place->second = lines.time[i];
    }
  }
  EXPECT_GT(again, 500);
  EXPECT_GT(later, 2 * soon);
}

}  // namespace
}  // namespace perennial::simulate
