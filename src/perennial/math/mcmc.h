// Draws from a density known up to a factor, and whether they can be trusted.
//
// Sampler   random-walk Metropolis whose normal proposal learns the covariance of the density while it warms up, and whose
//           stride is steered to an acceptance of 0.3. Both stand still afterwards, so that the draws are from the density
// Chains    start scattered around `start`, and run on a thread each; the same seed gives the same draws
// R-hat     split R-hat: the spread between halves of chains over that within them; below 1.01 the chains agree
// ESS       independent draws that would say as much about the mean (Geyer's initial positive sequence, over all chains)
// Source    Haario, Saksman & Tamminen (2001), "An adaptive Metropolis algorithm"; Andrieu & Thoms (2008) for the stride;
//           Gelman et al. (2013), "Bayesian Data Analysis", section 11.4-11.5; Geyer (1992)
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/base/random.h"

namespace perennial::math {

using LogDensity = std::function<double(std::span<const double>)>;

// One chain's walk over one block of variables, for samplers made of several blocks too.
class AdaptiveWalk {
 public:
  // `covariance` (n x n) guesses that of the density. REQUIRES: positive definite.
  AdaptiveWalk(std::vector<double> start, double log_density, std::span<const double> covariance);

  // One proposal, taken or not. `learn` while warming up.
  void step(const LogDensity& log_density, RandomStream& stream, bool learn);
  // When the density changed under the walk (another block moved).
  void set_log_density(double value) { log_density_ = value; }

  const std::vector<double>& at() const { return at_; }
  double log_density() const { return log_density_; }

 private:
  void learn_from(double accepted);

  std::vector<double> at_;
  double log_density_;
  std::vector<double> mean_, covariance_, factor_;  // factor_: Cholesky, lower
  double log_stride_;
  double learnt_ = 0;
};

struct McmcOptions {
  int chains = 4;
  int warm_up = 1000;  // per chain, thrown away
  int draws = 1000;    // per chain, kept
  std::uint64_t seed = 1;
  Threads threads = {};
};

struct McmcDraws {
  std::size_t variables = 0;
  int chains = 0;
  std::vector<double> values;  // chain by chain, draw by draw, variable by variable
  std::vector<double> r_hat;   // by variable
  std::vector<double> effective_size;

  std::size_t size() const { return variables == 0 ? 0 : values.size() / variables; }
  std::span<const double> draw(std::size_t i) const {
    return std::span(values).subspan(i * variables, variables);
  }
};

// REQUIRES: log_density(start) finite, covariance positive definite, chains >= 1, draws >= 4.
McmcDraws sample(const LogDensity& log_density, const std::vector<double>& start,
                 std::span<const double> covariance, const McmcOptions& options);

// Puts r_hat and effective_size of what is in values.
void diagnose(McmcDraws& draws);

// Lower triangular L with L L' = matrix (n x n); empty when it is not positive definite.
std::vector<double> cholesky(std::span<const double> matrix, std::size_t n);

}  // namespace perennial::math
