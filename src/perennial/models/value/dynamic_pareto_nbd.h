// Pareto/NBD whose rates change with time: season, promotions, campaigns that a customer has seen.
//
// Story    covariates are constant over segments of a customer's time. In segment k customer i buys at rate
//          lambda_i exp(gamma' z_k) and leaves at rate mu_i exp(delta' y_k); lambda_i ~ Gamma(r, rate alpha),
//          mu_i ~ Gamma(s, rate beta)
// Likelihood  docs/models/value.covariates.md. Within a segment the clocks of both rates are straight lines, so the
//          integral over the time of leaving is that of power_integral.h, segment by segment
// Fit      exact gradient; its outer products lead the search, the Hessian of the last steps and of the standard errors is
//          by differences of the gradient. l2 as in covariates.h
// Units    times in periods of days_per_period days
// Shapes   segments of customer i are first[i] .. first[i + 1] - 1; covariates row by row, as in covariates.h
// Cost     about 0.7 us a segment and pass with the segments before the last purchase nearly free; a fit takes some 100
//          passes
// Errors   kBadInput names the customer (the first is row 1) whose segments do not fit its history
// Source   Bachmann, Meierer & Naef (2021), "The role of time-varying contextual factors in latent attrition models for
//          customer base analysis", Marketing Science 40(4)
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/value/covariates.h"

namespace perennial::models {

// The observed time of customers, or the time ahead of them.
struct TimeSegments {
  std::span<const std::size_t> first;  // one more than there are customers
  std::span<const double> end;         // from the start of the customer's time, ascending
  std::span<const double>
      purchases;           // repeat purchases within the segment; not read of the time ahead
  CovariateValues values;  // a row a segment
};

struct DynamicParams {
  double r = 1, alpha = 1, s = 1, beta = 1;
  std::vector<double> purchase, dropout;  // gamma, delta
};

class DynamicParetoNbd {
 public:
  static constexpr std::string_view kId = "value.dynamic_pareto_nbd/1";

  // The last segment of each customer ends at its age.
  static DynamicParetoNbd fit(const Purchases::Input& input, const TimeSegments& observed,
                              const CovariateNames& names, const CovariateOptions& options = {});
  DynamicParetoNbd(const DynamicParams& params, CovariateNames names, double days_per_period = 7);

  // `ahead`: the covariates of the horizon; all customers' last segment ends at its end.
  Purchases::Output predict(const Purchases::Input& input, const TimeSegments& observed,
                            const TimeSegments& ahead) const;
  double log_likelihood(const Purchases::Input& input, const TimeSegments& observed) const;

  const DynamicParams& params() const { return params_; }
  const CovariateNames& names() const { return names_; }
  const FitReport& report() const { return report_; }  // empty unless it comes from fit

  void save(ByteWriter& writer) const;
  static DynamicParetoNbd load(ByteReader& reader);

 private:
  DynamicParams params_;
  CovariateNames names_;
  double days_per_period_;
  FitReport report_;
};

// Minus the log-likelihood with its gradient by (log r, log alpha, log s, log beta, gamma, delta), and the sum of the outer
// products of the customers' gradients in place of the Hessian.
math::Evaluation dynamic_evaluation(const DynamicParams& params, const Purchases::Input& input,
                                    const TimeSegments& observed);

}  // namespace perennial::models
