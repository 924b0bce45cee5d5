#include "perennial/evaluate/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::evaluate {
namespace {

void validate(std::size_t customers, const BootstrapOptions& options) {
  if (options.replicates == 0) {
    fail(ErrorKind::kInvalidArgument, "bootstrap: replicates is 0, needs at least 1");
  }
  if (!(options.level > 0 && options.level < 1)) {
    fail(ErrorKind::kInvalidArgument, "bootstrap: level is {}, needs to be between 0 and 1",
         options.level);
  }
  if (customers == 0) {
    fail(ErrorKind::kNotEnoughData, "bootstrap: no customers to draw from; judge at least one");
  }
}

void validate(std::span<const std::span<const double>> columns) {
  for (const std::span<const double> column : columns) {
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

std::vector<std::uint32_t> draw(std::size_t customers, std::uint64_t seed, std::size_t replicate) {
  RandomStream stream(seed, replicate);
  std::vector<std::uint32_t> times(customers, 0);
  for (std::size_t i = 0; i < customers; ++i) ++times[stream.below(customers)];
  return times;
}

std::optional<Estimate> estimate(double value, std::vector<double> replicates, double level) {
  if (std::isnan(value)) return std::nullopt;
  std::erase_if(replicates, [](double x) { return std::isnan(x); });
  if (replicates.empty()) return Estimate{value, value, value};
  std::sort(replicates.begin(), replicates.end());
  const double tail = (1 - level) / 2;
  return Estimate{value, quantile(replicates, tail), quantile(replicates, 1 - tail)};
}

}  // namespace

Draws::Draws(std::size_t customers, const BootstrapOptions& options)
    : customers_(customers),
      replicates_(options.replicates),
      seed_(options.seed),
      times_(customers * options.replicates) {
  parallel_chunks(replicates_, 1, options.threads, [&](std::size_t b, std::size_t) {
    std::uint8_t* to = times_.data() + b * customers_;
    for (const std::uint32_t drawn : draw(customers_, seed_, b)) {
      CHECK(drawn <= std::numeric_limits<std::uint8_t>::max());  // each is drawn once on average
      *to++ = static_cast<std::uint8_t>(drawn);
    }
  });
}

bool Draws::are_of(std::size_t customers, const BootstrapOptions& options) const {
  return customers == customers_ && options.replicates == replicates_ && options.seed == seed_;
}

std::vector<std::uint32_t> Draws::times(std::size_t replicate) const {
  const auto from = times_.begin() + static_cast<std::ptrdiff_t>(replicate * customers_);
  return {from, from + static_cast<std::ptrdiff_t>(customers_)};
}

std::optional<Estimate> find_metric(std::span<const Metric> metrics, std::string_view name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  if (found != metrics.end()) return found->estimate;
  std::string known;
  for (const Metric& metric : metrics) {
    known += known.empty() ? "" : ", ";
    known += metric.name;
  }
  fail(ErrorKind::kNotFound, "metric {}: no such metric; there are {}", name, known);
}

double quantile(std::span<const double> values, double p) {
  CHECK(!values.empty() && p >= 0 && p <= 1);
  const double position = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

Replicated replicate(std::size_t customers, const Statistics& statistics,
                     const BootstrapOptions& options) {
  validate(customers, options);
  const Draws* made =
      options.draws && options.draws->are_of(customers, options) ? options.draws.get() : nullptr;
  Replicated figures{.values = statistics(std::vector<std::uint32_t>(customers, 1)),
                     .replicates = std::vector<std::vector<double>>(options.replicates)};
  parallel_chunks(options.replicates, 1, options.threads, [&](std::size_t b, std::size_t) {
    figures.replicates[b] =
        statistics(made != nullptr ? made->times(b) : draw(customers, options.seed, b));
  });
  return figures;
}

std::vector<std::optional<Estimate>> estimates(const Replicated& figures, double level) {
  std::vector<std::optional<Estimate>> all;
  for (std::size_t s = 0; s < figures.values.size(); ++s) {
    std::vector<double> of_this;
    for (const std::vector<double>& one : figures.replicates) of_this.push_back(one[s]);
    all.push_back(estimate(figures.values[s], std::move(of_this), level));
  }
  return all;
}

std::vector<std::optional<Estimate>> bootstrap(std::size_t customers, const Statistics& statistics,
                                               const BootstrapOptions& options) {
  return estimates(replicate(customers, statistics, options), options.level);
}

std::vector<Estimate> bootstrap_estimates(std::span<const std::span<const double>> columns,
                                          const BootstrapOptions& options) {
  CHECK(!columns.empty());
  validate(columns);
  const std::size_t n = columns[0].size();
  const auto means = [&](std::span<const std::uint32_t> times) {
    std::vector<double> out;
    for (const std::span<const double> column : columns) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += times[i] * column[i];
      out.push_back(sum / static_cast<double>(n));
    }
    return out;
  };
  std::vector<Estimate> all;
  for (const std::optional<Estimate>& found : bootstrap(n, means, options)) {
    CHECK(found);  // a mean is always there
    all.push_back(*found);
  }
  return all;
}

Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              const BootstrapOptions& options) {
  if (a.size() != b.size()) {
    fail(ErrorKind::kBadInput, "bootstrap: columns have {} and {} values, need equally many",
         a.size(), b.size());
  }
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  const std::span<const double> column = differences;
  return bootstrap_estimates({&column, 1}, options)[0];
}

}  // namespace perennial::evaluate
