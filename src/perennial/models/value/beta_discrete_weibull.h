// Beta-discrete-Weibull and its special case, the shifted beta-geometric (sBG): how long customers renew a contract.
//
// Story    at the end of each period a customer ends the contract, with a chance that differs between customers and,
//          with shape <> 1, changes with time: customer i is still there after t renewals with probability
//          (1 - theta_i)^(t^shape), theta_i ~ Beta(alpha, beta)
// Assumes  all customers of a fit could leave at the same kind of moments (monthly plans and yearly ones are two fits).
//          Retention rates that rise with tenure need no loyalty that grows: those who leave first were always likelier to
// Units    periods of the contract, whole
// Params   alpha, beta, shape without unit, all > 0; shape 1 is the sBG, above 1 the same customer gets likelier to leave
// Cost     fit: about 10 passes over the distinct tenures, 1 us each; predict: 0.1 us a row and period of the horizon
// Errors   kBadInput names the row; kNotEnoughData when nobody had the choice to end, or nobody or everybody did at once
// Source   Fader & Hardie (2007), "How to Project Customer Retention"; Fader, Hardie, Liu, Davin & Steenburgh (2018), "How
//          to Project Customer Retention, Revisited: The Role of Duration Dependence"
// Golden   tests/golden/value.beta_discrete_weibull/retention.json
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/model.h"
#include "perennial/models/value/maximum_likelihood.h"

namespace perennial::models {

// How long will a customer under contract stay?
struct Contracts {
  struct Input {
    std::span<const double> renewals;  // so far; whole, 0 .. 10,000
    std::span<const double> ended;     // 1: did not renew after them, 0: still there
    std::span<const double> weights;   // how many customers a row stands for; empty: one each
    int horizon = 12;                  // periods that predict looks ahead; fit does not read it
    Threads threads;

    std::size_t size() const { return renewals.size(); }
    double weight(std::size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
  };
  struct Output {                           // 0 for customers whose contract has ended
    std::vector<double> p_renews;           // at the end of this period
    std::vector<double> p_stays;            // throughout the horizon
    std::vector<double> expected_renewals;  // within the horizon
  };
};

void validate(const Contracts::Input& input);  // kBadInput for the first row that is wrong

class BetaDiscreteWeibull {
 public:
  static constexpr std::string_view kId = "value.beta_discrete_weibull/1";
  struct Params {
    double alpha = 1, beta = 1, shape = 1;
  };
  struct Options {
    bool free_shape = true;  // false: the sBG
    LikelihoodOptions likelihood;
  };

  explicit BetaDiscreteWeibull(const Params& params);  // kInvalidArgument
  static BetaDiscreteWeibull fit(const Contracts::Input& input, const Options& options);
  Contracts::Output predict(const Contracts::Input& input) const;

  // P(still there after t renewals); 1 at 0.
  double survival(double renewals) const;
  // P(renews once more | has renewed so often).
  double retention(double renewals) const;
  double expected_renewals(double renewals, int horizon) const;
  // Of a customer who has renewed so often, without horizon; the k-th renewal from now counts (1 + discount_rate)^-k.
  // REQUIRES: discount_rate >= 1e-5, per period; takes 37 / discount_rate steps.
  double discounted_residual_renewals(double renewals, double discount_rate) const;
  double log_likelihood(const Contracts::Input& input) const;
  std::vector<double> simulate(std::size_t customers,
                               std::uint64_t seed) const;  // renewals of each

  const Params& params() const { return params_; }
  const FitReport& report() const { return report_; }  // empty unless it comes from fit

  void save(ByteWriter& writer) const;
  static BetaDiscreteWeibull load(ByteReader& reader);

 private:
  Params params_;
  FitReport report_;
};
static_assert(Model<BetaDiscreteWeibull, Contracts>);

// Minus the log-likelihood of all rows, by the logarithms of alpha, beta and, when there are three, shape.
math::Evaluation beta_discrete_weibull_evaluation(std::span<const double> log_params,
                                                  const Contracts::Input& input);

}  // namespace perennial::models
