#include "perennial/math/mcmc.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::math {

std::vector<double> cholesky(std::span<const double> matrix, std::size_t n) {
  std::vector<double> l(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      if (i == j) {
        if (!(sum > 0) || !std::isfinite(sum)) return {};
        l[i * n + i] = std::sqrt(sum);
      } else {
        l[i * n + j] = sum / l[j * n + j];
      }
    }
  }
  return l;
}

AdaptiveWalk::AdaptiveWalk(std::vector<double> start, double log_density,
                           std::span<const double> covariance)
    : at_(std::move(start)),
      log_density_(log_density),
      mean_(at_),
      covariance_(covariance.begin(), covariance.end()),
      factor_(cholesky(covariance, at_.size())),
      log_stride_(std::log(2.38 / std::sqrt(static_cast<double>(at_.size())))) {
  CHECK(!factor_.empty());
}

void AdaptiveWalk::step(const LogDensity& log_density, RandomStream& stream, bool learn) {
  const std::size_t n = at_.size();
  std::vector<double> normal(n);
  for (double& value : normal) value = stream.normal();
  std::vector<double> proposal = at_;
  const double stride = std::exp(log_stride_);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) proposal[i] += stride * factor_[i * n + j] * normal[j];
  const double proposed = log_density(proposal);
  // Also false for NaN: such a place is never visited.
  const double accepted = proposed > -std::numeric_limits<double>::infinity()
                              ? std::exp(std::fmin(0.0, proposed - log_density_))
                              : 0.0;
  if (stream.uniform() < accepted) {
    at_ = std::move(proposal);
    log_density_ = proposed;
  }
  if (learn) learn_from(accepted);
}

void AdaptiveWalk::learn_from(double accepted) {
  const std::size_t n = at_.size();
  ++learnt_;
  constexpr double kWanted = 0.3;
  const double rate = std::pow(learnt_, -0.6);
  log_stride_ += rate * (accepted - kWanted);
  // The guess counts as twenty draws.
  const double share = 1 / (learnt_ + 20);
  std::vector<double> off(n);
  for (std::size_t i = 0; i < n; ++i) off[i] = at_[i] - mean_[i];
  for (std::size_t i = 0; i < n; ++i) mean_[i] += share * off[i];
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      covariance_[i * n + j] += share * (off[i] * off[j] - covariance_[i * n + j]);
  constexpr int kEvery = 20;
  if (static_cast<int>(learnt_) % kEvery != 0) return;
  std::vector<double> factor = cholesky(covariance_, n);
  if (!factor.empty()) factor_ = std::move(factor);
}

McmcDraws sample(const LogDensity& log_density, const std::vector<double>& start,
                 std::span<const double> covariance, const McmcOptions& options) {
  CHECK(options.chains >= 1 && options.draws >= 4 && options.warm_up >= 0);
  const std::size_t n = start.size();
  const std::vector<double> factor = cholesky(covariance, n);
  CHECK(!factor.empty());
  const auto chains = static_cast<std::size_t>(options.chains);
  const auto per_chain = static_cast<std::size_t>(options.draws);
  McmcDraws draws{.variables = n,
                  .chains = options.chains,
                  .values = std::vector<double>(chains * per_chain * n),
                  .r_hat = {},
                  .effective_size = {}};
  parallel_chunks(chains, 1, options.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t chain = begin; chain < end; ++chain) {
      RandomStream stream(options.seed, chain);
      // Scattered, so that chains which agree in the end have found the same place.
      std::vector<double> from = start;
      for (int attempt = 0; attempt < 20; ++attempt) {
        from = start;
        std::vector<double> normal(n);
        for (double& value : normal) value = 1.5 * stream.normal();
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j <= i; ++j) from[i] += factor[i * n + j] * normal[j];
        if (std::isfinite(log_density(from))) break;
        from = start;
      }
      AdaptiveWalk walk(from, log_density(from), covariance);
      for (int i = 0; i < options.warm_up; ++i) walk.step(log_density, stream, true);
      for (std::size_t i = 0; i < per_chain; ++i) {
        walk.step(log_density, stream, false);
        std::ranges::copy(walk.at(), draws.values.begin() +
                                         static_cast<std::ptrdiff_t>((chain * per_chain + i) * n));
      }
    }
  });
  diagnose(draws);
  return draws;
}

