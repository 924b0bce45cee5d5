#include "perennial/models/value/dynamic_pareto_nbd.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/math/special.h"
#include "perennial/models/value/covariate_scale.h"
#include "perennial/models/value/pareto_gamma.h"
#include "perennial/models/value/power_integral.h"
#include "perennial/models/value/process.h"

namespace perennial::models {
namespace {

constexpr std::size_t kBase = 4;

// How far a clock has come, and its derivatives by the effects that drive it.
struct ClockAt {
  double time = 0;
  std::vector<double> by_effect;
};

double speed(std::span<const double> effects, std::span<const double> z) {
  double sum = 0;
  for (std::size_t k = 0; k < effects.size(); ++k) sum += effects[k] * z[k];
  return std::exp(sum);
}

// One customer's segments.
struct View {
  std::span<const double> end, purchases;
  std::span<const double> z, y;  // of purchase and dropout, row by row
  std::size_t p = 0, q = 0;

  std::size_t size() const { return end.size(); }
  double start(std::size_t k) const { return k == 0 ? 0 : end[k - 1]; }
  std::span<const double> z_of(std::size_t k) const { return z.subspan(k * p, p); }
  std::span<const double> y_of(std::size_t k) const { return y.subspan(k * q, q); }
};

View view_of(const TimeSegments& s, std::size_t customer, std::size_t p, std::size_t q) {
  const std::size_t from = s.first[customer];
  const std::size_t count = s.first[customer + 1] - from;
  return {s.end.subspan(from, count),
          s.purchases.empty() ? std::span<const double>() : s.purchases.subspan(from, count),
          s.values.purchase.subspan(from * p, count * p),
          s.values.dropout.subspan(from * q, count * q),
          p,
          q};
}

// Moments, over the times of leaving within one stretch, for the gradient.
struct Stretch {
  double log_weight = -std::numeric_limits<double>::infinity();
  // Means of log(alpha + A), log(beta + D), 1 / (alpha + A), v / (alpha + A) and the same with beta + D, v the time since
  // the stretch began.
  double log_a = 0, log_d = 0, inverse_a = 0, time_a = 0, inverse_d = 0, time_d = 0;
};

// From v = 0 to `length`, where the clocks stand at alpha + A = a0 and beta + D = d0 and run at speeds a and d.
Stretch stretch_of(double shape, double leave_power, double a0, double a, double d0, double d,
                   double length) {
  Stretch out;
  if (length <= 0) return out;
  const PowerIntegral integral(shape, a0 / a, leave_power, d0 / d, 0, length);
  const double log_speed_a = std::log(a);
  const double log_speed_d = std::log(d);
  double total = 0;
  integral.each([&](double weight, double v, double log_alpha, double log_beta) {
    total += weight;
    const double inverse_a = 1 / (a0 + a * v);
    const double inverse_d = 1 / (d0 + d * v);
    out.log_a += weight * (log_speed_a + log_alpha);
    out.log_d += weight * (log_speed_d + log_beta);
    out.inverse_a += weight * inverse_a;
    out.time_a += weight * v * inverse_a;
    out.inverse_d += weight * inverse_d;
    out.time_d += weight * v * inverse_d;
  });
  for (double* value :
       {&out.log_a, &out.log_d, &out.inverse_a, &out.time_a, &out.inverse_d, &out.time_d})
    *value /= total;
  out.log_weight =
      integral.top() + std::log(total) - shape * log_speed_a - (leave_power - 1) * log_speed_d;
  return out;
}

struct Likelihood {
  double value = 0;  // log
  double log_odds_left = 0;
  double rate = 0, leave = 0;  // alpha + A(T), beta + D(T)
  std::vector<double>
      gradient;  // by log r, log alpha, log s, log beta, effects; empty unless asked for
};

void advance(ClockAt& clock, double by, double at_speed, std::span<const double> z) {
  clock.time += at_speed * by;
  for (std::size_t k = 0; k < z.size(); ++k) clock.by_effect[k] += at_speed * by * z[k];
}

Likelihood likelihood(const DynamicParams& p, const History& h, const View& v, bool with_gradient) {
  const double x = h.repeat_purchases;
  const double shape = p.r + x;
  ClockAt a{0, std::vector<double>(v.p)};
  ClockAt d{0, std::vector<double>(v.q)};
  struct Part {
    Stretch stretch;
    std::vector<double> a_slope, d_slope;  // of log weight by the effects
  };
  std::vector<Part> parts;
  Likelihood out;
  std::vector<double> purchase_slope(v.p);
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double speed_a = speed(p.purchase, v.z_of(k));
    const double speed_d = speed(p.dropout, v.y_of(k));
    const double n = v.purchases.empty() ? 0 : v.purchases[k];
    out.value += n * std::log(speed_a);
    for (std::size_t j = 0; j < v.p; ++j) purchase_slope[j] += n * v.z_of(k)[j];
    // Up to the last purchase the customer was there for certain.
    const double silent_from = std::fmax(v.start(k), std::fmin(h.recency, v.end[k]));
    advance(a, silent_from - v.start(k), speed_a, v.z_of(k));
    advance(d, silent_from - v.start(k), speed_d, v.y_of(k));
    const double length = v.end[k] - silent_from;
    if (length > 0) {
      Part part{
          stretch_of(shape, p.s + 1, p.alpha + a.time, speed_a, p.beta + d.time, speed_d, length),
          {},
          {}};
      if (with_gradient) {
        for (std::size_t j = 0; j < v.p; ++j)
          part.a_slope.push_back(-shape * (a.by_effect[j] * part.stretch.inverse_a +
                                           speed_a * v.z_of(k)[j] * part.stretch.time_a));
        for (std::size_t j = 0; j < v.q; ++j)
          part.d_slope.push_back(v.y_of(k)[j] -
                                 (p.s + 1) * (d.by_effect[j] * part.stretch.inverse_d +
                                              speed_d * v.y_of(k)[j] * part.stretch.time_d));
      }
      parts.push_back(std::move(part));
    }
    advance(a, length, speed_a, v.z_of(k));
    advance(d, length, speed_d, v.y_of(k));
  }
  out.rate = p.alpha + a.time;
  out.leave = p.beta + d.time;
  double top = -std::numeric_limits<double>::infinity();
  for (const Part& part : parts) top = std::fmax(top, part.stretch.log_weight);
  double total = 0;
  for (const Part& part : parts) total += std::exp(part.stretch.log_weight - top);
  const double log_rate = std::log(out.rate);
  const double log_leave = std::log(out.leave);
  out.log_odds_left =
      parts.empty() ? top
                    : std::log(p.s) + top + std::log(total) + shape * log_rate + p.s * log_leave;
  out.value += math::log_rising(p.r, x) - p.r * std::log1p(a.time / p.alpha) - x * log_rate -
               p.s * std::log1p(d.time / p.beta) + math::softplus(out.log_odds_left);
  if (!with_gradient) return out;

