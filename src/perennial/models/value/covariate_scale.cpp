#include "perennial/models/value/covariate_scale.h"

#include <cmath>

namespace perennial::models {

CovariateScale covariate_scale(std::span<const double> values, std::size_t count) {
  CovariateScale scale{std::vector<double>(count), std::vector<double>(count)};
  if (count == 0) return scale;
  const auto rows = static_cast<double>(values.size() / count);
  for (std::size_t i = 0; i < values.size(); ++i) scale.mean[i % count] += values[i] / rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double off = values[i] - scale.mean[i % count];
    scale.deviation[i % count] += off * off / rows;
  }
  for (double& deviation : scale.deviation) deviation = deviation > 0 ? std::sqrt(deviation) : 1.0;
  return scale;
}

std::vector<double> CovariateScale::standardised(std::span<const double> values) const {
  std::vector<double> out(values.begin(), values.end());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = (out[i] - mean[i % mean.size()]) / deviation[i % mean.size()];
  return out;
}

void restore(FitReport& report, std::size_t base, std::span<const ScaledEffects> effects) {
  const std::size_t n = report.estimates.size();
  // Over (log base parameters, effects) the way back is linear.
  std::vector<double> back(n * n);
  for (std::size_t i = 0; i < n; ++i) back[i * n + i] = 1;
  for (const ScaledEffects& e : effects)
    for (std::size_t k = 0; k < e.scale->mean.size(); ++k) {
      const std::size_t effect = e.offset + k;
      back[effect * n + effect] = 1 / e.scale->deviation[k];
      back[e.parameter * n + effect] -= e.sign * e.scale->mean[k] / e.scale->deviation[k];
    }
  std::vector<double> at = report.estimates;
  std::vector<double> slope(n, 1.0);
  for (std::size_t i = 0; i < base; ++i) {
    slope[i] = at[i];
    at[i] = std::log(at[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) sum += back[i * n + j] * at[j];
    report.estimates[i] = i < base ? std::exp(sum) : sum;
  }
  const std::vector<double> covariance = report.covariance;
  std::vector<double> half(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k)
        half[i * n + j] += back[i * n + k] * covariance[k * n + j] / (slope[k] * slope[j]);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += half[i * n + k] * back[j * n + k];
      report.covariance[i * n + j] =
          sum * (i < base ? report.estimates[i] : 1.0) * (j < base ? report.estimates[j] : 1.0);
    }
    report.standard_errors[i] = std::sqrt(report.covariance[i * n + i]);
  }
}

}  // namespace perennial::models
