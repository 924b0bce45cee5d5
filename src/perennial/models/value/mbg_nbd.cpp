#include "perennial/models/value/mbg_nbd.h"

#include "perennial/models/value/process.h"

namespace perennial::models {
namespace {
constexpr FirstCoin kCoin = FirstCoin::kAfterFirstPurchase;
}

MbgNbd::MbgNbd(const Params& params, double days_per_period)
    : params_(params), days_per_period_(days_per_period) {
  validate(params, days_per_period, kId);
}

MbgNbd MbgNbd::fit(const Purchases::Input& input, const Options& options) {
  FitReport report = fit_beta_geometric(input, kCoin, options);
  const std::vector<double>& e = report.estimates;
  MbgNbd model({e[0], e[1], e[2], e[3]}, input.days_per_period);
  model.report_ = std::move(report);
  return model;
}

Purchases::Output MbgNbd::predict(const Purchases::Input& input) const {
  return predict_each(*this, input);
}

double MbgNbd::log_likelihood(const History& history) const {
  return models::log_likelihood(params_, kCoin, history);
}

double MbgNbd::log_likelihood(const Purchases::Input& input) const {
  return total_log_likelihood(*this, input);
}

double MbgNbd::p_alive(const History& history) const {
  return models::p_alive(params_, kCoin, history);
}

BetaGeometricFuture MbgNbd::future_if_alive(const History& history) const {
  return models::future_if_alive(params_, kCoin, history);
}

double MbgNbd::p_active(const History& history, double horizon_periods) const {
  require_horizon(horizon_periods);
  return p_alive(history) * future_if_alive(history).p_any(horizon_periods);
}

double MbgNbd::expected_purchases(const History& history, double horizon_periods) const {
  require_horizon(horizon_periods);
  return p_alive(history) * future_if_alive(history).expected(horizon_periods);
}

std::vector<double> MbgNbd::purchase_pmf(const History& history, double horizon_periods) const {
  return models::purchase_pmf(p_alive(history), future_if_alive(history), horizon_periods);
}

double MbgNbd::log_purchase_probability(const History& history, std::uint64_t purchases,
                                        double horizon_periods) const {
  return models::log_purchase_probability(p_alive(history), future_if_alive(history), purchases,
                                          horizon_periods);
}

SimulatedPurchases MbgNbd::simulate(std::span<const double> age, double holdout_periods,
                                    std::uint64_t seed, Threads threads) const {
  return simulate_beta_geometric(params_, kCoin, age, holdout_periods, seed, threads);
}

void MbgNbd::save(ByteWriter& writer) const {
  models::save(params_, days_per_period_, writer);
  report_.save(writer);
}

MbgNbd MbgNbd::load(ByteReader& reader) {
  const auto [params, days] = load_beta_geometric(reader);
  MbgNbd model(params, days);
  model.report_ = FitReport::load(reader);
  return model;
}

}  // namespace perennial::models
