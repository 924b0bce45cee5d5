// An interrupted training as bytes: what a caller stores between two runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "perennial/models/learn/sequence_networks.h"

namespace perennial::models {

// Of all that two runs must agree on to be one; how long they may take, where and on how many threads is left out.
std::uint64_t fingerprint_of(const SequenceShape& shape, const SequenceRows& rows,
                             const SequenceTraining& training);

std::string bytes_of(const SequenceState& state, std::uint64_t fingerprint);
// kCorrupt when cut or changed, kInvalidArgument when it belongs to another fingerprint, in the name of `model`.
SequenceState state_of(std::string_view bytes, std::uint64_t fingerprint,
                       const SequenceShape& shape, std::string_view model);

}  // namespace perennial::models
