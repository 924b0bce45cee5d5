#include "perennial/models/value/posterior.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/math/mcmc.h"
#include "perennial/math/symmetric.h"

namespace perennial::models {
namespace {

constexpr double kPriorDeviation = 2;
constexpr double kReach = 30;  // of log parameters: beyond it the prior leaves nothing
constexpr double kTrusted = 1.05;

double log_prior(std::span<const double> at) {
  double sum = 0;
  for (const double value : at) sum -= 0.5 * value * value / (kPriorDeviation * kPriorDeviation);
  return sum;
}

math::Evaluation with_prior(math::Evaluation e, std::span<const double> at) {
  constexpr double kPrecision = 1 / (kPriorDeviation * kPriorDeviation);
  const std::size_t n = at.size();
  e.value -= log_prior(at);
  for (std::size_t i = 0; i < n; ++i) {
    e.gradient[i] += kPrecision * at[i];
    e.hessian[i * n + i] += kPrecision;
  }
  return e;
}

struct Mode {
  std::vector<double> at;          // log parameters, each over its scale
  std::vector<double> covariance;  // of them
};

Mode mode_of(const LikelihoodProblem& problem) {
  const std::size_t n = problem.names.size();
  const math::Box box{std::vector<double>(n, -kReach), std::vector<double>(n, kReach)};
  const auto penalised = [](const auto& function) {
    return [&function](std::span<const double> at) { return with_prior(function(at), at); };
  };
  const math::Minimum* best = nullptr;
  std::vector<math::Minimum> tries;
  for (const std::vector<double>& start : problem.starts)
    tries.push_back(math::minimise(penalised(problem.sample), start, box, {60, 1e-3}));
  for (const math::Minimum& minimum : tries)
    if (std::isfinite(minimum.evaluation.value) &&
        (best == nullptr || minimum.evaluation.value < best->evaluation.value))
      best = &minimum;
  if (best == nullptr)
    fail(ErrorKind::kNoConvergence,
         "the likelihood is not finite anywhere the search began; look for extreme values in the "
         "input");
  std::vector<double> from = best->at;
  if (problem.refine) from = math::minimise(penalised(problem.refine), from, box, {60, 1e-3}).at;
  const math::Minimum minimum = math::minimise(penalised(problem.full), from, box, {200, 1e-6});
  const math::SymmetricEigen eigen = math::symmetric_eigen(minimum.evaluation.hessian, n);
  Mode mode{minimum.at, std::vector<double>(n * n)};
  // The likelihood may curve upwards somewhere; the prior never allows a variance above its own.
  constexpr double kLeastPrecision = 1 / (kPriorDeviation * kPriorDeviation);
  for (std::size_t v = 0; v < n; ++v) {
    const double variance = 1 / std::fmax(eigen.values[v], kLeastPrecision);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        mode.covariance[i * n + j] +=
            variance * eigen.vectors[v * n + i] * eigen.vectors[v * n + j];
  }
  return mode;
}

// Every k-th draw, so that `wanted` are left.
Posterior thinned(const LikelihoodProblem& problem, const math::McmcDraws& draws,
                  std::size_t offset, std::size_t wanted) {
  const std::size_t n = problem.names.size();
  Posterior out{
      .names = problem.names,
      .values = {},
      .r_hat = {draws.r_hat.begin() + static_cast<std::ptrdiff_t>(offset),
                draws.r_hat.begin() + static_cast<std::ptrdiff_t>(offset + n)},
      .effective_size = {draws.effective_size.begin() + static_cast<std::ptrdiff_t>(offset),
                         draws.effective_size.begin() + static_cast<std::ptrdiff_t>(offset + n)},
      .words = {}};
  for (std::size_t k = 0; k < wanted; ++k) {
    const auto draw = draws.draw(k * draws.size() / wanted).subspan(offset, n);
    for (std::size_t i = 0; i < n; ++i) out.values.push_back(problem.parameter(i, draw[i]));
  }
  const double worst = *std::ranges::max_element(out.r_hat);
  const double least = *std::ranges::min_element(out.effective_size);
  out.words = fmt::format(
      "{} chains, R-hat at most {:.3f}, at least {:.0f} independent draws{}", draws.chains, worst,
      least, worst > kTrusted ? "; the chains do not agree yet, treat intervals with care" : "");
  return out;
}

math::McmcOptions chains_for(const PosteriorOptions& options) {
  return {
      .chains = 4, .warm_up = 800, .draws = 1200, .seed = options.seed, .threads = options.threads};
}

template <typename M>
M with_values(const M& fitted, std::span<const double> draw) {
  std::vector<double> values = fitted.values();
  std::ranges::copy(draw, values.begin());
  return M::from_values(values, fitted.days_per_period());
}

template <typename Law>
LikelihoodProblem problem_of(const ProcessOf<Law>& fitted, const UniqueHistories& data,
                             Threads threads) {
  return Law::problem(fitted.params(), data, threads);
}

template <typename M>
PurchaseDraws as_models(const M& fitted, Posterior posterior) {
  PurchaseDraws out;
  for (std::size_t i = 0; i < posterior.size(); ++i)
    out.models.push_back(with_values(fitted, posterior.draw(i)));
  out.posterior = std::move(posterior);
  return out;
}

// `rows` is what one evaluation of the likelihood goes over.
Posterior draws_of(const LikelihoodProblem& problem, double came_back, std::size_t rows,
                   const PosteriorOptions& options) {
  constexpr double kFew = 50;
  constexpr std::size_t kFewRows = 300;
  const bool walk =
      options.method == PosteriorMethod::kMcmc ||
      (options.method == PosteriorMethod::kAuto && came_back < kFew && rows <= kFewRows);
  return walk ? mcmc_draws(problem, options) : laplace_draws(problem, options);
}

// ---- Groups that learn from each other ------------------------------------------------------------------------------

// One chain over the parameters of all groups, their shared means and their shared log spreads. All in logarithms over
// the scale of the whole shop.
class GroupChain {
 public:
  GroupChain(std::span<const LikelihoodProblem> groups, std::span<const Mode> modes,
             std::span<const double> scale, RandomStream& stream)
      : groups_(groups), stream_(stream), n_(scale.size()), mean_(n_, 0.0), log_spread_(n_, -1.0) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::vector<double> shift(n_);
      for (std::size_t i = 0; i < n_; ++i) shift[i] = std::log(scale[i] / groups[g].scale[i]);
      shifts_.push_back(shift);
      std::vector<double> start = modes[g].at;
      for (std::size_t i = 0; i < n_; ++i) {
        start[i] -= shift[i];
        mean_[i] += start[i] / static_cast<double>(groups.size());
      }
      log_likelihoods_.push_back(log_likelihood(g, start));
      walks_.emplace_back(start, log_likelihoods_[g] + around_mean(start), modes[g].covariance);
    }
    for (std::size_t i = 0; i < n_; ++i) {
      const std::vector<double> start{log_spread_[i]};
      spreads_.emplace_back(start, spread_density(i)(start), std::vector<double>{0.25});
    }
  }

