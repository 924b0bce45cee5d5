// Customer equity: what the customers of a shop are still worth, where its change comes from, and when the cost of
// winning a customer has come back.
//
// Equity   sum over customers of n m: n discounted expected residual purchases within the horizon, m expected spend per
//          order; times the margin where one is given
// Change   between two dates, over customers known at either, adding up exactly:
//            acquisition  what customers who were not there before are worth after
//            retention    sum of (n2 - n1) (m1 + m2) / 2: they stay longer, or have gone silent
//            spend        sum of (m2 - m1) (n1 + n2) / 2: their orders are worth more or less
//          Both dates by the same parameters, so that customers change and not the model
// Payback  the time at which the cumulated margin of an acquired customer, a mean over customers observed that long,
//          reaches the cost of acquisition; linear within a period
// Source   Gupta, Lehmann & Stuart (2004), "Valuing Customers"; Rust, Lemon & Zeithaml (2004), "Return on Marketing"; the
//          split is the symmetric one of Marshall and Edgeworth, which leaves no remainder
#pragma once

#include <optional>
#include <span>

namespace perennial::models {

struct Worth {
  double purchases = 0;  // n
  double spend = 0;      // m, money
  double value() const { return purchases * spend; }
};

struct EquityChange {
  double before = 0, after = 0;
  double acquisition = 0, retention = 0, spend = 0;  // before + these three = after

  EquityChange& operator+=(const EquityChange& other);
};

// One customer. Nothing before: acquired since. Nothing after: no longer a customer (all purchases were returned).
EquityChange equity_change(const std::optional<Worth>& before, const std::optional<Worth>& after);

// cumulated[k]: by the end of period k + 1. Periods from acquisition; nothing when the cost is not reached; 0 without cost.
std::optional<double> payback_periods(std::span<const double> cumulated, double cost);

}  // namespace perennial::models
