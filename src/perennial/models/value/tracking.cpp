#include "perennial/models/value/tracking.h"

#include <cmath>
#include <map>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

// Distinct values in ascending order, with how often each occurs.
struct Distinct {
  std::vector<double> value, count;
};

Distinct distinct(std::span<const double> values, std::string_view name) {
  std::map<double, double> counts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= 0) || !std::isfinite(values[i]))
      fail(ErrorKind::kBadInput, "row {}: {} is {}, needs a finite number of periods, 0 or more",
           i + 1, name, values[i]);
    ++counts[values[i]];
  }
  Distinct out;
  for (const auto& [value, count] : counts) {
    out.value.push_back(value);
    out.count.push_back(count);
  }
  return out;
}

double expected_of_new(const PurchaseModel& model, double periods) {
  return std::visit([&](const auto& m) { return m.expected_purchases(History{}, periods); }, model);
}

}  // namespace

Tracking track(const PurchaseModel& model, std::span<const double> first_purchase,
               std::size_t periods, Threads threads) {
  const Distinct first = distinct(first_purchase, "first_purchase");
  Tracking out{std::vector<double>(periods), std::vector<double>(periods)};
  parallel_chunks(periods, 1, threads, [&](std::size_t k, std::size_t) {
    const auto end = static_cast<double>(k + 1);
    for (std::size_t i = 0; i < first.value.size() && first.value[i] < end; ++i)
      out.cumulative[k] += first.count[i] * expected_of_new(model, end - first.value[i]);
  });
  for (std::size_t k = 0; k < periods; ++k)
    out.incremental[k] = out.cumulative[k] - (k > 0 ? out.cumulative[k - 1] : 0);
  return out;
}

std::vector<double> expected_frequencies(const PurchaseModel& model, std::span<const double> age,
                                         std::size_t most, Threads threads) {
  const Distinct ages = distinct(age, "age");
  const auto counts_of = [&](std::size_t begin, std::size_t end) {
    std::vector<double> sum(most + 1);
    for (std::size_t i = begin; i < end; ++i) {
      const std::vector<double> pmf = std::visit(
          [&](const auto& m) { return m.purchase_pmf(History{}, ages.value[i]); }, model);
      double rest = 1;
      for (std::size_t x = 0; x < most && x < pmf.size(); ++x) {
        sum[x] += ages.count[i] * pmf[x];
        rest -= pmf[x];
      }
      sum[most] += ages.count[i] * std::fmax(rest, 0.0);
    }
    return sum;
  };
  return ordered_reduce(ages.value.size(), 16, threads, std::vector<double>(most + 1), counts_of,
                        [](std::vector<double> sum, const std::vector<double>& part) {
                          for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
                          return sum;
                        });
}

}  // namespace perennial::models
