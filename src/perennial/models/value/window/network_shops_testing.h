// Shops with known truth for the networks of the Window family.
//
// early()    one early feature decides who comes back, how often and for how much; the others are noise, or missing
// regular()  half of the customers buy at even distances and are gone once they are late; the other half at random
//            distances of the same mean, so that only the rhythm tells what a silence means
#pragma once

#include <cmath>
#include <string_view>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/models/value/window/window.h"

namespace perennial::models {

struct SimulatedWindow {
  std::vector<std::string_view> features;
  std::vector<std::uint8_t> is_money;
  std::vector<float> values;
  std::vector<std::size_t> begin;
  std::vector<float> days_before, amount;
  std::vector<double> purchases, spend;
  std::vector<double> truth;  // P(active)

  Window::Input input(Threads threads = {}) const {
    return {.customers = purchases.size(),
            .features = features,
            .is_money = is_money,
            .values = values,
            .sequences = {begin, days_before, amount},
            .purchases = purchases,
            .spend = spend,
            .seed = 7,
            .threads = threads};
  }

  SimulatedWindow with_money_times(double factor) const {
    SimulatedWindow other = *this;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (is_money[i % features.size()] != 0)
        other.values[i] = static_cast<float>(values[i] * factor);
    for (float& value : other.amount) value = static_cast<float>(value * factor);
    for (double& value : other.spend) value *= factor;
    return other;
  }

  SimulatedWindow in_order(const std::vector<std::size_t>& order) const {
    SimulatedWindow other{.features = features, .is_money = is_money};
    other.begin = {0};
    for (const std::size_t row : order) {
      const std::size_t m = features.size();
      for (std::size_t j = 0; j < m; ++j) other.values.push_back(values[row * m + j]);
      for (std::size_t k = begin[row]; k < begin[row + 1]; ++k) {
        other.days_before.push_back(days_before[k]);
        other.amount.push_back(amount[k]);
      }
      other.begin.push_back(other.days_before.size());
      other.purchases.push_back(purchases[row]);
      other.spend.push_back(spend[row]);
      other.truth.push_back(truth[row]);
    }
    return other;
  }
};

inline void add_outcome(SimulatedWindow& shop, RandomStream& random, double p, double further,
                        double log_amount) {
  const bool active = random.bernoulli(p);
  const auto purchases = active ? 1 + static_cast<double>(random.poisson(further)) : 0.0;
  double spend = 0;
  for (double k = 0; k < purchases; ++k) spend += std::exp(log_amount + 0.7 * random.normal());
  shop.truth.push_back(p);
  shop.purchases.push_back(purchases);
  shop.spend.push_back(std::round(spend * 100) / 100);
}

inline SimulatedWindow simulate_early(std::size_t customers, std::uint64_t seed) {
  SimulatedWindow shop{.features = {"first_basket_items", "spent", "mean_gap", "noise"},
                       .is_money = {0, 1, 0, 0}};
  shop.begin = {0};
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream random(seed, i);
    const double early = random.normal();
    const double amount = std::round(std::exp(3 + 0.5 * random.normal()) * 100) / 100;
    shop.values.push_back(static_cast<float>(early));
    shop.values.push_back(static_cast<float>(amount));
    shop.values.push_back(random.bernoulli(0.5) ? std::nanf("")
                                                : static_cast<float>(random.exponential(0.05)));
    shop.values.push_back(static_cast<float>(random.normal()));
    shop.days_before.push_back(static_cast<float>(random.below(300)));
    shop.amount.push_back(static_cast<float>(amount));
    shop.begin.push_back(shop.days_before.size());
    add_outcome(shop, random, 1 / (1 + std::exp(1.2 - 2 * early)), std::exp(-0.5 + 0.3 * early),
                3 + 0.4 * early);
  }
  return shop;
}

inline SimulatedWindow simulate_regular(std::size_t customers, std::uint64_t seed) {
  SimulatedWindow shop{.features = {"spent"}, .is_money = {1}};
  shop.begin = {0};
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream random(seed, i);
    const bool even = i % 2 == 0;
    const double gap = 10 + 20 * random.uniform();
    const double silence = 90 * random.uniform();
    const std::size_t count = 4 + random.below(8);
    std::vector<double> days{silence};
    while (days.size() < count)
      days.push_back(days.back() + std::round(even ? gap : random.exponential(1 / gap)));
    double spent = 0;
    for (std::size_t k = count; k-- > 0;) {
      const double amount = std::round(std::exp(3 + 0.5 * random.normal()) * 100) / 100;
      spent += amount;
      shop.days_before.push_back(static_cast<float>(days[k]));
      shop.amount.push_back(static_cast<float>(amount));
    }
    shop.values.push_back(static_cast<float>(spent));
    shop.begin.push_back(shop.days_before.size());
    const bool gone = even && silence > 1.3 * gap;
    add_outcome(shop, random, gone ? 0.05 : 0.85, 1.0, 3);
  }
  return shop;
}

// Mean negative log-likelihood of who came back.
inline double log_loss(const std::vector<double>& p, const std::vector<double>& purchases) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    sum -= std::log(std::max(1e-12, purchases[i] > 0 ? p[i] : 1 - p[i]));
  return sum / static_cast<double>(p.size());
}

}  // namespace perennial::models
