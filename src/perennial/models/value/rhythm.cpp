#include "perennial/models/value/rhythm.h"

#include <algorithm>
#include <cmath>

#include "perennial/math/root.h"
#include "perennial/models/value/process.h"

namespace perennial::models {
namespace {

// The customer as at the last order.
History just_bought(const History& history) {
  return {history.repeat_purchases, history.recency, history.recency, history.log_gaps};
}

template <typename M>
double gap_of(const M& model, const History& history) {
  return model.future_if_alive(just_bought(history)).order_time(0.5);
}

template <typename M>
double activity_of(const M& model, const History& history) {
  const double back = model.future_if_alive(history).p_order(gap_of(model, history));
  return std::min(1.0, model.p_alive(history) * back / 0.5);
}

}  // namespace

double usual_gap(const PurchaseModel& model, const History& history) {
  validate(history);
  return std::visit([&](const auto& m) { return gap_of(m, history); }, model);
}

double activity(const PurchaseModel& model, const History& history) {
  validate(history);
  return std::visit([&](const auto& m) { return activity_of(m, history); }, model);
}

NextOrder next_order(const PurchaseModel& model, const History& history, double coverage) {
  validate(history);
  if (!(coverage > 0 && coverage < 1))
    fail(ErrorKind::kInvalidArgument, "coverage is {}, needs to lie between 0 and 1", coverage);
  return std::visit(
      [&](const auto& m) {
        const auto future = m.future_if_alive(history);
        const double ever = future.p_ever();
        const auto time = [&](double share) {
          return math::reach([&](double t) { return future.p_any(t); }, share * ever,
                             future.order_time(0.5));
        };
        const double tail = 0.5 * (1 - coverage);
        return NextOrder{m.p_alive(history) * ever, time(tail), time(0.5), time(1 - tail)};
      },
      model);
}

std::vector<double> activity(const PurchaseModel& model, const Purchases::Input& input) {
  validate(input);
  std::vector<double> out(input.size());
  constexpr std::size_t kChunk = 4096;
  std::visit(
      [&](const auto& m) {
        require_same_period(m.kId, m.days_per_period(), input.days_per_period);
        parallel_chunks(input.size(), kChunk, input.threads,
                        [&](std::size_t begin, std::size_t end) {
                          for (std::size_t i = begin; i < end; ++i)
                            out[i] = activity_of(m, input.history(i));
                        });
      },
      model);
  return out;
}

}  // namespace perennial::models
