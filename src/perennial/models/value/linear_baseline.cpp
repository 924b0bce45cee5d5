#include "perennial/models/value/linear_baseline.h"

#include <array>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/math/symmetric.h"

namespace perennial::models {
namespace {

constexpr std::size_t kFeatures = 7;
using Row = std::array<double, kFeatures>;

Row features(const History& h, double mean_spend) {
  const double pace = h.age > 0 ? h.repeat_purchases / h.age : 0;
  return {1, h.repeat_purchases, h.recency, h.age, h.age - h.recency, pace, mean_spend};
}

void check(std::string_view name, std::span<const double> values, std::size_t n) {
  if (values.size() != n)
    fail(ErrorKind::kBadInput, "{} has {} rows, the histories have {}", name, values.size(), n);
  for (std::size_t i = 0; i < n; ++i)
    if (!std::isfinite(values[i]))
      fail(ErrorKind::kBadInput, "row {}: {} is {}, needs a finite number", i + 1, name, values[i]);
}

}  // namespace

LinearBaseline LinearBaseline::fit(const Purchases::Input& histories,
                                   std::span<const double> mean_spend,
                                   std::span<const double> outcome) {
  validate(histories);
  const std::size_t n = histories.size();
  check("mean_spend", mean_spend, n);
  check("outcome", outcome, n);
  // Each feature over its own scale, so that what counts as collinear does not depend on units.
  Row scale{};
  for (std::size_t i = 0; i < n; ++i) {
    const Row row = features(histories.history(i), mean_spend[i]);
    for (std::size_t j = 0; j < kFeatures; ++j) scale[j] += row[j] * row[j];
  }
  for (double& value : scale) value = value > 0 ? std::sqrt(value / static_cast<double>(n)) : 1;
  std::array<double, kFeatures * kFeatures> products{};
  Row towards{};
  for (std::size_t i = 0; i < n; ++i) {
    const Row row = features(histories.history(i), mean_spend[i]);
    for (std::size_t j = 0; j < kFeatures; ++j) {
      towards[j] += row[j] / scale[j] * outcome[i];
      for (std::size_t k = 0; k < kFeatures; ++k)
        products[j * kFeatures + k] += row[j] / scale[j] * row[k] / scale[k];
    }
  }
  const math::SymmetricEigen eigen = math::symmetric_eigen(products, kFeatures);
  const double least = 1e-10 * eigen.values.back();
  LinearBaseline model;
  model.coefficients_.assign(kFeatures, 0);
  for (std::size_t v = 0; v < kFeatures; ++v) {
    if (eigen.values[v] <= least) continue;
    double along = 0;
    for (std::size_t j = 0; j < kFeatures; ++j)
      along += eigen.vectors[v * kFeatures + j] * towards[j];
    for (std::size_t j = 0; j < kFeatures; ++j)
      model.coefficients_[j] +=
          eigen.vectors[v * kFeatures + j] * along / eigen.values[v] / scale[j];
  }
  return model;
}

std::vector<double> LinearBaseline::predict(const Purchases::Input& histories,
                                            std::span<const double> mean_spend) const {
  validate(histories);
  check("mean_spend", mean_spend, histories.size());
  std::vector<double> out(histories.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Row row = features(histories.history(i), mean_spend[i]);
    double sum = 0;
    for (std::size_t j = 0; j < kFeatures; ++j) sum += coefficients_[j] * row[j];
    out[i] = std::fmax(0.0, sum);
  }
  return out;
}

}  // namespace perennial::models
