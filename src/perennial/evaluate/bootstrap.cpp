#include "perennial/evaluate/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::evaluate {
namespace {

void validate(std::span<const std::span<const double>> columns, const BootstrapOptions& options) {
  if (options.replicates == 0) {
    fail(ErrorKind::kInvalidArgument, "bootstrap: replicates is 0, needs at least 1");
  }
  if (!(options.level > 0 && options.level < 1)) {
    fail(ErrorKind::kInvalidArgument, "bootstrap: level is {}, needs to be between 0 and 1",
         options.level);
  }
  for (const std::span<const double> column : columns) {
    if (column.empty()) {
      fail(ErrorKind::kNotEnoughData, "bootstrap: no customers to draw from; judge at least one");
    }
    if (column.size() != columns[0].size()) {
      fail(ErrorKind::kBadInput, "bootstrap: columns have {} and {} values, need equally many",
           columns[0].size(), column.size());
    }
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (!std::isfinite(column[i])) {
        fail(ErrorKind::kBadInput, "bootstrap: the value of customer {} is {}, needs to be finite",
             i, column[i]);
      }
    }
  }
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

double quantile(std::span<const double> values, double p) {
  CHECK(!values.empty() && p >= 0 && p <= 1);
  const double position = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

std::vector<std::vector<double>> bootstrap_means(std::span<const std::span<const double>> columns,
                                                 const BootstrapOptions& options) {
  validate(columns, options);
  const std::size_t m = columns.size();
  const std::size_t n = m == 0 ? 0 : columns[0].size();
  std::vector<double> rows(n * m);  // customer after customer: a draw reads one place
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < m; ++c) rows[i * m + c] = columns[c][i];
  }
  std::vector<std::vector<double>> means(m, std::vector<double>(options.replicates));
  parallel_chunks(options.replicates, 1, options.threads, [&](std::size_t b, std::size_t) {
    RandomStream stream(options.seed, b);
    std::vector<double> sums(m, 0.0);
    for (std::size_t draw = 0; draw < n; ++draw) {
      const double* row = rows.data() + stream.below(n) * m;
      for (std::size_t c = 0; c < m; ++c) sums[c] += row[c];
    }
    for (std::size_t c = 0; c < m; ++c) means[c][b] = sums[c] / static_cast<double>(n);
  });
  return means;
}

std::vector<Estimate> bootstrap_estimates(std::span<const std::span<const double>> columns,
                                          const BootstrapOptions& options) {
  std::vector<std::vector<double>> replicates = bootstrap_means(columns, options);
  const double tail = (1 - options.level) / 2;
  std::vector<Estimate> estimates;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<double>& means = replicates[c];
    std::sort(means.begin(), means.end());
    estimates.push_back({mean(columns[c]), quantile(means, tail), quantile(means, 1 - tail)});
  }
  return estimates;
}

Estimate bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
  return bootstrap_estimates({&values, 1}, options)[0];
}

Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              const BootstrapOptions& options) {
  if (a.size() != b.size()) {
    fail(ErrorKind::kBadInput, "bootstrap: columns have {} and {} values, need equally many",
         a.size(), b.size());
  }
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  return bootstrap_mean(differences, options);
}

}  // namespace perennial::evaluate
