// What the data leave open about the parameters of a model: draws from their posterior.
//
// Prior     each parameter is log-normal about 1 (in units of its scale: times about the mean age, money about the mean
//           order), with a standard deviation of 2 in the logarithm: a factor of 7 either way is ordinary, a factor of 50
//           is not. A few hundred repeat buyers outweigh it; in a shop of thirty it keeps parameters from running away
// Laplace   normal about the posterior mode in log parameters, covariance from the exact Hessian there: at once, and right
//           where the data are many
// MCMC      adaptive Metropolis (math/mcmc.h), four chains; R-hat and effective sample size tell whether to trust it
// Groups    cohorts or channels that learn from each other: parameters of group g are log-normal about shared means mu
//           with shared spreads tau, half-normal(1); small groups are drawn towards mu, large ones speak for themselves
// Source    Tierney & Kadane (1986) for Laplace; Ma & Liu (2007) and Abe (2009) for hierarchical Bayes of these processes
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/value/gamma_gamma.h"
#include "perennial/models/value/maximum_likelihood.h"
#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

enum class PosteriorMethod {
  kAuto,  // MCMC for fewer than 50 customers who came back and 300 distinct histories, else Laplace
  kLaplace,
  kMcmc,
};

struct PosteriorOptions {
  PosteriorMethod method = PosteriorMethod::kAuto;
  std::size_t draws = 200;  // handed back; MCMC makes more and thins them
  std::uint64_t seed = 1;
  Threads threads = {};
};

struct Posterior {
  std::vector<std::string> names;
  std::vector<double> values;  // draw by draw, as the parameters are, not their logarithms
  std::vector<double> r_hat;   // by parameter; empty for Laplace, as the next
  std::vector<double> effective_size;
  std::string words;  // how they were drawn, and whether the chains agree

  std::size_t size() const { return names.empty() ? 0 : values.size() / names.size(); }
  std::span<const double> draw(std::size_t i) const {
    return std::span(values).subspan(i * names.size(), names.size());
  }
};

// kNoConvergence when the likelihood is finite nowhere.
Posterior laplace_draws(const LikelihoodProblem& problem, const PosteriorOptions& options);
Posterior mcmc_draws(const LikelihoodProblem& problem, const PosteriorOptions& options);
// One per group, and the last one of a new group that nothing is known of. All problems must have the same names.
std::vector<Posterior> hierarchical_draws(std::span<const LikelihoodProblem> groups,
                                          const PosteriorOptions& options);

// The fitted model's parameters as they may as well be: each draw a whole model. What is chosen and not estimated (k)
// stays. `input` is what the model was fitted to.
struct PurchaseDraws {
  std::vector<PurchaseModel> models;
  Posterior posterior;
};
PurchaseDraws purchase_draws(const PurchaseModel& fitted, const Purchases::Input& input,
                             const PosteriorOptions& options);
// By group, e.g. acquisition cohort or channel; the last one is of a new group.
std::vector<PurchaseDraws> purchase_draws_by_group(const PurchaseModel& fitted,
                                                   std::span<const Purchases::Input> groups,
                                                   const PosteriorOptions& options);
struct SpendDraws {
  std::vector<GammaGamma> models;
  Posterior posterior;
};
SpendDraws spend_draws(const GammaGamma& fitted, const Spend::Input& input,
                       const PosteriorOptions& options);

}  // namespace perennial::models
