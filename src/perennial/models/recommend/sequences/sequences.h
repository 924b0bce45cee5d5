// Purchase histories as sequences: what a model of next items reads of customers whose clicks nobody recorded.
//
// Story    a customer's items in the order of their last days, those of one day by item number, for the order inside a
//          day is not known; an item stands once, at its last day
// Shapes   sequence c belongs to row c, or to the c-th of the rows asked for; its time is the start of the last day
#pragma once

#include <optional>
#include <span>

#include "perennial/models/recommend/interactions.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

SessionRows sequences_of(const Interactions& interactions,
                         std::optional<std::span<const std::uint32_t>> customers = std::nullopt);

}  // namespace perennial::models
