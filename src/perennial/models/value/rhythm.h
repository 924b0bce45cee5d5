// Rhythm: how long a customer usually waits, and how much of that remains after the silence so far.
//
// Story    right after an order a customer's purchase rate is Gamma(r + x, rate alpha + t_x); half of such customers are
//          back within the usual gap
//              g = (alpha + t_x) (2^(1 / (r + x)) - 1)
// Activity the chance to buy within g from now, over that chance right after the last order, one half:
//              a = P(alive) (1 - ((alpha + T) / (alpha + T + g))^(r + x)) / (1 / 2)
//          It is at most 1, 1 right after an order of a customer who is certainly active, and falls with silence in two
//          ways: the customer may have left, or may be slower than the past suggested. P(alive) alone knows only the
//          first, and is 1 for everyone where the history of the shop is too short to show that anybody leaves
// Units    periods of the process, as in History
// Source   posterior of the gamma-mixed Poisson rate: Schmittlein, Morrison & Colombo (1987); the ratio is ours
#pragma once

#include <vector>

#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

double usual_gap(const PurchaseModel& model,
                 const History& history);  // periods, > 0; may be very long
double activity(const PurchaseModel& model, const History& history);  // 0 .. 1

// One per row. Errors as those of predict().
std::vector<double> activity(const PurchaseModel& model, const Purchases::Input& input);

}  // namespace perennial::models
