#include "perennial/models/value/equity.h"

#include <cstddef>

namespace perennial::models {

EquityChange& EquityChange::operator+=(const EquityChange& other) {
  before += other.before;
  after += other.after;
  acquisition += other.acquisition;
  retention += other.retention;
  spend += other.spend;
  return *this;
}

EquityChange equity_change(const std::optional<Worth>& before, const std::optional<Worth>& after) {
  EquityChange change{.before = before ? before->value() : 0, .after = after ? after->value() : 0};
  if (!before) {
    change.acquisition = change.after;
  } else if (!after) {
    change.retention = -change.before;
  } else {
    change.retention =
        0.5 * (after->purchases - before->purchases) * (before->spend + after->spend);
    change.spend = 0.5 * (after->spend - before->spend) * (before->purchases + after->purchases);
  }
  return change;
}

std::optional<double> payback_periods(std::span<const double> cumulated, double cost) {
  if (cost <= 0) return 0;
  double before = 0;
  for (std::size_t k = 0; k < cumulated.size(); ++k) {
    if (cumulated[k] >= cost)
      return static_cast<double>(k) + (cost - before) / (cumulated[k] - before);
    before = cumulated[k];
  }
  return std::nullopt;
}

}  // namespace perennial::models
