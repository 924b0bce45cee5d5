#include "perennial/models/value/gamma_gamma.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <tuple>

#include "perennial/base/error.h"
#include "perennial/math/special.h"

namespace perennial::models {
namespace {

struct Row {
  double orders, mean, weight;
};

// Those with orders, sorted, so that sums do not depend on the order of the input.
std::vector<Row> rows_to_fit(const Spend::Input& input) {
  validate(input);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < input.size(); ++i)
    if (input.orders[i] > 0)
      rows.push_back({input.orders[i], input.mean_spend[i], input.weight(i)});
  std::sort(rows.begin(), rows.end(), [](const Row& l, const Row& r) {
    return std::tie(l.orders, l.mean, l.weight) < std::tie(r.orders, r.mean, r.weight);
  });
  if (rows.empty())
    fail(ErrorKind::kNotEnoughData,
         "none of the {} customers has a repeat order, so the spread of spend between customers "
         "cannot be learnt; use the mean order of the shop until some have bought twice",
         input.size());
  return rows;
}

// What does not change during the search.
struct Totals {
  double customers = 0;
  double mean = 0;        // of the customers' means
  double log_mean = 0;    // sum of log z
  double orders_log = 0;  // sum of n log(n z)
  std::vector<std::pair<double, double>> customers_by_orders;
};

Totals totals(const std::vector<Row>& rows) {
  Totals t;
  for (const Row& row : rows) {
    t.customers += row.weight;
    t.mean += row.weight * row.mean;
    t.log_mean += row.weight * std::log(row.mean);
    t.orders_log += row.weight * row.orders * std::log(row.orders * row.mean);
    if (t.customers_by_orders.empty() || t.customers_by_orders.back().first != row.orders)
      t.customers_by_orders.emplace_back(row.orders, 0.0);
    t.customers_by_orders.back().second += row.weight;
  }
  t.mean /= t.customers;
  return t;
}

enum : std::size_t { kP = 0, kQ = 1, kGamma = 2 };

// Value, gradient and upper half of the Hessian over (p, q, gamma).
struct Derivatives {
  double value = 0;
  std::array<double, 3> gradient{};
  std::array<double, 9> hessian{};

  Derivatives& operator+=(const Derivatives& other) {
    value += other.value;
    for (std::size_t i = 0; i < 3; ++i) gradient[i] += other.gradient[i];
    for (std::size_t i = 0; i < 9; ++i) hessian[i] += other.hessian[i];
    return *this;
  }
};

Derivatives order_part(const GammaGamma::Params& g, const Totals& t) {
  Derivatives d;
  for (const auto& [n, weight] : t.customers_by_orders) {
    const double own = g.p * n;
    const double all = own + g.q;
    const double trigamma_all = math::trigamma(all);
    d.value += weight * math::log_rising(own, g.q);
    d.gradient[kP] += weight * n * (math::digamma(all) - math::digamma(own));
    d.gradient[kQ] += weight * math::digamma(all);
    d.hessian[kP * 3 + kP] += weight * n * n * (trigamma_all - math::trigamma(own));
    d.hessian[kP * 3 + kQ] += weight * n * trigamma_all;
    d.hessian[kQ * 3 + kQ] += weight * trigamma_all;
  }
  const double n = t.customers;
  d.value += n * (g.q * std::log(g.gamma) - math::log_gamma(g.q)) + g.p * t.orders_log - t.log_mean;
  d.gradient[kP] += t.orders_log;
  d.gradient[kQ] += n * (std::log(g.gamma) - math::digamma(g.q));
  d.gradient[kGamma] += n * g.q / g.gamma;
  d.hessian[kQ * 3 + kQ] -= n * math::trigamma(g.q);
  d.hessian[kQ * 3 + kGamma] += n / g.gamma;
  d.hessian[kGamma * 3 + kGamma] -= n * g.q / (g.gamma * g.gamma);
  return d;
}

// -(p n + q) log(gamma + n z)
Derivatives money_part(const GammaGamma::Params& g, std::span<const Row> rows) {
  Derivatives d;
  for (const Row& row : rows) {
    const double power = g.p * row.orders + g.q;
    const double money = g.gamma + row.orders * row.mean;
    const double log_money = row.weight * std::log(money);
    const double inverse = row.weight / money;
    d.value -= power * log_money;
    d.gradient[kP] -= row.orders * log_money;
    d.gradient[kQ] -= log_money;
    d.gradient[kGamma] -= power * inverse;
    d.hessian[kP * 3 + kGamma] -= row.orders * inverse;
    d.hessian[kQ * 3 + kGamma] -= inverse;
    d.hessian[kGamma * 3 + kGamma] += power * inverse / money;
  }
  return d;
}

math::Evaluation evaluate(std::span<const double> log_params, double scale,
                          const std::vector<Row>& rows, const Totals& t, Threads threads) {
  const GammaGamma::Params g{std::exp(log_params[0]), std::exp(log_params[1]),
                             scale * std::exp(log_params[2])};
  constexpr std::size_t kChunk = 16384;
  Derivatives d = ordered_reduce(
      rows.size(), kChunk, threads, order_part(g, t),
      [&](std::size_t begin, std::size_t end) {
        return money_part(g, std::span(rows).subspan(begin, end - begin));
      },
      [](Derivatives sum, const Derivatives& part) { return sum += part; });
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < i; ++j) d.hessian[i * 3 + j] = d.hessian[j * 3 + i];
  const std::array<double, 3> params{g.p, g.q, g.gamma};
  return to_log_parameters(d.value, params, d.gradient, d.hessian);
}