  // Still active, then the mean over the stretches of leaving within one, relative to that.
  const double left = math::logistic(out.log_odds_left);
  std::vector<double>& g = out.gradient;
  g.assign(kBase + v.p + v.q, 0.0);
  const double by_r = math::digamma(p.r + x) - math::digamma(p.r) - std::log1p(a.time / p.alpha);
  g[0] = by_r;
  g[1] = p.r / p.alpha - shape / out.rate;
  g[2] = -std::log1p(d.time / p.beta);
  g[3] = p.s / p.beta - p.s / out.leave;
  for (std::size_t j = 0; j < v.p; ++j)
    g[kBase + j] = purchase_slope[j] - shape * a.by_effect[j] / out.rate;
  for (std::size_t j = 0; j < v.q; ++j) g[kBase + v.p + j] = -p.s * d.by_effect[j] / out.leave;
  for (const Part& part : parts) {
    const double weight = left * std::exp(part.stretch.log_weight - top) / total;
    g[0] += weight * (log_rate - part.stretch.log_a);
    g[1] += weight * shape * (1 / out.rate - part.stretch.inverse_a);
    g[2] += weight * (1 / p.s + log_leave - part.stretch.log_d);
    g[3] += weight * (p.s / out.leave - (p.s + 1) * part.stretch.inverse_d);
    for (std::size_t j = 0; j < v.p; ++j)
      g[kBase + j] += weight * (part.a_slope[j] + shape * a.by_effect[j] / out.rate);
    for (std::size_t j = 0; j < v.q; ++j)
      g[kBase + v.p + j] += weight * (part.d_slope[j] + p.s * d.by_effect[j] / out.leave);
  }
  // By the logarithms.
  const std::array<double, kBase> base{p.r, p.alpha, p.s, p.beta};
  for (std::size_t j = 0; j < kBase; ++j) g[j] *= base[j];
  return out;
}

void check_names(std::string_view list, std::size_t values, std::size_t names, std::size_t rows) {
  if (values != names * rows)
    fail(ErrorKind::kBadInput, "{} covariates: {} values for {} segments and {} covariates", list,
         values, rows, names);
}

void check_segments(const TimeSegments& s, const CovariateNames& names, std::size_t customers,
                    const Purchases::Input* histories, double horizon = 0) {
  if (s.first.size() != customers + 1 || s.first.front() != 0 || s.first.back() != s.end.size())
    fail(ErrorKind::kBadInput,
         "segments: `first` needs {} numbers, from 0 to the number of segments, {}", customers + 1,
         s.end.size());
  if (histories != nullptr && s.purchases.size() != s.end.size())
    fail(ErrorKind::kBadInput, "segments: {} numbers of purchases for {} segments",
         s.purchases.size(), s.end.size());
  check_names("purchase", s.values.purchase.size(), names.purchase.size(), s.end.size());
  check_names("dropout", s.values.dropout.size(), names.dropout.size(), s.end.size());
  for (const auto* values : {&s.values.purchase, &s.values.dropout})
    for (std::size_t i = 0; i < values->size(); ++i)
      if (!std::isfinite((*values)[i]))
        fail(ErrorKind::kBadInput, "segments: covariate value {} is {}, needs a finite number",
             i + 1, (*values)[i]);
  for (std::size_t i = 0; i < customers; ++i) {
    if (s.first[i + 1] < s.first[i] || s.first[i + 1] > s.end.size())
      fail(ErrorKind::kBadInput, "row {}: `first` must not fall", i + 1);
    double last = 0;
    double purchases = 0;
    for (std::size_t k = s.first[i]; k < s.first[i + 1]; ++k) {
      if (!(s.end[k] >= last) || !std::isfinite(s.end[k]))
        fail(ErrorKind::kBadInput, "row {}: a segment ends at {}, the one before at {}", i + 1,
             s.end[k], last);
      if (histories != nullptr) {
        if (!(s.purchases[k] >= 0) || (s.purchases[k] > 0 && last > histories->recency[i]))
          fail(ErrorKind::kBadInput,
               "row {}: a segment from {} holds {} purchases, the last purchase was at {}", i + 1,
               last, s.purchases[k], histories->recency[i]);
        purchases += s.purchases[k];
      }
      last = s.end[k];
    }
    if (histories == nullptr) {
      if (std::fabs(last - horizon) > 1e-9 * (1 + horizon))
        fail(ErrorKind::kBadInput, "row {}: the segments ahead end at {}, the horizon is {}", i + 1,
             last, horizon);
      continue;
    }
    if (std::fabs(last - histories->age[i]) > 1e-9 * (1 + last))
      fail(ErrorKind::kBadInput, "row {}: the segments end at {}, the age is {}", i + 1, last,
           histories->age[i]);
    if (purchases != histories->repeat_purchases[i])
      fail(ErrorKind::kBadInput, "row {}: the segments hold {} purchases, repeat_purchases is {}",
           i + 1, purchases, histories->repeat_purchases[i]);
  }
}

math::Evaluation zero(std::size_t n) {
  return {0, std::vector<double>(n), std::vector<double>(n * n)};
}

// Over every `step`-th customer, weighted to stand for all.
math::Evaluation evaluation_of(const DynamicParams& params, const Purchases::Input& input,
                               const TimeSegments& observed, std::size_t step) {
  const std::size_t p = params.purchase.size();
  const std::size_t q = params.dropout.size();
  const std::size_t n = kBase + p + q;
  const std::size_t customers = (input.size() + step - 1) / step;
  constexpr std::size_t kChunk = 256;
  return ordered_reduce(
      customers, kChunk, input.threads, zero(n),
      [&](std::size_t begin, std::size_t end) {
        math::Evaluation part = zero(n);
        for (std::size_t at = begin; at < end; ++at) {
          const std::size_t i = at * step;
          const Likelihood one =
              likelihood(params, input.history(i), view_of(observed, i, p, q), true);
          const double weight = input.weight(i) * static_cast<double>(step);
          part.value -= weight * one.value;
          for (std::size_t a = 0; a < n; ++a) {
            part.gradient[a] -= weight * one.gradient[a];
            for (std::size_t b = 0; b < n; ++b)
              part.hessian[a * n + b] += weight * one.gradient[a] * one.gradient[b];
          }
        }
        return part;
      },
      [](math::Evaluation sum, const math::Evaluation& part) {
        sum.value += part.value;
        for (std::size_t i = 0; i < sum.gradient.size(); ++i) sum.gradient[i] += part.gradient[i];
        for (std::size_t i = 0; i < sum.hessian.size(); ++i) sum.hessian[i] += part.hessian[i];
        return sum;
      });
}

DynamicParams params_at(std::span<const double> at, double scale, std::size_t p) {
  const auto effects = at.subspan(kBase);
  return {std::exp(at[0]),
          scale * std::exp(at[1]),
          std::exp(at[2]),
          scale * std::exp(at[3]),
          {effects.begin(), effects.begin() + static_cast<std::ptrdiff_t>(p)},
          {effects.begin() + static_cast<std::ptrdiff_t>(p), effects.end()}};
}

}  // namespace

