// The decision's part of the main job: one next step for every known customer (policy.h), written to
// derived.next_steps. Reads the journey, derived.scores and derived.recommendations.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/policy.h"

namespace perennial::engine {

// The shop's own increments where its randomised exposures can tell, else the assumed ones.
Increments shop_increments(store::Connection& connection, Day as_of);

// `new_customer_spend` is what an order of someone without orders is expected to bring.
// Returns how many customers got each action, most frequent first.
std::vector<std::pair<std::string, std::int64_t>> write_next_steps(store::Connection& connection,
                                                                   Day as_of,
                                                                   double new_customer_spend,
                                                                   const PolicyOptions& options,
                                                                   Context& context);

}  // namespace perennial::engine
