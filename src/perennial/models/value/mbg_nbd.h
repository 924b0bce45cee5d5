// MBG/NBD: buys at random while active, may leave right after any purchase, the first one included.
//
// Story    customer i buys with rate lambda_i ~ Gamma(r, rate alpha); after each purchase, from the first on, leaves for
//          good with chance p_i ~ Beta(a, b)
// Assumes  leaving happens at purchases only; so p_alive of a one-time buyer is below 1 and falls with silence, which
//          makes it fit for speaking of churn
// Units    times in periods of days_per_period days
// Params   r, a, b without unit, alpha in periods; all > 0
// Cost     as BG/NBD
// Source   Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of models for customer base
//          analysis"; Hoppe & Wagner (2007) for the same process under the name CBG/NBD
// Golden   tests/golden/value.mbg_nbd/cdnow.json
#pragma once

#include "perennial/models/value/beta_geometric.h"
#include "perennial/models/value/process.h"

namespace perennial::models {

struct MbgNbdLaw : BetaGeometricLaw<FirstCoin::kAfterFirstPurchase> {
  static constexpr std::string_view kId = "value.mbg_nbd/1";
  static constexpr std::string_view kTitle = "MBG/NBD";
  static constexpr bool kPAliveTellsChurn = true;
};

extern template class ProcessOf<MbgNbdLaw>;
using MbgNbd = ProcessOf<MbgNbdLaw>;
static_assert(Model<MbgNbd, Purchases>);

}  // namespace perennial::models
