#include "perennial/math/special.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::math {
namespace {

// 10^u over many orders of magnitude, from a whole number that RapidCheck can shrink.
double magnitude(int thousandths) { return std::pow(10.0, thousandths / 1000.0); }

void expect_relative(double actual, long double expected, double tolerance) {
  RC_ASSERT(std::fabs(static_cast<long double>(actual) - expected) <=
            static_cast<long double>(tolerance) * std::max(1.0L, std::fabs(expected)));
}

TEST(Special, LogGammaAndItsDerivativesAgreeWithLongDouble) {
  EXPECT_TRUE(rc::check("from 1e-6 to 1e6", [] {
    const double x = magnitude(*rc::gen::inRange(-6000, 6000));
    expect_relative(log_gamma(x), boost::math::lgamma(static_cast<long double>(x)), 1e-14);
    expect_relative(digamma(x), boost::math::digamma(static_cast<long double>(x)), 1e-14);
    expect_relative(trigamma(x), boost::math::trigamma(static_cast<long double>(x)), 1e-14);
  }));
}

TEST(Special, LogRisingDoesNotCancel) {
  EXPECT_TRUE(rc::check("against long double", [] {
    const double a = magnitude(*rc::gen::inRange(-5000, 5000));
    const double n = *rc::gen::element(1.0, 2.0, 7.0, 0.25, 3.5, 40.0, 1e3, 1e4);
    const long double before = boost::math::lgamma(static_cast<long double>(a));
    long double expected = boost::math::lgamma(static_cast<long double>(a) + n) - before;
    long double rounding = std::numeric_limits<long double>::epsilon() * std::fabs(before);
    if (n == std::floor(n) && n <= 1000) {  // a sum does not cancel either
      expected = 0;
      rounding = 0;
      for (int i = 0; i < static_cast<int>(n); ++i)
        expected += std::log(static_cast<long double>(a) + i);
    }
    RC_ASSERT(std::fabs(log_rising(a, n) - expected) <=
              2e-14L * std::max(1.0L, std::fabs(expected)) + 2 * rounding);
  }));
  EXPECT_EQ(log_rising(3, 0), 0);
  EXPECT_NEAR(log_rising(1e9, 0.5), 0.5 * std::log(1e9), 1e-9);
}

TEST(Special, LogBetaAgreesWithLongDouble) {
  EXPECT_TRUE(rc::check("symmetric and right", [] {
    const double a = magnitude(*rc::gen::inRange(-4000, 4000));
    const double b = magnitude(*rc::gen::inRange(-4000, 4000));
    const long double la = a;
    const long double lb = b;
    const long double expected =
        boost::math::lgamma(la) + boost::math::lgamma(lb) - boost::math::lgamma(la + lb);
    expect_relative(log_beta(a, b), expected, 1e-12);
    RC_ASSERT(log_beta(a, b) == log_beta(b, a));
  }));
}

TEST(Special, Gauss2f1AgreesWithEulersIntegral) {
  EXPECT_TRUE(rc::check("0 < b < c", [] {
    const double a = magnitude(*rc::gen::inRange(-2000, 2500));
    const double b = magnitude(*rc::gen::inRange(-500, 1500));
    const double c = b + magnitude(*rc::gen::inRange(-500, 1500));
    const double z = *rc::gen::element(0.0, 1e-3, 0.3, 0.7, 0.95, 0.999);
    // Over y = log(t / (1 - t)) the integrand is a bell that is analytic within pi of the real line, so that equal steps
    // are as exact as any rule. Relative to exp(-a log(1 - z)), which bounds the last factor: nothing overflows.
    const long double lz = z;
    constexpr long double kStep = 0.05L;
    long double sum = 0;
    for (int i = -3000; i <= 3000; ++i) {
      const long double y = kStep * i;
      const long double log_t = -std::log1p(std::exp(-y));
      const long double log_rest = -std::log1p(std::exp(y));
      sum += std::exp(b * log_t + (c - b) * log_rest -
                      a * (std::log1p(-lz * std::exp(log_t)) - std::log1p(-lz)));
    }
    const long double integral = std::log(kStep * sum) - a * std::log1p(-lz) -
                                 (boost::math::lgamma(static_cast<long double>(b)) +
                                  boost::math::lgamma(static_cast<long double>(c) - b) -
                                  boost::math::lgamma(static_cast<long double>(c)));
    expect_relative(log_gauss_2f1(a, b, c, z), integral, 1e-12);
  }));
}

TEST(Special, Gauss2f1HasItsKnownClosedForms) {
  for (const double z : {0.0, 1e-9, 0.2, 0.9, 0.9999}) {
    EXPECT_NEAR(log_gauss_2f1(1, 1, 2, z), z == 0 ? 0 : std::log(-std::log1p(-z) / z), 1e-12) << z;
    EXPECT_NEAR(log_gauss_2f1(300, 2, 2, z), -300 * std::log1p(-z), 1e-9) << z;
  }
}

TEST(Special, NormalQuantileInvertsTheCdf) {
  for (const double p : {1e-12, 1e-3, 0.1, 0.5, 0.9, 0.999})
    EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-14 + 1e-13 * p);
  EXPECT_NEAR(normal_quantile(0.9), 1.2815515655446004, 1e-14);
}

TEST(Special, GammaAndBetaDistributions) {
  EXPECT_NEAR(gamma_cdf(1, 2), 1 - std::exp(-2), 1e-15);
  EXPECT_NEAR(beta_cdf(2, 1, 0.3), 0.09, 1e-15);
  EXPECT_NEAR(beta_cdf(3.5, 1.25, beta_quantile(3.5, 1.25, 0.8)), 0.8, 1e-13);
}

TEST(Special, LogSumsStayFiniteWhereTheirPartsOverflow) {
  const double none = -std::numeric_limits<double>::infinity();
  EXPECT_DOUBLE_EQ(log_add_exp(1000, 1000), 1000 + std::log(2));
  EXPECT_EQ(log_add_exp(none, 3), 3);
  EXPECT_EQ(log_add_exp(none, none), none);
  EXPECT_EQ(softplus(2000), 2000);
  EXPECT_EQ(softplus(-2000), 0);
  EXPECT_EQ(logistic(-2000), 0);
  EXPECT_EQ(logistic(2000), 1);
  EXPECT_DOUBLE_EQ(logistic(1) + logistic(-1), 1);
}

TEST(Special, RefusesArgumentsOutsideTheDomain) {
  EXPECT_THROW(log_gamma(0), Bug);
  EXPECT_THROW(log_beta(-1, 2), Bug);
  EXPECT_THROW(log_gauss_2f1(1, 1, 1, 1), Bug);
  EXPECT_THROW(normal_quantile(1), Bug);
}

}  // namespace
}  // namespace perennial::math
