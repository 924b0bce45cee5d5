#include "perennial/models/value/pareto_nbd.h"

#include "perennial/models/value/process.h"

namespace perennial::models {
ParetoNbd::ParetoNbd(const Params& params, double days_per_period)
    : params_(params), days_per_period_(days_per_period) {
  validate(params, days_per_period, kId);
}

ParetoNbd ParetoNbd::fit(const Purchases::Input& input, const Options& options) {
  FitReport report = fit_pareto_gamma(input, options);
  const std::vector<double>& e = report.estimates;
  ParetoNbd model({e[0], e[1], e[2], e[3]}, input.days_per_period);
  model.report_ = std::move(report);
  return model;
}

Purchases::Output ParetoNbd::predict(const Purchases::Input& input) const {
  return predict_each(*this, input);
}

double ParetoNbd::log_likelihood(const History& history) const {
  return models::log_likelihood(params_, history);
}

double ParetoNbd::log_likelihood(const Purchases::Input& input) const {
  return total_log_likelihood(*this, input);
}

double ParetoNbd::p_alive(const History& history) const {
  return models::p_alive(params_, history);
}

ParetoGammaFuture ParetoNbd::future_if_alive(const History& history) const {
  return models::future_if_alive(params_, history);
}

double ParetoNbd::p_active(const History& history, double horizon_periods) const {
  require_horizon(horizon_periods);
  return p_alive(history) * future_if_alive(history).p_any(horizon_periods);
}

double ParetoNbd::expected_purchases(const History& history, double horizon_periods) const {
  require_horizon(horizon_periods);
  return p_alive(history) * future_if_alive(history).expected(horizon_periods);
}

double ParetoNbd::discounted_residual_purchases(const History& history,
                                                double discount_rate) const {
  CHECK(discount_rate > 0);
  return p_alive(history) * future_if_alive(history).discounted(
                                std::numeric_limits<double>::infinity(), discount_rate);
}

std::vector<double> ParetoNbd::purchase_pmf(const History& history, double horizon_periods) const {
  return models::purchase_pmf(p_alive(history), future_if_alive(history), horizon_periods);
}

double ParetoNbd::log_purchase_probability(const History& history, std::uint64_t purchases,
                                           double horizon_periods) const {
  return models::log_purchase_probability(p_alive(history), future_if_alive(history), purchases,
                                          horizon_periods);
}

SimulatedPurchases ParetoNbd::simulate(std::span<const double> age, double holdout_periods,
                                       std::uint64_t seed, Threads threads) const {
  return simulate_pareto_gamma(params_, age, holdout_periods, seed, threads);
}

void ParetoNbd::save(ByteWriter& writer) const {
  models::save(params_, days_per_period_, writer);
  report_.save(writer);
}

ParetoNbd ParetoNbd::load(ByteReader& reader) {
  const auto [params, days] = load_pareto_gamma(reader);
  ParetoNbd model(params, days);
  model.report_ = FitReport::load(reader);
  return model;
}

}  // namespace perennial::models