math::Evaluation dynamic_evaluation(const DynamicParams& params, const Purchases::Input& input,
                                    const TimeSegments& observed) {
  return evaluation_of(params, input, observed, 1);
}

DynamicParetoNbd::DynamicParetoNbd(const DynamicParams& params, CovariateNames names,
                                   double days_per_period)
    : params_(params), names_(std::move(names)), days_per_period_(days_per_period) {
  for (const auto& [name, value] : {std::pair{"r", params.r},
                                    {"alpha", params.alpha},
                                    {"s", params.s},
                                    {"beta", params.beta},
                                    {"days_per_period", days_per_period}})
    require_positive(kId, name, value);
  if (params.purchase.size() != names_.purchase.size() ||
      params.dropout.size() != names_.dropout.size())
    fail(ErrorKind::kInvalidArgument, "{}: {} and {} effects for {} and {} covariates", kId,
         params.purchase.size(), params.dropout.size(), names_.purchase.size(),
         names_.dropout.size());
  for (const auto* effects : {&params.purchase, &params.dropout})
    for (const double effect : *effects)
      if (!std::isfinite(effect))
        fail(ErrorKind::kInvalidArgument, "{}: an effect is {}, needs a finite number", kId,
             effect);
}

DynamicParetoNbd DynamicParetoNbd::fit(const Purchases::Input& input, const TimeSegments& observed,
                                       const CovariateNames& names,
                                       const CovariateOptions& options) {
  validate(input);
  check_segments(observed, names, input.size(), &input);
  if (options.equal_effects) fail(ErrorKind::kUnsupported, "{} has no equal effects", kId);
  if (!(options.l2 >= 0) || !std::isfinite(options.l2))
    fail(ErrorKind::kInvalidArgument, "l2 is {}, needs a number, 0 or more", options.l2);
  const ParetoNbd plain = ParetoNbd::fit(input, options.search);
  const double scale = histories_to_fit(input).mean_age;
  const std::size_t p = names.purchase.size();
  const std::size_t n = kBase + p + names.dropout.size();
  const CovariateScale purchase_scale = covariate_scale(observed.values.purchase, p);
  const CovariateScale dropout_scale =
      covariate_scale(observed.values.dropout, names.dropout.size());
  const std::vector<double> purchase = purchase_scale.standardised(observed.values.purchase);
  const std::vector<double> dropout = dropout_scale.standardised(observed.values.dropout);
  TimeSegments segments = observed;
  segments.values = {purchase, dropout};
  const ScaledEffects effects[] = {{1, -1, kBase, &purchase_scale},
                                   {3, -1, kBase + p, &dropout_scale}};
  std::vector<double> deviation(kBase, 1.0);
  for (const CovariateScale* one : {&purchase_scale, &dropout_scale})
    deviation.insert(deviation.end(), one->deviation.begin(), one->deviation.end());

  LikelihoodProblem problem;
  problem.names = plain.report().names;
  problem.scale = {1, scale, 1, scale};
  for (const std::string& name : names.purchase) problem.names.push_back("purchase." + name);
  for (const std::string& name : names.dropout) problem.names.push_back("dropout." + name);
  problem.scale.resize(n, 1);
  problem.linear.assign(n, true);
  std::fill_n(problem.linear.begin(), kBase, false);
  problem.customers = plain.report().customers;
  const auto penalised = [&](std::span<const double> at, std::size_t step) {
    math::Evaluation e = evaluation_of(params_at(at, scale, p), input, segments, step);
    for (std::size_t i = kBase; i < n; ++i) {
      const double precision = options.l2 / (deviation[i] * deviation[i]);
      e.value += 0.5 * precision * at[i] * at[i];
      e.gradient[i] += precision * at[i];
      e.hessian[i * n + i] += precision;
    }
    return e;
  };
  constexpr std::size_t kSample = 2000;
  const std::size_t step = (input.size() + kSample - 1) / kSample;
  problem.sample = [&, step](std::span<const double> at) { return penalised(at, step); };
  problem.refine = [&](std::span<const double> at) { return penalised(at, 1); };
  problem.full = [&](std::span<const double> at) {
    math::Evaluation here = penalised(at, 1);
    constexpr double kStep = 1e-4;
    std::vector<double> hessian(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> moved(at.begin(), at.end());
      moved[i] = at[i] + kStep;
      const std::vector<double> above = penalised(moved, 1).gradient;
      moved[i] = at[i] - kStep;
      const std::vector<double> below = penalised(moved, 1).gradient;
      for (std::size_t j = 0; j < n; ++j) {
        const double slope = (above[j] - below[j]) / (2 * kStep);
        hessian[i * n + j] += 0.5 * slope;
        hessian[j * n + i] += 0.5 * slope;
      }
    }
    here.hessian = std::move(hessian);
    return here;
  };
  std::vector<double> start(n);
  for (std::size_t i = 0; i < kBase; ++i)
    start[i] = std::log(plain.report().estimates[i] / problem.scale[i]);
  problem.starts = {start};
  for (const double shift : {-0.7, 0.7}) {
    problem.starts.push_back(start);
    for (std::size_t i = 0; i < kBase; ++i) problem.starts.back()[i] += i % 2 == 0 ? shift : -shift;
  }

  FitReport report = maximise_likelihood(problem, options.search);
  restore(report, kBase, effects);
  std::vector<double> at = report.estimates;
  double taken = 0;
  for (std::size_t i = kBase; i < n; ++i) taken += 0.5 * options.l2 * at[i] * at[i];
  report.log_likelihood += taken;
  report.aic -= 2 * taken;
  report.bic -= 2 * taken;
  for (std::size_t i = 0; i < kBase; ++i) at[i] = std::log(at[i]);
  DynamicParetoNbd model(params_at(at, 1, p), names, input.days_per_period);
  model.report_ = std::move(report);
  return model;
}

