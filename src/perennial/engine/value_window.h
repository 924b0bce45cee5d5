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
  // Within the horizon: purchases, and money not discounted. Of a learnt model: what it says of the window, times what the
  // process expects of the horizon over what it expects of the window, and for a horizon beyond the window scaled to the
  // process's total. Empty where the process itself says it.
  std::vector<double> orders, money;
  std::vector<std::string> warnings;
};

// What the process says. REQUIRES: of the customers, in their order; `spend` per order, empty without amounts
struct ProcessAnswer {
  const models::PurchaseModel& model;
  std::span<const double> orders;  // within the horizon
  std::span<const double> spend;
};

// REQUIRES: the journey is built as of the day of `customers`.
WindowAnswer answer_window(store::Connection& connection,
                           const journey::CustomerSummaries& customers,
                           const ProcessAnswer& process, const ValueOptions& options,
                           Context& context);

}  // namespace perennial::engine
