// What goes into an order: items drawn by taste until their reference prices come to the order's target value.
//
// Story    habits (replenishable goods that are due) first, then items kept by taste, price and season, then closing lines,
//          each the best of a few candidates for what is left of the target. Whether an item fits is judged at its
//          reference price times the shelf's mean price index, so that a price change moves the choice of the item by
//          its elasticity alone; what is left is counted in prices of the day
// Limits   the charged value differs from the target by the coarseness of prices and by the price index of the basket:
//          docs/models/simulate.md gives the measured deviation
#pragma once

#include <cstdint>
#include <vector>

#include "perennial/simulate/scenario.h"
#include "perennial/simulate/taste.h"

namespace perennial::simulate {

struct BasketLine {
  std::uint32_t item = 0;
  int quantity = 1;
};

// Replenishable goods that one customer buys again and again.
class Habits {
 public:
  struct Habit {
    std::uint32_t item = 0;
    double due_day = 0;
  };
  void bought(std::uint32_t item, double replenishment_days, int day, RandomStream& random);
  const std::vector<Habit>& all() const { return habits_; }
  void clear() { habits_.clear(); }

 private:
  std::vector<Habit> habits_;
};

class BasketFiller {
 public:
  static constexpr std::size_t kMaxLines = 31;

  explicit BasketFiller(const Scenario& scenario) : scenario_(scenario) {}

  // At least one line, except when nothing at all can be bought on this day. `target` in money.
  void fill(const Taste& taste, int day, double target, Habits& habits, RandomStream& random,
            std::vector<BasketLine>& lines) const;
  // An item to look at; price plays no part. -1 when nothing is on the shelf.
  std::int64_t draw_view(const Taste& taste, int day, RandomStream& random) const;

 private:
  std::int64_t draw_item(const Taste& taste, int day, double most_minor, int theme,
                         RandomStream& random) const;
  std::int64_t nearest_price(int day, double minor) const;
  void add_habits(int day, double& left, const Habits& habits, RandomStream& random,
                  std::vector<BasketLine>& lines) const;
  void close(const Taste& taste, int day, double target, double left, RandomStream& random,
             std::vector<BasketLine>& lines) const;
  double reference(std::size_t item) const {
    return scenario_.catalogue.choice(item).reference_minor;
  }
  // The price of the day, in the unit of targets.
  double charged(std::size_t item, int day) const {
    return static_cast<double>(scenario_.shelf.price_minor(item, day)) /
           scenario_.shelf.mean_price_index();
  }

  const Scenario& scenario_;
};

}  // namespace perennial::simulate
