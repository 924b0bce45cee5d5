#include "perennial/models/recommend/linear/slim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using Dense = std::vector<std::vector<double>>;

// Customers x items of 0 and 1.
Dense dense(const Interactions& shop) {
  Dense out(shop.customers(), std::vector<double>(shop.items(), 0.0));
  for (std::size_t c = 0; c < shop.customers(); ++c) {
    for (const std::uint32_t item : shop.items_of(c)) out[c][item] = 1;
  }
  return out;
}

// Column `target` of the weights.
std::vector<double> column(const Slim& model, std::size_t target) {
  std::vector<double> out(model.weights().rows(), 0.0);
  for (std::size_t j = 0; j < out.size(); ++j) {
    const auto ids = model.weights().row_ids(j);
    const auto found = std::lower_bound(ids.begin(), ids.end(), target);
    if (found == ids.end() || *found != target) continue;
    out[j] = static_cast<double>(
        model.weights().row_values(j)[static_cast<std::size_t>(found - ids.begin())]);
  }
  return out;
}

// Minus the slope of the squared error and the ridge along weight i, from the definition.
double pull(const Dense& x, const std::vector<double>& w, std::size_t target, std::size_t i,
            double l2) {
  double sum = -l2 * w[i];
  for (const std::vector<double>& row : x) {
    double rest = row[target];
    for (std::size_t k = 0; k < w.size(); ++k) rest -= row[k] * w[k];
    sum += row[i] * rest;
  }
  return sum;
}

bool share_a_customer(const Dense& x, std::size_t i, std::size_t j) {
  return std::any_of(x.begin(), x.end(), [&](const auto& row) { return row[i] * row[j] > 0; });
}

TEST(Slim, MeetsTheConditionsOfTheMinimum) {
  const Interactions shop = Interactions::build(simulate_interactions(150, 30, 6, 7).log());
  const Dense x = dense(shop);
  for (const Slim::Weights sign : {Slim::Weights::kNonNegative, Slim::Weights::kAny}) {
    for (const double l1 : {0.0, 0.5, 3.0}) {
      const Slim::Options options{
          .l1 = l1, .l2 = 2, .weights = sign, .tolerance = 1e-7, .max_passes = 5000};
      const Slim model = Slim::fit({shop}, options);
      for (std::size_t target = 0; target < shop.items(); ++target) {
        const std::vector<double> w = column(model, target);
        EXPECT_EQ(w[target], 0);
        for (std::size_t i = 0; i < w.size(); ++i) {
          if (i == target) continue;
          const double slope = pull(x, w, target, i, options.l2);
          if (w[i] != 0) {
            EXPECT_NEAR(slope, std::copysign(l1, w[i]), 1e-3);
          } else if (sign == Slim::Weights::kNonNegative) {
            EXPECT_LE(slope, l1 + 1e-3);  // of all items, not only of those with a common customer
          } else if (share_a_customer(x, i, target)) {
            EXPECT_LE(std::abs(slope), l1 + 1e-3);
          }
          EXPECT_TRUE(w[i] >= 0 || sign == Slim::Weights::kAny);
        }
      }
    }
  }
}

TEST(Slim, HasFewerWeightsWithALargerPenalty) {
  const Interactions shop = Interactions::build(simulate_interactions(300, 40, 6, 7).log());
  std::size_t before = shop.items() * shop.items();
  for (const double l1 : {0.0, 1.0, 5.0, 20.0}) {
    const std::size_t now = Slim::fit({shop}, {.l1 = l1}).weights().ids.size();
    EXPECT_LT(now, before);
    before = now;
  }
}

TEST(Slim, SpeaksForWhatComesWithAnItemAndNotForWhatThatExplains) {
  // 0 and 1 always come together, 2 comes with them only by way of 1.
  SimulatedInteractions log{.customers = 40, .items = 3};
  const auto add = [&](std::uint32_t customer, std::uint32_t item) {
    log.customer.push_back(customer);
    log.item.push_back(item);
    log.weight.push_back(1);
    log.day.push_back({0});
  };
  for (std::uint32_t c = 0; c < 40; ++c) {
    add(c, 1);
    if (c < 20) add(c, 0);
    if (c % 2 == 0) add(c, 2);
  }
  const Interactions shop = Interactions::build(log.log());
  const std::vector<double> w = column(Slim::fit({shop}, {.l1 = 0.1, .l2 = 0.1}), 2);
  EXPECT_NEAR(w[1], 0.5, 0.02);
  EXPECT_NEAR(w[0], 0, 0.02);
}

TEST(Slim, RefusesOptionsOutsideTheirRange) {
  const Interactions shop = Interactions::build(simulate_interactions(10, 20, 3, 7).log());
  const auto message = [&](const Slim::Options& options) {
    return message_of([&] { Slim::fit({shop}, options); });
  };
  EXPECT_EQ(message({.l1 = 0, .l2 = 0}),
            "slim: l1 is 0 and l2 is 0, need to be 0 or more and not both 0");
  EXPECT_EQ(message({.l1 = std::nan("")}),
            "slim: l1 is nan and l2 is 50, need to be 0 or more and not both 0");
  EXPECT_EQ(message({.max_passes = 0}),
            "slim: tolerance is 0.0001 and max_passes is 0, need to be above 0 and at least 1");
}

}  // namespace
}  // namespace perennial::models