void add_warnings(FitReport& report, const GammaGamma& model) {
  const double q = model.params().q;
  if (q <= 1) {
    report.words += fmt::format(
        "; q is {:.3g}, so the model's mean order over all customers is infinite and the observed "
        "mean {:.2f} takes its place",
        q, model.observed_mean());
  } else if (model.population_mean() > 3 * model.observed_mean()) {
    report.words += fmt::format(
        "; the model's mean order {:.2f} is far above the observed {:.2f}: some customers spend "
        "without bound",
        model.population_mean(), model.observed_mean());
  }
}

}  // namespace

double SpendFuture::total_cdf(double orders, double total) const {
  return math::beta_cdf(p * orders, shape, total / (total + rate));
}

GammaGamma::GammaGamma(const Params& params, double observed_mean)
    : params_(params), observed_mean_(observed_mean) {
  for (const double value : {params.p, params.q, params.gamma})
    if (!(value > 0) || !std::isfinite(value))
      fail(ErrorKind::kInvalidArgument, "{}: p {}, q {} and gamma {} must be numbers above 0", kId,
           params.p, params.q, params.gamma);
  if (!(observed_mean >= 0) || !std::isfinite(observed_mean))
    fail(ErrorKind::kInvalidArgument, "{}: observed_mean is {}, needs an amount, 0 or more", kId,
         observed_mean);
  if (observed_mean_ == 0) {
    const double x = math::beta_quantile(params.p, params.q, 0.5);
    observed_mean_ = params.gamma * x / (1 - x);
  }
}

LikelihoodProblem GammaGamma::problem(const Spend::Input& input) {
  const auto rows = std::make_shared<const std::vector<Row>>(rows_to_fit(input));
  const Totals t = totals(*rows);
  LikelihoodProblem problem;
  problem.names = {"p", "q", "gamma"};
  problem.scale = {1, 1, t.mean};
  for (const auto& [p, q] : {std::array{6.0, 4.0}, std::array{1.5, 2.0}, std::array{20.0, 15.0}})
    problem.starts.push_back({std::log(p), std::log(q), std::log((q - 1) / p)});
  problem.full = [=, threads = input.threads](std::span<const double> at) {
    return evaluate(at, t.mean, *rows, t, threads);
  };
  constexpr std::size_t kSampleRows = 20'000;
  std::vector<Row> few;
  for (std::size_t i = 0; i < rows->size(); i += (rows->size() + kSampleRows - 1) / kSampleRows)
    few.push_back((*rows)[i]);
  const Totals few_totals = totals(few);
  problem.sample = [=, threads = input.threads](std::span<const double> at) {
    return evaluate(at, t.mean, few, few_totals, threads);
  };
  problem.customers = t.customers;
  return problem;
}

GammaGamma GammaGamma::fit(const Spend::Input& input, const Options& options) {
  const LikelihoodProblem spend = problem(input);
  FitReport report = maximise_likelihood(spend, options);
  GammaGamma model({report.estimates[0], report.estimates[1], report.estimates[2]}, spend.scale[2]);
  add_warnings(report, model);
  model.report_ = std::move(report);
  return model;
}

Spend::Output GammaGamma::predict(const Spend::Input& input) const {
  validate(input);
  Spend::Output out{std::vector<double>(input.size())};
  for (std::size_t i = 0; i < input.size(); ++i)
    out.expected_spend[i] = expected_spend(input.orders[i], input.mean_spend[i]);
  return out;
}

double GammaGamma::log_likelihood(double orders, double mean_spend) const {
  CHECK(orders > 0 && mean_spend > 0);
  const auto [p, q, gamma] = params_;
  const double money = orders * mean_spend;
  return math::log_rising(p * orders, q) - math::log_gamma(q) - std::log(mean_spend) -
         q * std::log1p(money / gamma) - p * orders * std::log1p(gamma / money);
}

double GammaGamma::population_mean() const {
  return params_.q > 1 ? params_.p * params_.gamma / (params_.q - 1) : observed_mean_;
}

double GammaGamma::expected_spend(double orders, double mean_spend) const {
  if (orders == 0) return population_mean();
  const double power = params_.p * orders + params_.q;
  if (power <= 1) return observed_mean_;
  return params_.p * (params_.gamma + orders * mean_spend) / (power - 1);
}

SpendFuture GammaGamma::future(double orders, double mean_spend) const {
  const double money = orders == 0 ? 0 : orders * mean_spend;
  return {params_.p, params_.p * orders + params_.q, params_.gamma + money};
}

double independence(const Spend::Input& input) {
  validate(input);
  double weight = 0;
  double customers = 0;
  double mean_n = 0;
  double mean_z = 0;
  double nn = 0;
  double zz = 0;
  double nz = 0;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input.orders[i] == 0) continue;
    const double w = input.weight(i);
    ++customers;
    weight += w;
    const double dn = input.orders[i] - mean_n;
    const double dz = input.mean_spend[i] - mean_z;
    mean_n += dn * w / weight;
    mean_z += dz * w / weight;
    nn += w * dn * (input.orders[i] - mean_n);
    zz += w * dz * (input.mean_spend[i] - mean_z);
    nz += w * dn * (input.mean_spend[i] - mean_z);
  }
  return customers < 3 || nn <= 0 || zz <= 0 ? 0 : nz / std::sqrt(nn * zz);
}

void GammaGamma::save(ByteWriter& writer) const {
  for (const double value : {params_.p, params_.q, params_.gamma, observed_mean_})
    writer.scalar(value);
  report_.save(writer);
}

GammaGamma GammaGamma::load(ByteReader& reader) {
  Params params;
  for (double* value : {&params.p, &params.q, &params.gamma}) *value = reader.scalar<double>();
  const auto observed_mean = reader.scalar<double>();
  GammaGamma model(params, observed_mean);
  model.report_ = FitReport::load(reader);
  return model;
}

}  // namespace perennial::models
