// Where an increasing function of a positive variable reaches a value.
#pragma once

#include <functional>

namespace perennial::math {

// t > 0 with increasing(t) = target, to 1e-10 of t, searched from `guess` in steps that double. `increasing` must be
// continuous with increasing(0) <= target. Gives up at 1e300: returns infinity when the target is never reached.
// REQUIRES: guess > 0
double reach(const std::function<double(double)>& increasing, double target, double guess);

}  // namespace perennial::math
