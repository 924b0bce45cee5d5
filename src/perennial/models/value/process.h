// A purchase process made of its mathematics.
//
// A law is a struct of static functions that say what the process is; ProcessOf<Law> is the model that a caller fits,
// asks and saves. A law has
//   kId, kTitle, kNames      "value.bg_nbd/1", "BG/NBD", names of the parameters in the order of their values
//   kPAliveTellsChurn        whether p_alive falls with silence for one-time buyers too, so that it can speak of churn
//   Params, Future
//   values(params), params(values), check(params)       check throws what is wrong beside numbers above 0
//   problem(params, histories, threads)                 the likelihood over log parameters, see maximum_likelihood.h
//   fit(input, options) -> {Params, FitReport}
//   log_likelihood(params, history), p_alive(params, history), future_if_alive(params, history)
//   simulate(params, age, holdout_periods, seed, threads)
// A Future is what a customer does who is still active. It has, for a horizon in periods,
//   p_any, expected, pmf, log_probability   of the purchases within the horizon
//   discounted(horizon, discount_rate)      the same expectation, a purchase at time t counting exp(-discount_rate t);
//                                           the horizon may be infinite when discount_rate > 0
//   p_stays                                 chance to be active still at its end
//   p_ever                                  chance ever to buy again
//   draw(stream, horizon)                   one random number of purchases within the horizon
//   p_order, order_time(p)                  chance of a purchase within, were nobody to leave, and its inverse
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"
#include "perennial/math/special.h"
#include "perennial/models/model.h"
#include "perennial/models/value/family.h"
#include "perennial/models/value/maximum_likelihood.h"
#include "perennial/models/value/simulated.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {

// Refuses a question in other periods than the model was fitted in.
inline void require_same_period(std::string_view id, double fitted_days, double asked_days) {
  if (std::fabs(fitted_days - asked_days) > 1e-9 * fitted_days)
    fail(ErrorKind::kInvalidArgument,
         "{} was fitted in periods of {} days, the question is in periods of {} days; convert the "
         "histories and the horizon",
         id, fitted_days, asked_days);
}

inline void require_horizon(double horizon_periods) {
  if (!(horizon_periods >= 0) || !std::isfinite(horizon_periods))
    fail(ErrorKind::kInvalidArgument, "horizon_periods is {}, needs a finite number, 0 or more",
         horizon_periods);
}

inline void require_positive(std::string_view id, std::string_view name, double value) {
  if (!(value > 0) || !std::isfinite(value))
    fail(ErrorKind::kInvalidArgument, "{}: {} is {}, needs a number above 0", id, name, value);
}

template <typename M>
Purchases::Output predict_each(const M& model, const Purchases::Input& input) {
  validate(input);
  require_same_period(M::kId, model.days_per_period(), input.days_per_period);
  const std::size_t n = input.size();
  Purchases::Output out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  constexpr std::size_t kChunk = 256;  // of a regular process a customer takes 0.1 ms
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const History history = input.history(i);
      const auto future = model.future_if_alive(history);
      out.p_alive[i] = model.p_alive(history);
      out.p_active[i] = out.p_alive[i] * future.p_any(input.horizon_periods);
      out.expected_purchases[i] = out.p_alive[i] * future.expected(input.horizon_periods);
    }
  });
  return out;
}

template <typename M>
double total_log_likelihood(const M& model, const Purchases::Input& input) {
  validate(input);
  require_same_period(M::kId, model.days_per_period(), input.days_per_period);
  constexpr std::size_t kChunk = 4096;
  return ordered_reduce(
      input.size(), kChunk, input.threads, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i)
          sum += input.weight(i) * model.log_likelihood(input.history(i));
        return sum;
      },
      [](double sum, double part) { return sum + part; });
}

// P(N = 0, 1, ...) of the further purchases, whether or not the customer is still active.
template <typename Future>
std::vector<double> purchase_pmf(double p_alive, const Future& future, double horizon_periods) {
  require_horizon(horizon_periods);
  std::vector<double> pmf = future.pmf(horizon_periods);
  for (double& probability : pmf) probability *= p_alive;
  pmf[0] += 1 - p_alive;
  return pmf;
}

template <typename Future>
double log_purchase_probability(double p_alive, const Future& future, std::uint64_t purchases,
                                double horizon_periods) {
  require_horizon(horizon_periods);
  const double active_and_so =
      std::log(p_alive) + future.log_probability(purchases, horizon_periods);
  return purchases > 0 ? active_and_so : math::log_add_exp(std::log1p(-p_alive), active_and_so);
}

// The fit of a law that has nothing to choose, and no checks of its own. Law inherits it.
template <typename Law, typename P>
struct LawOf {
  static void check(const P&) {}
  static std::pair<P, FitReport> fit(const Purchases::Input& input,
                                     const LikelihoodOptions& options) {
    const UniqueHistories data = histories_to_fit(input);
    FitReport report = maximise_likelihood(Law::problem({}, data, input.threads), options);
    return {Law::params(report.estimates), std::move(report)};
  }
};

