// Purchase processes whose customers differ by what is known of them: channel, country, first basket, age.
//
// Effects  purchase covariates z make a customer buy exp(gamma' z) times as fast: alpha_i = alpha exp(-gamma' z).
//          Dropout covariates make a customer of Pareto/NBD leave exp(gamma' z) times as fast: beta_i = beta exp(-gamma' z);
//          in BG/NBD and MBG/NBD they act on both parameters of the coin, a_i = a exp(gamma_a' z), b_i = b exp(gamma_b' z)
// Fit      customers with equal covariates share one evaluation of the plain process; since the effects are linear in log
//          parameters, its exact derivatives carry over by the chain rule. The penalty l2 / 2 times the sum of the squared
//          effects is taken from the log-likelihood: effects normal about 0 with variance 1 / l2
// Scale    covariates as they come: the search standardises them, estimates and penalty are of their own units
// Shapes   row by row: value k of customer i stands at i * names.size() + k
// Cost     fit: that of the plain process where covariates are few kinds (channels); about 2 us a customer and pass where
//          every customer is of a kind of its own
// Errors   kBadInput names the covariate and the row of a value that is not finite, and a covariate that is the same for
//          everybody, which nothing can tell from the base parameter; kUnsupported for other processes
// Source   Fader & Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models"
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/models/value/purchase_model.h"

namespace perennial::models {

struct CovariateNames {
  std::vector<std::string> purchase, dropout;
};
struct CovariateValues {
  std::span<const double> purchase, dropout;
};

struct CovariateOptions {
  LikelihoodOptions search;
  double l2 = 0;  // 0 or more
  bool equal_effects =
      false;  // Pareto/NBD: one effect on both rates; the two lists of covariates must be the same
};

class CovariateModel {
 public:
  // `process_id`: "value.pareto_nbd/1", "value.bg_nbd/1" or "value.mbg_nbd/1".
  static CovariateModel fit(std::string_view process_id, const Purchases::Input& input,
                            const CovariateNames& names, const CovariateValues& values,
                            const CovariateOptions& options = {});

  // The process of customers with these covariates: all its questions can be asked of it.
  PurchaseModel process_for(std::span<const double> purchase,
                            std::span<const double> dropout) const;
  Purchases::Output predict(const Purchases::Input& input, const CovariateValues& values) const;

  const CovariateNames& names() const { return names_; }
  // The parameters of a customer whose covariates are all 0, then the effects ("purchase.email", "dropout.email" or
  // "dropout_a.email", "dropout_b.email"), with standard errors.
  const FitReport& report() const { return report_; }

  void save(ByteWriter& writer) const;
  static CovariateModel load(ByteReader& reader);

 private:
  std::string process_id_;
  CovariateNames names_;
  double days_per_period_ = 7;
  bool equal_effects_ = false;
  FitReport report_;
};

}  // namespace perennial::models
