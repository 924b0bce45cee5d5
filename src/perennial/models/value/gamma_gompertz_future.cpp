// The future of an active customer under Gamma-Gompertz/NBD: integrals over the time of leaving.
#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/math/special.h"
#include "perennial/models/value/gamma_gompertz.h"
#include "perennial/models/value/gompertz_clock.h"
#include "perennial/models/value/pascal.h"

namespace perennial::models {
namespace {

double log_survival(const GammaGompertzFuture& f, double time) {
  return f.leave_shape *
         (std::log(f.leave_scale) - clock_at(time, f.leave_scale, f.growth).log_sum);
}

// Nobody stays for longer: the survival is below e^-45 there, if that is ever.
double end_of_life(const GammaGompertzFuture& f) {
  return (std::log1p(f.leave_scale * f.growth) + 45 / f.leave_shape) / f.growth;
}

// Calls visit(time, weight) for nodes over 0 .. horizon, for integrands made of the survival and of functions that turn at
// `rate` and fall or rise by a factor of e^sharpness at most per doubling of rate + time.
template <typename Visit>
void each_time(const GammaGompertzFuture& f, double horizon, double sharpness, const Visit& visit) {
  const ClockIntegral integral{sharpness,
                               f.rate,
                               f.leave_shape + 1,
                               f.leave_scale,
                               f.growth,
                               0,
                               std::fmin(horizon, end_of_life(f))};
  integral.each_node(visit);
}

double survival_density(const GammaGompertzFuture& f, const Clock& clock) {
  return f.leave_shape * clock.pace *
         std::exp(f.leave_shape * (std::log(f.leave_scale) - clock.log_sum));
}

}  // namespace

GammaGompertzFuture future_if_alive(const GammaGompertzParams& p, const History& h) {
  const Clock now = clock_at(h.age, p.beta_over_b, p.b);
  // (c + tau) e^-bT
  return {p.r + h.repeat_purchases, p.alpha + h.age, p.s, 1 / now.pace, p.b};
}

// The first purchase comes at u with density shape rate^shape / (rate + u)^(shape + 1), and counts if still active.
double GammaGompertzFuture::p_any(double horizon) const {
  double sum = 0;
  each_time(*this, horizon, shape + 1, [&](double time, double weight, const Clock& clock) {
    sum += weight * shape / (rate + time) *
           std::exp(-shape * std::log1p(time / rate) +
                    leave_shape * (std::log(leave_scale) - clock.log_sum));
  });
  return std::fmin(1.0, sum);
}

double GammaGompertzFuture::expected(double horizon) const { return discounted(horizon, 0); }

double GammaGompertzFuture::discounted(double horizon, double discount_rate) const {
  // Beyond 45 / discount_rate nothing counts.
  const double end = discount_rate > 0 ? std::fmin(horizon, 45 / discount_rate) : horizon;
  double sum = 0;
  each_time(*this, end, discount_rate * end, [&](double time, double weight, const Clock& clock) {
    sum += weight *
           std::exp(-discount_rate * time + leave_shape * (std::log(leave_scale) - clock.log_sum));
  });
  return shape / rate * sum;
}

std::vector<double> GammaGompertzFuture::pmf(double horizon) const {
  const Pascal all(shape, rate, horizon);
  std::vector<double> result = all.pmf(kMostOutcomes);
  const double stays = p_stays(horizon);
  for (double& probability : result) probability *= stays;
  each_time(*this, horizon, shape + all.mean(),
            [&](double time, double weight, const Clock& clock) {
              const std::vector<double> pmf = Pascal(shape, rate, time).pmf(result.size());
              const double leaves = weight * survival_density(*this, clock);
              for (std::size_t n = 0; n < pmf.size(); ++n) result[n] += leaves * pmf[n];
            });
  drop_far_tail(result);
  return result;
}

double GammaGompertzFuture::log_probability(std::uint64_t purchases, double horizon) const {
  if (horizon == 0) return purchases == 0 ? 0 : -std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(purchases);
  double log_sum = log_survival(*this, horizon) + Pascal(shape, rate, horizon).log_at(n);
  each_time(*this, horizon, shape + n, [&](double time, double weight, const Clock& clock) {
    log_sum = math::log_add_exp(log_sum, std::log(weight * survival_density(*this, clock)) +
                                             Pascal(shape, rate, time).log_at(n));
  });
  return log_sum;
}

double GammaGompertzFuture::draw(RandomStream& stream, double horizon) const {
  const double buys = stream.gamma(shape, rate);
  const double on_clock = stream.exponential(stream.gamma(leave_shape, leave_scale));
  const double lifetime = std::log1p(growth * on_clock) / growth;
  return draw_poisson(stream, buys * std::fmin(lifetime, horizon));
}

double GammaGompertzFuture::p_stays(double horizon) const {
  return std::exp(log_survival(*this, horizon));
}

double GammaGompertzFuture::p_ever() const {
  return p_any(std::numeric_limits<double>::infinity());
}

double GammaGompertzFuture::p_order(double horizon) const {
  return gamma_order_probability(shape, rate, horizon);
}

double GammaGompertzFuture::order_time(double probability) const {
  return gamma_order_time(shape, rate, probability);
}

}  // namespace perennial::models