  void step(bool learn) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const auto log_density = density(g);
      // The shared means have moved; the likelihood has not.
      const double before = log_likelihoods_[g] + around_mean(walks_[g].at());
      walks_[g].set_log_density(before);
      walks_[g].step(log_density, stream_, learn);
      if (walks_[g].log_density() != before)
        log_likelihoods_[g] = walks_[g].log_density() - around_mean(walks_[g].at());
    }
    for (std::size_t i = 0; i < n_; ++i) {
      draw_mean(i);
      const auto log_density = spread_density(i);
      spreads_[i].set_log_density(log_density(spreads_[i].at()));
      spreads_[i].step(log_density, stream_, learn);
      log_spread_[i] = spreads_[i].at()[0];
    }
  }

  // Groups one after the other, then a new group drawn from the shared distribution.
  void append_to(std::vector<double>& values) {
    for (const math::AdaptiveWalk& walk : walks_)
      values.insert(values.end(), walk.at().begin(), walk.at().end());
    for (std::size_t i = 0; i < n_; ++i)
      values.push_back(mean_[i] + std::exp(log_spread_[i]) * stream_.normal());
  }

 private:
  double log_likelihood(std::size_t g, std::span<const double> at) const {
    std::vector<double> own(at.begin(), at.end());
    for (std::size_t i = 0; i < n_; ++i) {
      own[i] += shifts_[g][i];
      if (std::fabs(own[i]) > kReach) return -std::numeric_limits<double>::infinity();
    }
    return -groups_[g].full(own).value;
  }
  double around_mean(std::span<const double> at) const {
    double sum = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      const double off = (at[i] - mean_[i]) / std::exp(log_spread_[i]);
      sum -= 0.5 * off * off + log_spread_[i];
    }
    return sum;
  }
  math::LogDensity density(std::size_t g) const {
    return
        [this, g](std::span<const double> at) { return log_likelihood(g, at) + around_mean(at); };
  }
  void draw_mean(std::size_t i) {
    const double precision = std::exp(-2 * log_spread_[i]);
    double sum = 0;
    for (const math::AdaptiveWalk& walk : walks_) sum += walk.at()[i];
    const double all =
        1 / (kPriorDeviation * kPriorDeviation) + precision * static_cast<double>(walks_.size());
    mean_[i] = precision * sum / all + stream_.normal() / std::sqrt(all);
  }
  // Half-normal(1) in the spread, over its logarithm.
  math::LogDensity spread_density(std::size_t i) const {
    return [this, i](std::span<const double> at) {
      const double spread = std::exp(at[0]);
      double sum = at[0] - 0.5 * spread * spread;
      for (const math::AdaptiveWalk& walk : walks_) {
        const double off = (walk.at()[i] - mean_[i]) / spread;
        sum -= 0.5 * off * off + at[0];
      }
      return sum;
    };
  }

  std::span<const LikelihoodProblem> groups_;
  RandomStream& stream_;
  std::size_t n_;
  std::vector<double> mean_, log_spread_;
  std::vector<std::vector<double>> shifts_;
  std::vector<double> log_likelihoods_;  // of the groups where their walks stand
  std::vector<math::AdaptiveWalk> walks_, spreads_;
};

}  // namespace

