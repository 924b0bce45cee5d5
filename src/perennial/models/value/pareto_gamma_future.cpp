// The future of an active customer under Pareto/NBD: mixtures over the time of leaving.
#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/math/quadrature.h"
#include "perennial/math/special.h"
#include "perennial/models/value/pareto_gamma.h"
#include "perennial/models/value/pascal.h"

namespace perennial::models {
namespace {

// (exp(x) - 1) / x, 1 at 0.
double relative_expm1(double x) { return x == 0 ? 1.0 : std::expm1(x) / x; }

// Calls visit(time, probability) for nodes of the time of leaving within the horizon, fine enough for the probability of
// counts around `count`: as a function of time it is as sharp as a gamma density of that shape.
template <typename Visit>
void each_leaving(const ParetoGammaFuture& f, double horizon, double count, const Visit& visit) {
  const auto& rule = math::gauss_rule<16>();
  const double near = std::fmin(f.rate, f.leave_rate);
  const double length = std::log1p(horizon / near);
  const double sharpness = 0.5 * std::sqrt(4 + f.shape + count);
  constexpr double kPanelMean = 25;  // purchases
  const double mean = f.shape * horizon / f.rate;
  const double panels =
      std::clamp(std::ceil(std::fmax(length * sharpness, mean / kPanelMean)), 1.0, 400.0);
  const double step = length / panels;
  for (double panel = 0; panel < panels; ++panel) {
    for (std::size_t i = 0; i < rule.at.size(); ++i) {
      const double y = step * (panel + rule.at[i]);
      const double time = near * std::expm1(y);
      const double survival = std::exp(-f.leave_shape * std::log1p(time / f.leave_rate));
      const double density = f.leave_shape / (f.leave_rate + time) * survival;
      visit(time, step * rule.weight[i] * (near + time) * density);
    }
  }
}

double log_survival(const ParetoGammaFuture& f, double horizon) {
  return -f.leave_shape * std::log1p(horizon / f.leave_rate);
}

}  // namespace

ParetoGammaFuture future_if_alive(const ParetoGammaParams& p, const History& h) {
  return {p.r + h.repeat_purchases, p.alpha + h.age, p.s, p.beta + h.age};
}

// The first purchase comes at u with density shape rate^shape / (rate + u)^(shape + 1), and counts if still active.
double ParetoGammaFuture::p_any(double horizon) const {
  const double log_integral =
      log_power_integral(shape + 1, rate, leave_shape, leave_rate, 0, horizon);
  return std::fmin(1.0, std::exp(std::log(shape) + shape * std::log(rate) +
                                 leave_shape * std::log(leave_rate) + log_integral));
}

double ParetoGammaFuture::expected(double horizon) const {
  const double length = std::log1p(horizon / leave_rate);
  return shape / rate * leave_rate * length * relative_expm1((1 - leave_shape) * length);
}

double ParetoGammaFuture::discounted(double horizon, double discount_rate) const {
  if (discount_rate == 0) return expected(horizon);
  // Integral of exp(-discount_rate u) (1 + u / leave_rate)^-leave_shape over y = log(1 + u / leave_rate). Beyond 45 /
  // discount_rate nothing counts.
  const double end = std::fmin(horizon, 45 / discount_rate);
  const double length = std::log1p(end / leave_rate);
  const double steepness = length * std::fabs(1 - leave_shape) + discount_rate * end;
  const double panels = std::ceil(std::fmax(length / 2, steepness / 12));
  const auto integrate = [&](const auto& rule) {
    const double step = length / std::fmax(1.0, panels);
    double sum = 0;
    for (double panel = 0; panel < std::fmax(1.0, panels); ++panel)
      for (std::size_t i = 0; i < rule.at.size(); ++i) {
        const double y = step * (panel + rule.at[i]);
        sum += step * rule.weight[i] *
               std::exp((1 - leave_shape) * y - discount_rate * leave_rate * std::expm1(y));
      }
    return sum;
  };
  const bool gentle = steepness < 1.5 && length < 1.5;
  const double sum = gentle ? integrate(math::gauss_rule<6>()) : integrate(math::gauss_rule<16>());
  return shape / rate * leave_rate * sum;
}

std::vector<double> ParetoGammaFuture::pmf(double horizon) const {
  std::vector<double> result = Pascal(shape, rate, horizon).pmf(kMostOutcomes);
  const double stays = std::exp(log_survival(*this, horizon));
  for (double& probability : result) probability *= stays;
  each_leaving(*this, horizon, Pascal(shape, rate, horizon).mean(),
               [&](double time, double probability) {
                 const std::vector<double> pmf = Pascal(shape, rate, time).pmf(result.size());
                 for (std::size_t n = 0; n < pmf.size(); ++n) result[n] += probability * pmf[n];
               });
  drop_far_tail(result);
  return result;
}

double ParetoGammaFuture::log_probability(std::uint64_t purchases, double horizon) const {
  if (horizon == 0) return purchases == 0 ? 0 : -std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(purchases);
  double log_sum = log_survival(*this, horizon) + Pascal(shape, rate, horizon).log_at(n);
  each_leaving(
      *this, horizon, 0.5 * std::sqrt(4 + shape + n), [&](double time, double probability) {
        log_sum =
            math::log_add_exp(log_sum, std::log(probability) + Pascal(shape, rate, time).log_at(n));
      });
  return log_sum;
}

double ParetoGammaFuture::draw(RandomStream& stream, double horizon) const {
  const double buys = stream.gamma(shape, rate);
  const double lifetime = stream.exponential(stream.gamma(leave_shape, leave_rate));
  return draw_poisson(stream, buys * std::fmin(lifetime, horizon));
}

double ParetoGammaFuture::p_stays(double horizon) const {
  return std::exp(log_survival(*this, horizon));
}

double ParetoGammaFuture::p_ever() const {
  constexpr double kForever = 1e12;
  return p_any(kForever * std::fmax(rate, leave_rate));
}

double ParetoGammaFuture::p_order(double horizon) const {
  return gamma_order_probability(shape, rate, horizon);
}

double ParetoGammaFuture::order_time(double probability) const {
  return gamma_order_time(shape, rate, probability);
}

}  // namespace perennial::models
