// What the winners of the holdout say of every customer's next window, learned anew from the last one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/value_step.h"

namespace perennial::engine {

struct WindowAnswer {
  std::vector<models::WindowModel> learnt;
  std::vector<double> p_repurchase;  // at least one purchase within the window
  // Within the horizon: purchases, and money not discounted; empty where the process itself says it. Of a learnt model: what
  // it says of the window and, for a horizon beyond it, what the process expects after the window; for a shorter horizon
  // the share of it that the process expects.
  std::vector<double> orders, money;
  double orders_in_window = 0, money_in_window = 0;  // the learnt part of those totals
  // Who answered: who won on the holdout, or the process where that could not learn again.
  std::string purchases_by, spend_by, activity_by;
  std::vector<std::string> warnings;
};

// What the process says. REQUIRES: of the customers, in their order; `spend` per order, empty without amounts
struct ProcessAnswer {
  const models::PurchaseModel& model;
  std::span<const double> orders;  // within the horizon
  std::span<const double> spend;
};

// `past` is the view of the day before the last window; nothing is learned without it. REQUIRES: the journey is built as of
// the day of `now`.
WindowAnswer answer_window(store::Connection& connection, const WindowView* past,
                           const WindowView& now, const ProcessAnswer& process,
                           const ValueOptions& options, Context& context);

}  // namespace perennial::engine