double DynamicParetoNbd::log_likelihood(const Purchases::Input& input,
                                        const TimeSegments& observed) const {
  validate(input);
  require_same_period(kId, days_per_period_, input.days_per_period);
  check_segments(observed, names_, input.size(), &input);
  constexpr std::size_t kChunk = 256;
  return ordered_reduce(
      input.size(), kChunk, input.threads, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i)
          sum +=
              input.weight(i) *
              likelihood(params_, input.history(i),
                         view_of(observed, i, names_.purchase.size(), names_.dropout.size()), false)
                  .value;
        return sum;
      },
      [](double sum, double part) { return sum + part; });
}

Purchases::Output DynamicParetoNbd::predict(const Purchases::Input& input,
                                            const TimeSegments& observed,
                                            const TimeSegments& ahead) const {
  validate(input);
  require_same_period(kId, days_per_period_, input.days_per_period);
  check_segments(observed, names_, input.size(), &input);
  check_segments(ahead, names_, input.size(), nullptr, input.horizon_periods);
  const std::size_t n = input.size();
  const std::size_t p = names_.purchase.size();
  const std::size_t q = names_.dropout.size();
  Purchases::Output out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  constexpr std::size_t kChunk = 256;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const History history = input.history(i);
      const Likelihood now = likelihood(params_, history, view_of(observed, i, p, q), false);
      const View future = view_of(ahead, i, p, q);
      const double shape = params_.r + history.repeat_purchases;
      // Each stretch of the horizon: purchases at its speed as long as the customer stays, and the first one there.
      double expected = 0;
      double first = 0;
      double rate = now.rate;
      double leave = now.leave;
      for (std::size_t k = 0; k < future.size(); ++k) {
        const double length = future.end[k] - future.start(k);
        const double a = speed(params_.purchase, future.z_of(k));
        const double d = speed(params_.dropout, future.y_of(k));
        const ParetoGammaFuture stretch{shape, now.rate / a, params_.s, leave / d};
        const double stays = std::exp(params_.s * (std::log(now.leave) - std::log(leave)));
        expected += stays * stretch.expected(length);
        first += std::exp(shape * std::log(now.rate) + params_.s * std::log(now.leave) +
                          std::log(shape) + std::log(a) - (shape + 1) * std::log(a) -
                          params_.s * std::log(d) +
                          log_power_integral(shape + 1, rate / a, params_.s, leave / d, 0, length));
        rate += a * length;
        leave += d * length;
      }
      out.p_alive[i] = math::logistic(-now.log_odds_left);
      out.p_active[i] = out.p_alive[i] * std::fmin(1.0, first);
      out.expected_purchases[i] = out.p_alive[i] * expected;
    }
  });
  return out;
}

void DynamicParetoNbd::save(ByteWriter& writer) const {
  for (const double value : {params_.r, params_.alpha, params_.s, params_.beta, days_per_period_})
    writer.scalar(value);
  for (const auto* list : {&names_.purchase, &names_.dropout}) {
    writer.scalar<std::uint64_t>(list->size());
    for (const std::string& name : *list) writer.text(name);
  }
  writer.array(params_.purchase);
  writer.array(params_.dropout);
  report_.save(writer);
}

DynamicParetoNbd DynamicParetoNbd::load(ByteReader& reader) {
  DynamicParams params;
  double days_per_period = 0;
  for (double* value : {&params.r, &params.alpha, &params.s, &params.beta, &days_per_period})
    *value = reader.scalar<double>();
  CovariateNames names;
  for (auto* list : {&names.purchase, &names.dropout}) {
    const auto count = reader.scalar<std::uint64_t>();
    for (std::uint64_t i = 0; i < count; ++i) list->push_back(reader.text());
  }
  params.purchase = reader.array<double>();
  params.dropout = reader.array<double>();
  DynamicParetoNbd model(params, std::move(names), days_per_period);
  model.report_ = FitReport::load(reader);
  return model;
}

}  // namespace perennial::models
