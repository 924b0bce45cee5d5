// Rhythm: how long a customer usually waits, how much of that remains after the silence so far, and when the next order
// will come.
//
// Gap      right after an order, half of the customers with this history who have not left are back within the usual gap
//          g: P(order within g | just bought) = 1 / 2. Where buying is random that is
//              g = (alpha + t_x) (2^(1 / (r + x)) - 1)
// Activity the chance to buy within g from now, over that chance right after the last order, one half:
//              a = P(alive) P(order within g | the silence so far) / (1 / 2), at most 1
//          It is 1 right after an order of a customer who is certainly active, and falls with silence in two ways: the
//          customer may have left, or may be slower than the past suggested. P(alive) alone knows only the first, and is
//          1 for everyone where the history of the shop is too short to show that anybody leaves. A customer who buys in
//          a rhythm stays at 1 until an order is due
// Next     the distribution of the time to the next order of who orders again at all: P(first order within t) / P(ever)
// Units    periods of the process, as in History
// Source   posterior of the gamma-mixed Poisson rate: Schmittlein, Morrison & Colombo (1987); the ratio is ours
#pragma once

#include <vector>

#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

double usual_gap(const PurchaseModel& model,
                 const History& history);  // periods, > 0; may be very long
double activity(const PurchaseModel& model, const History& history);  // 0 .. 1

// When the next order of a customer who comes back comes: quantiles of the time from now.
struct NextOrder {
  double p_ever = 0;  // comes back at all, ever
  double low = 0, median = 0, high = 0;
};
// `coverage` of the orders fall between low and high, half of the rest on either side; 0 < coverage < 1.
NextOrder next_order(const PurchaseModel& model, const History& history, double coverage = 0.8);

// One per row. Errors as those of predict().
std::vector<double> activity(const PurchaseModel& model, const Purchases::Input& input);

}  // namespace perennial::models
