// Who a registered customer is: name, address, language, and what of it was told to the shop.
#pragma once

#include <cstdint>

#include "perennial/base/random.h"
#include "perennial/simulate/batches.h"
#include "perennial/simulate/customer_plan.h"

namespace perennial::simulate {

struct Profile {
  Text country;
  Text language;
};

// Appends the statement made at registration and, where the customer opts out later, that one too. E-mail addresses
// are of example.com and phone numbers of the unassigned country code 999: none of them reaches anybody.
Profile write_profile(const Scenario& scenario, std::int64_t number, Text customer,
                      const CustomerPlan& plan, RandomStream& random, Chunk& chunk);

}  // namespace perennial::simulate
