// Covariates about 0 and of deviation 1 while a fit searches, so that years of birth and incomes need no care, and the way
// back to the user's own units.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perennial/models/value/maximum_likelihood.h"

namespace perennial::models {

struct CovariateScale {
  std::vector<double> mean, deviation;  // of each covariate; deviation 1 where it does not vary

  std::vector<double> standardised(std::span<const double> values) const;
};
CovariateScale covariate_scale(std::span<const double> values, std::size_t count);

// The effects from `offset` on multiply one parameter by exp(sign * effect * covariate).
struct ScaledEffects {
  std::size_t parameter;
  double sign;
  std::size_t offset;
  const CovariateScale* scale;
};
// Estimates, covariance and standard errors for covariates as they come. The first `base` parameters are positive ones.
void restore(FitReport& report, std::size_t base, std::span<const ScaledEffects> effects);

}  // namespace perennial::models