template <typename Law>
class ProcessOf {
 public:
  static constexpr std::string_view kId = Law::kId;
  using Options = LikelihoodOptions;
  using Params = typename Law::Params;
  using Future = typename Law::Future;

  // kInvalidArgument unless every parameter is a number above 0.
  explicit ProcessOf(const Params& params, double days_per_period = 7)
      : params_(params), days_per_period_(days_per_period) {
    const std::vector<double> values = Law::values(params);
    for (std::size_t i = 0; i < values.size(); ++i)
      require_positive(kId, Law::kNames[i], values[i]);
    require_positive(kId, "days_per_period", days_per_period);
    Law::check(params);
  }
  // As kNames orders them; kInvalidArgument when there are more or fewer.
  static ProcessOf from_values(std::span<const double> values, double days_per_period = 7) {
    if (values.size() != Law::kNames.size())
      fail(ErrorKind::kInvalidArgument, "{} has {} parameters, not {}", kId, Law::kNames.size(),
           values.size());
    return ProcessOf(Law::params(values), days_per_period);
  }
  static ProcessOf fit(const Purchases::Input& input, const Options& options) {
    std::pair<Params, FitReport> fitted = Law::fit(input, options);
    ProcessOf model(fitted.first, input.days_per_period);
    model.report_ = std::move(fitted.second);
    return model;
  }
  Purchases::Output predict(const Purchases::Input& input) const {
    return predict_each(*this, input);
  }

  // One customer. History{} asks about a new customer.
  double log_likelihood(const History& history) const {
    return Law::log_likelihood(params_, history);
  }
  double p_alive(const History& history) const { return Law::p_alive(params_, history); }
  // Still active after `later_periods` more, of which nothing is known.
  double p_alive_later(const History& history, double later_periods) const {
    require_horizon(later_periods);
    return p_alive(history) * future_if_alive(history).p_stays(later_periods);
  }
  double p_active(const History& history, double horizon_periods) const {
    require_horizon(horizon_periods);
    return p_alive(history) * future_if_alive(history).p_any(horizon_periods);
  }
  double expected_purchases(const History& history, double horizon_periods) const {
    require_horizon(horizon_periods);
    return p_alive(history) * future_if_alive(history).expected(horizon_periods);
  }
  // Discounted expected residual transactions (DERT), up to the horizon where one is given. `discount_rate` is
  // continuous and per period, see discount_rate() in lifetime_value.h.
  double discounted_residual_purchases(
      const History& history, double discount_rate,
      double horizon_periods = std::numeric_limits<double>::infinity()) const {
    if (!(discount_rate > 0) || !std::isfinite(discount_rate))
      fail(ErrorKind::kInvalidArgument, "discount_rate is {}, needs a number above 0",
           discount_rate);
    if (!(horizon_periods >= 0))
      fail(ErrorKind::kInvalidArgument, "horizon_periods is {}, needs a number, 0 or more",
           horizon_periods);
    return p_alive(history) * future_if_alive(history).discounted(horizon_periods, discount_rate);
  }
  std::vector<double> purchase_pmf(const History& history, double horizon_periods) const {
    return models::purchase_pmf(p_alive(history), future_if_alive(history), horizon_periods);
  }
  double log_purchase_probability(const History& history, std::uint64_t purchases,
                                  double horizon_periods) const {
    return models::log_purchase_probability(p_alive(history), future_if_alive(history), purchases,
                                            horizon_periods);
  }
  Future future_if_alive(const History& history) const {
    return Law::future_if_alive(params_, history);
  }

  double log_likelihood(const Purchases::Input& input) const {
    return total_log_likelihood(*this, input);
  }
  SimulatedPurchases simulate(std::span<const double> age, double holdout_periods,
                              std::uint64_t seed, Threads threads = {}) const {
    return Law::simulate(params_, age, holdout_periods, seed, threads);
  }

  const Params& params() const { return params_; }
  std::vector<double> values() const { return Law::values(params_); }  // as kNames orders them
  double days_per_period() const { return days_per_period_; }
  const FitReport& report() const { return report_; }  // empty unless it comes from fit

  void save(ByteWriter& writer) const {
    for (const double value : values()) writer.scalar(value);
    writer.scalar(days_per_period_);
    report_.save(writer);
  }
  static ProcessOf load(ByteReader& reader) {
    std::vector<double> values(Law::kNames.size());
    for (double& value : values) value = reader.scalar<double>();
    const auto days_per_period = reader.scalar<double>();
    ProcessOf model = from_values(values, days_per_period);
    model.report_ = FitReport::load(reader);
    return model;
  }

 private:
  Params params_;
  double days_per_period_;
  FitReport report_;
};

}  // namespace perennial::models
