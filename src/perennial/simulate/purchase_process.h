// When one customer buys: the Pareto/NBD process with Erlang-k intervals, on the shop's clock.
//
// Story    the first purchase starts the process; repeat purchases follow at rate lambda, each interval the sum of k
//          exponential phases of rate k * lambda, until a dropout at rate mu. lambda and mu differ between customers
//          by gamma laws
// Units    rates per week; clock in days (see season_clock.h)
// Source   Schmittlein, Morrison & Colombo (1987); Platzer & Reutterer (2016) for Erlang-k
#pragma once

#include <vector>

#include "perennial/base/random.h"
#include "perennial/simulate/options.h"

namespace perennial::simulate {

struct PurchaseRates {
  double lambda = 0;
  double mu = 0;
};
PurchaseRates draw_rates(const PurchaseLaw& law, RandomStream& random);

struct PurchasePath {
  std::vector<double> clocks;  // first purchase and repeats before `end`
  double dropout = 0;          // clock; may lie after `end`
  int phase = 0;               // of the interval running at `end`: phases already done, 0 to k - 1
};
// From the first purchase at clock `first` up to `end`; none if first >= end.
PurchasePath draw_path(PurchaseRates rates, int erlang_k, double first, double end,
                       RandomStream& random);

// Mean number of purchases within `weeks` of an active customer with `phase` phases of the running interval done.
// With rho = k lambda / (k lambda + mu), the m-th phase from now ends before dropout and horizon with probability
// rho^m P(Gamma(m, k lambda + mu) <= weeks); every k-th of them is a purchase.
double expected_purchases(PurchaseRates rates, int erlang_k, int phase, double weeks);

}  // namespace perennial::simulate