namespace {

struct Halves {
  std::vector<std::vector<double>> sequences;
  std::vector<double> means, variances;
  double within = 0, between = 0;  // variances of a draw
  double length = 0;
};

Halves halves_of(const McmcDraws& draws, std::size_t variable) {
  Halves h;
  const auto chains = static_cast<std::size_t>(draws.chains);
  const std::size_t per_chain = draws.size() / chains;
  const std::size_t half = per_chain / 2;
  for (std::size_t chain = 0; chain < chains; ++chain)
    for (std::size_t part = 0; part < 2; ++part) {
      std::vector<double> sequence;
      for (std::size_t i = 0; i < half; ++i)
        sequence.push_back(draws.draw(chain * per_chain + part * half + i)[variable]);
      h.sequences.push_back(std::move(sequence));
    }
  h.length = static_cast<double>(half);
  for (const std::vector<double>& sequence : h.sequences) {
    double mean = 0;
    for (const double value : sequence) mean += value;
    mean /= h.length;
    double variance = 0;
    for (const double value : sequence) variance += (value - mean) * (value - mean);
    h.means.push_back(mean);
    h.variances.push_back(variance / (h.length - 1));
  }
  const auto m = static_cast<double>(h.sequences.size());
  double grand = 0;
  for (const double mean : h.means) grand += mean / m;
  for (const double mean : h.means) h.between += (mean - grand) * (mean - grand) / (m - 1);
  for (const double variance : h.variances) h.within += variance / m;
  return h;
}

double pooled_variance(const Halves& h) { return (h.length - 1) / h.length * h.within + h.between; }

double effective_size_of(const Halves& h) {
  const auto m = static_cast<double>(h.sequences.size());
  const double variance = pooled_variance(h);
  const double total = m * h.length;
  if (!(variance > 0)) return total;
  const auto length = static_cast<std::size_t>(h.length);
  const auto correlation = [&](std::size_t lag) {
    double covariance = 0;
    for (std::size_t s = 0; s < h.sequences.size(); ++s) {
      const std::vector<double>& x = h.sequences[s];
      double sum = 0;
      for (std::size_t i = 0; i + lag < length; ++i)
        sum += (x[i] - h.means[s]) * (x[i + lag] - h.means[s]);
      covariance += sum / h.length / m;
    }
    return 1 - (h.within - covariance) / variance;
  };
  // Sums of neighbours, as long as they are positive, never rising.
  double sum = 0;
  double last = std::numeric_limits<double>::infinity();
  for (std::size_t lag = 0; lag + 1 < length; lag += 2) {
    const double pair = correlation(lag) + correlation(lag + 1);
    if (pair <= 0) break;
    last = std::fmin(last, pair);
    sum += last;
  }
  return std::fmin(total, total / std::fmax(2 * sum - 1, 1 / std::log10(total)));
}

}  // namespace

void diagnose(McmcDraws& draws) {
  draws.r_hat.clear();
  draws.effective_size.clear();
  for (std::size_t variable = 0; variable < draws.variables; ++variable) {
    const Halves h = halves_of(draws, variable);
    // Chains that never moved agree only where they stand at one place.
    const double stuck = h.between > 0 ? std::numeric_limits<double>::infinity() : 1.0;
    draws.r_hat.push_back(h.within > 0 ? std::sqrt(pooled_variance(h) / h.within) : stuck);
    draws.effective_size.push_back(effective_size_of(h));
  }
}

}  // namespace perennial::math