Posterior laplace_draws(const LikelihoodProblem& problem, const PosteriorOptions& options) {
  const std::size_t n = problem.names.size();
  const Mode mode = mode_of(problem);
  const std::vector<double> factor = math::cholesky(mode.covariance, n);
  CHECK(!factor.empty());
  Posterior out{.names = problem.names,
                .values = {},
                .r_hat = {},
                .effective_size = {},
                .words = "normal about the posterior mode"};
  for (std::size_t k = 0; k < options.draws; ++k) {
    RandomStream stream(options.seed, k);
    std::vector<double> normal(n);
    for (double& value : normal) value = stream.normal();
    for (std::size_t i = 0; i < n; ++i) {
      double at = mode.at[i];
      for (std::size_t j = 0; j <= i; ++j) at += factor[i * n + j] * normal[j];
      out.values.push_back(problem.parameter(i, std::clamp(at, -kReach, kReach)));
    }
  }
  return out;
}

Posterior mcmc_draws(const LikelihoodProblem& problem, const PosteriorOptions& options) {
  const Mode mode = mode_of(problem);
  const auto log_density = [&](std::span<const double> at) {
    for (const double value : at)
      if (std::fabs(value) > kReach) return -std::numeric_limits<double>::infinity();
    return log_prior(at) - problem.full(at).value;
  };
  return thinned(problem, math::sample(log_density, mode.at, mode.covariance, chains_for(options)),
                 0, options.draws);
}

