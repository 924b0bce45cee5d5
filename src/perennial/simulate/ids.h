// Compact ids: a letter and base-32 digits, at most 12 bytes, so that databases hold them without a heap allocation.
// The same person and number always give the same id; different ones never do.
#pragma once

#include <cstdint>
#include <string_view>

#include "perennial/base/time.h"
#include "perennial/simulate/text_arena.h"

namespace perennial::simulate {

// letter + 6 digits of `person` + `width` digits of `number`. REQUIRES: both fit (2^30; 32^width).
std::string_view make_id(TextArena& texts, char letter, std::uint64_t person, std::uint64_t number,
                         int width);
// 'a' + 8 digits that look drawn at random: a bijection of person and device (0 to 15).
std::string_view anonymous_id(TextArena& texts, std::uint64_t person, std::uint64_t device);
std::string_view customer_id(TextArena& texts, std::uint64_t person);  // C00000042
std::string_view iso_date(TextArena& texts, Day day);

}  // namespace perennial::simulate
