// Special functions of a real argument, thread-safe, and quick to refuse: outside its domain a function throws Bug.
//
// Accuracy  relative error below 1e-13 over the whole domain unless a line says otherwise
// Source    Boost.Math for the classical ones; log_rising and log_beta switch to a difference of Stirling series where
//           the textbook difference of log-gammas would cancel
#pragma once

namespace perennial::math {

double log_gamma(double x);           // REQUIRES: x > 0
double digamma(double x);             // REQUIRES: x > 0
double trigamma(double x);            // REQUIRES: x > 0
double log_beta(double a, double b);  // REQUIRES: a > 0, b > 0
// log of a (a + 1) ... (a + n - 1), also for n that is not whole. REQUIRES: a > 0, n >= 0
double log_rising(double a, double n);

// 2F1(a, b; c; z) as a logarithm, for the arguments that purchase processes have: a, b, c > 0 and 0 <= z < 1, where it
// is at least 1. Near z = 1 the series is long: cost O(1 / (1 - z)) terms, at most 10 million.
double log_gauss_2f1(double a, double b, double c, double z);

double gamma_cdf(double shape, double x);       // REQUIRES: shape > 0, x >= 0
double beta_cdf(double a, double b, double x);  // REQUIRES: a > 0, b > 0, x in [0, 1]
double beta_quantile(double a, double b, double probability);
double normal_cdf(double x);
double normal_quantile(double probability);  // REQUIRES: probability in (0, 1)

double log_add_exp(double a, double b);  // log(exp(a) + exp(b)) without overflow; -infinity is zero
double softplus(double x);               // log(1 + exp(x))
double logistic(double x);               // 1 / (1 + exp(-x))

}  // namespace perennial::math
