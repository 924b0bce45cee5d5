// BG/NBD: buys at random while active, may leave right after any repeat purchase.
//
// Story    customer i buys with rate lambda_i ~ Gamma(r, rate alpha); after each repeat purchase leaves for good with
//          chance p_i ~ Beta(a, b)
// Assumes  leaving can only be noticed after a repeat purchase: who never bought again counts as active for certain, so
//          p_alive is 1 for one-time buyers. Use p_active, or another process's p_alive, to speak of churn
// Units    times in periods of days_per_period days
// Params   r, a, b without unit, alpha in periods; all > 0
// Cost     fit: about 10 passes over the unique histories, 60 ns each; predict: O(1 + expected purchases) a row
// Source   Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way"
// Golden   tests/golden/value.bg_nbd/cdnow.json
#pragma once

#include "perennial/models/value/beta_geometric.h"
#include "perennial/models/value/process.h"

namespace perennial::models {

struct BgNbdLaw : BetaGeometricLaw<FirstCoin::kAfterFirstRepeat> {
  static constexpr std::string_view kId = "value.bg_nbd/1";
  static constexpr std::string_view kTitle = "BG/NBD";
  static constexpr bool kPAliveTellsChurn = false;
};

extern template class ProcessOf<BgNbdLaw>;
using BgNbd = ProcessOf<BgNbdLaw>;
static_assert(Model<BgNbd, Purchases>);

}  // namespace perennial::models
