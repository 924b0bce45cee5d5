// The linear baseline: what a customer did before, weighted by ordinary least squares. Every process has to beat it.
//
// Story    learns on an earlier stretch of the same shop (history up to a cut, outcome in the stretch after it) and is
//          asked about a later cut with a stretch of the same length
// Features 1, repeat purchases x, recency t_x, age T, silence T - t_x, pace x / T, mean spend of the repeat purchases
// Assumes  nothing; forecasts below 0 count as 0. Collinear features share their weight (minimum-norm solution)
// Source   Platzer (2008): on the DMEF contest's data a linear regression beat Pareto/NBD and BG/NBD
#pragma once

#include <span>
#include <vector>

#include "perennial/models/value/family.h"

namespace perennial::models {

class LinearBaseline {
 public:
  // outcome[i] >= 0 is what customer i did or spent in the stretch that followed. Weights are not read. Errors: kBadInput
  // for a wrong length or a value that is not finite; validate()'s.
  static LinearBaseline fit(const Purchases::Input& histories, std::span<const double> mean_spend,
                            std::span<const double> outcome);
  std::vector<double> predict(const Purchases::Input& histories,
                              std::span<const double> mean_spend) const;

  const std::vector<double>& coefficients() const { return coefficients_; }  // in the order above

 private:
  std::vector<double> coefficients_;
};

}  // namespace perennial::models
