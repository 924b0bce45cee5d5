#include "perennial/simulate/basket.h"

#include <algorithm>
#include <cmath>

namespace perennial::simulate {
namespace {

constexpr double kHabitShare = 0.6;  // of first purchases of replenishable goods that start a habit
constexpr double kHabitKept =
    0.3;  // chance to buy when due, at the reference price and out of season
constexpr std::size_t kMostHabits = 4;
constexpr double kIntervalShape = 20;  // of the gamma law of replenishment intervals
constexpr float kThemeShare = 0.4F;    // of lines that stay in the category of the line before
constexpr double kNearEnough = 0.04;   // of the target: no closing line for so little
constexpr double kOvershoot = 1.25;    // a closing line may cost so much more than what is left
constexpr int kCandidates = 10;
constexpr int kClosingLines = 12;
constexpr int kMostAttempts = 80;

void put(std::vector<BasketLine>& lines, std::size_t item, int quantity) {
  for (BasketLine& line : lines) {
    if (line.item == item) {
      line.quantity += quantity;
      return;
    }
  }
  lines.push_back({static_cast<std::uint32_t>(item), quantity});
}

// Uniform in (0, 1) from 32 bits, at half the price of RandomStream::uniform().
float coin(RandomStream& random) { return (static_cast<float>(random() >> 8) + 0.5F) * 0x1p-24F; }

}  // namespace

void Habits::bought(std::uint32_t item, double replenishment_days, int day, RandomStream& random) {
  if (replenishment_days <= 0) return;
  auto habit = std::find_if(habits_.begin(), habits_.end(),
                            [item](const Habit& h) { return h.item == item; });
  if (habit == habits_.end()) {
    if (habits_.size() >= kMostHabits || !random.bernoulli(kHabitShare)) return;
    habit = habits_.insert(habit, {item, 0});
  }
  habit->due_day = day + random.gamma(kIntervalShape, kIntervalShape / replenishment_days);
}

std::int64_t BasketFiller::draw_item(const Taste& taste, int day, double most_minor, int theme,
                                     RandomStream& random) const {
  const Catalogue& catalogue = scenario_.catalogue;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const std::size_t category = theme >= 0 && coin(random) < kThemeShare
                                     ? static_cast<std::size_t>(theme)
                                     : taste.draw_category(coin(random));
    const std::size_t item = catalogue.draw_in_category(category, random);
    if (reference(item) > most_minor) continue;
    const float bar = coin(random) * Shelf::kMaxAppeal;
    const float appeal = scenario_.shelf.appeal(item, day);
    if (bar < appeal && bar < appeal * taste.liking(catalogue.choice(item).factor))
      return static_cast<std::int64_t>(item);
  }
  return -1;
}

std::int64_t BasketFiller::draw_view(const Taste& taste, int day, RandomStream& random) const {
  const Catalogue& catalogue = scenario_.catalogue;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const std::size_t item = catalogue.draw_in_category(taste.draw_category(coin(random)), random);
    if (scenario_.shelf.appeal(item, day) <= 0) continue;
    if (coin(random) < taste.liking(catalogue.choice(item).factor))
      return static_cast<std::int64_t>(item);
  }
  return nearest_price(day, 0);
}

// The item on the shelf whose reference price is nearest to `minor`; -1 when the shelf is empty.
std::int64_t BasketFiller::nearest_price(int day, double minor) const {
  const auto& order = scenario_.catalogue.by_price();
  const auto on_shelf = [&](std::size_t place) {
    return scenario_.shelf.appeal(order[place], day) > 0;
  };
  std::size_t above = scenario_.catalogue.first_above(static_cast<std::int64_t>(minor));
  std::size_t below = above;  // one past
  while (above < order.size() && !on_shelf(above)) ++above;
  while (below > 0 && !on_shelf(below - 1)) --below;
  if (above == order.size() && below == 0) return -1;
  if (above == order.size()) return order[below - 1];
  if (below == 0) return order[above];
  return minor - reference(order[below - 1]) <= reference(order[above]) - minor ? order[below - 1]
                                                                                : order[above];
}

void BasketFiller::add_habits(int day, double& left, const Habits& habits, RandomStream& random,
                              std::vector<BasketLine>& lines) const {
  for (const Habits::Habit& habit : habits.all()) {
    if (habit.due_day > day || reference(habit.item) > left) continue;
    const double appeal = static_cast<double>(scenario_.shelf.appeal(habit.item, day));
    if (!random.bernoulli(kHabitKept * appeal)) continue;
    lines.push_back({habit.item, 1});
    left -= charged(habit.item, day);
  }
}

// Adds lines that bring the sum nearest to the target, as long as they bring it nearer.
void BasketFiller::close(const Taste& taste, int day, double target, double left,
                         RandomStream& random, std::vector<BasketLine>& lines) const {
  for (int closing = 0; closing < kClosingLines && lines.size() < kMaxLines; ++closing) {
    if (!lines.empty() && left < kNearEnough * target) return;
    double best_error = lines.empty() ? 1e300 : left;
    std::int64_t best = -1;
    int best_quantity = 1;
    for (int candidate = 0; candidate < kCandidates; ++candidate) {
      const std::int64_t item = draw_item(taste, day, kOvershoot * left, -1, random);
      if (item < 0) break;
      const auto i = static_cast<std::size_t>(item);
      const int most = 1 + static_cast<int>(8 * scenario_.catalogue.items()[i].repeat_unit);
      const int quantity =
          static_cast<int>(std::clamp(std::round(left / reference(i)), 1.0, most * 1.0));
      const double error = std::abs(left - quantity * reference(i));
      if (error < best_error) {
        best_error = error;
        best = item;
        best_quantity = quantity;
      }
    }
    if (best < 0 && lines.empty()) best = nearest_price(day, left);
    if (best < 0) return;
    put(lines, static_cast<std::size_t>(best), best_quantity);
    left -= best_quantity * charged(static_cast<std::size_t>(best), day);
  }
}

void BasketFiller::fill(const Taste& taste, int day, double target, Habits& habits,
                        RandomStream& random, std::vector<BasketLine>& lines) const {
  lines.clear();
  const Catalogue& catalogue = scenario_.catalogue;
  const double target_minor = target * static_cast<double>(scenario_.currency.minor_per_major()) /
                              scenario_.shelf.mean_price_index();
  double left = target_minor;
  add_habits(day, left, habits, random, lines);
  const double size = target / scenario_.mean_order_value;
  const std::size_t wanted = random.poisson(std::min(12.0, 0.6 + 0.7 * size));
  int theme = -1;
  for (std::size_t n = 0; n < wanted && left > 0.3 * target_minor; ++n) {
    const std::int64_t item = draw_item(taste, day, left, theme, random);
    if (item < 0) break;
    const Item& chosen = catalogue.items()[static_cast<std::size_t>(item)];
    const auto price = static_cast<double>(chosen.reference_minor);
    int quantity = 1;
    while (quantity < 6 && (quantity + 1) * price <= left && random.bernoulli(chosen.repeat_unit))
      ++quantity;
    put(lines, static_cast<std::size_t>(item), quantity);
    left -= quantity * charged(static_cast<std::size_t>(item), day);
    theme = chosen.category;
  }
  close(taste, day, target_minor, left, random, lines);
  for (const BasketLine& line : lines)
    habits.bought(line.item, catalogue.items()[line.item].replenishment_days, day, random);
}

}  // namespace perennial::simulate