std::vector<Posterior> hierarchical_draws(std::span<const LikelihoodProblem> groups,
                                          const PosteriorOptions& options) {
  if (groups.empty()) fail(ErrorKind::kBadInput, "there are no groups to learn from");
  const std::size_t n = groups[0].names.size();
  std::vector<Mode> modes;
  // The scale of the whole shop: the mean of those of the groups, by customers.
  std::vector<double> scale(n, 0.0);
  double customers = 0;
  for (const LikelihoodProblem& group : groups) {
    if (group.names != groups[0].names)
      fail(ErrorKind::kBadInput, "the groups are of different models");
    modes.push_back(mode_of(group));
    customers += group.customers;
    for (std::size_t i = 0; i < n; ++i) scale[i] += group.customers * group.scale[i];
  }
  for (double& value : scale) value /= customers;
  const math::McmcOptions chains = chains_for(options);
  math::McmcDraws draws{.variables = n * (groups.size() + 1),
                        .chains = chains.chains,
                        .values = {},
                        .r_hat = {},
                        .effective_size = {}};
  std::vector<std::vector<double>> by_chain(static_cast<std::size_t>(chains.chains));
  parallel_chunks(by_chain.size(), 1, options.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      RandomStream stream(options.seed, c);
      GroupChain chain(groups, modes, scale, stream);
      for (int i = 0; i < chains.warm_up; ++i) chain.step(true);
      for (int i = 0; i < chains.draws; ++i) {
        chain.step(false);
        chain.append_to(by_chain[c]);
      }
    }
  });
  for (const std::vector<double>& values : by_chain)
    draws.values.insert(draws.values.end(), values.begin(), values.end());
  math::diagnose(draws);
  LikelihoodProblem whole;
  whole.names = groups[0].names;
  whole.scale = scale;
  std::vector<Posterior> out;
  for (std::size_t g = 0; g <= groups.size(); ++g)
    out.push_back(thinned(whole, draws, g * n, options.draws));
  return out;
}

PurchaseDraws purchase_draws(const PurchaseModel& fitted, const Purchases::Input& input,
                             const PosteriorOptions& options) {
  const UniqueHistories data = histories_to_fit(input);
  const double came_back = data.weight_above.empty() ? 0 : data.weight_above[0];
  return std::visit(
      [&](const auto& model) {
        return as_models(model, draws_of(problem_of(model, data, options.threads), came_back,
                                         data.size(), options));
      },
      fitted);
}

std::vector<PurchaseDraws> purchase_draws_by_group(const PurchaseModel& fitted,
                                                   std::span<const Purchases::Input> groups,
                                                   const PosteriorOptions& options) {
  std::vector<UniqueHistories> data;
  for (const Purchases::Input& group : groups) data.push_back(histories_to_fit(group));
  return std::visit(
      [&](const auto& model) {
        std::vector<LikelihoodProblem> problems;
        for (const UniqueHistories& group : data)
          problems.push_back(problem_of(model, group, Threads{1}));
        std::vector<PurchaseDraws> out;
        for (Posterior& posterior : hierarchical_draws(problems, options))
          out.push_back(as_models(model, std::move(posterior)));
        return out;
      },
      fitted);
}

SpendDraws spend_draws(const GammaGamma& fitted, const Spend::Input& input,
                       const PosteriorOptions& options) {
  const LikelihoodProblem problem = GammaGamma::problem(input);
  SpendDraws out{.models = {},
                 .posterior = draws_of(problem, problem.customers, input.size(), options)};
  for (std::size_t i = 0; i < out.posterior.size(); ++i) {
    const auto draw = out.posterior.draw(i);
    out.models.push_back(GammaGamma({draw[0], draw[1], draw[2]}, fitted.observed_mean()));
  }
  return out;
}

}  // namespace perennial::models
