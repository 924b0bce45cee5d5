#include "perennial/models/value/rhythm.h"

#include <algorithm>
#include <cmath>

#include "perennial/models/value/process.h"

namespace perennial::models {
namespace {

// Of the customer's purchase rate, Gamma(shape, rate), right after the last order.
struct Rate {
  double shape;
  double rate;
  double gap() const { return rate * std::expm1(std::log(2.0) / shape); }
};

Rate rate_after_last_order(const PurchaseModel& model, const History& history) {
  return std::visit(
      [&](const auto& m) {
        return Rate{m.params().r + history.repeat_purchases, m.params().alpha + history.recency};
      },
      model);
}

}  // namespace

double usual_gap(const PurchaseModel& model, const History& history) {
  validate(history);
  return rate_after_last_order(model, history).gap();
}

double activity(const PurchaseModel& model, const History& history) {
  validate(history);
  const Rate then = rate_after_last_order(model, history);
  const double rate_now = then.rate + (history.age - history.recency);
  const double back_within_gap = -std::expm1(-then.shape * std::log1p(then.gap() / rate_now));
  const double p_alive = std::visit([&](const auto& m) { return m.p_alive(history); }, model);
  return std::min(1.0, p_alive * back_within_gap / 0.5);
}

std::vector<double> activity(const PurchaseModel& model, const Purchases::Input& input) {
  validate(input);
  std::visit(
      [&](const auto& m) {
        require_same_period(m.kId, m.days_per_period(), input.days_per_period);
      },
      model);
  std::vector<double> out(input.size());
  constexpr std::size_t kChunk = 4096;
  parallel_chunks(input.size(), kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) out[i] = activity(model, input.history(i));
  });
  return out;
}

}  // namespace perennial::models
