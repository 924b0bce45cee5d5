#include "perennial/models/value/covariates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/models/value/covariate_scale.h"
#include "perennial/models/value/process.h"
#include "perennial/models/value/unique_histories.h"

namespace perennial::models {
namespace {

constexpr std::size_t kBase = 4;  // parameters of each of the three processes

// The covariates of one list multiply one parameter by exp(sign * gamma' z).
struct Effect {
  std::string_view word;
  std::size_t parameter;
  double sign;
  bool on_dropout;
};

using Evaluate = math::Evaluation (*)(std::span<const double>, double, const UniqueHistories&,
                                      Threads);

struct Kind {
  std::string_view id;
  std::vector<Effect> effects;
  std::vector<bool> is_time;  // which parameters are times
  Evaluate evaluate;
};

const Kind& kind_of(std::string_view id) {
  static const std::vector<Effect> kLifetime{{"purchase", 1, -1, false}, {"dropout", 3, -1, true}};
  static const std::vector<Effect> kCoin{
      {"purchase", 1, -1, false}, {"dropout_a", 2, 1, true}, {"dropout_b", 3, 1, true}};
  static const std::vector<Kind> kKinds{
      {ParetoNbdLaw::kId, kLifetime, {false, true, false, true}, ParetoNbdLaw::evaluation},
      {BgNbdLaw::kId, kCoin, {false, true, false, false}, BgNbdLaw::evaluation},
      {MbgNbdLaw::kId, kCoin, {false, true, false, false}, MbgNbdLaw::evaluation}};
  for (const Kind& kind : kKinds)
    if (kind.id == id) return kind;
  fail(ErrorKind::kUnsupported, "{} takes no covariates; {}, {} and {} do", id, ParetoNbdLaw::kId,
       BgNbdLaw::kId, MbgNbdLaw::kId);
}

void check_values(std::string_view list, const std::vector<std::string>& names,
                  std::span<const double> values, std::size_t customers) {
  if (values.size() != names.size() * customers)
    fail(ErrorKind::kBadInput, "{} covariates: {} values for {} customers and {} covariates", list,
         values.size(), customers, names.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      fail(ErrorKind::kBadInput, "row {}: {} covariate \"{}\" is {}, needs a finite number",
           i / names.size() + 1, list, names[i % names.size()], values[i]);
}

void check_varies(std::string_view list, const std::vector<std::string>& names,
                  std::span<const double> values) {
  const std::size_t count = names.size();
  for (std::size_t k = 0; k < count; ++k) {
    bool varies = false;
    for (std::size_t i = k; i < values.size() && !varies; i += count)
      varies = values[i] != values[k];
    if (!varies)
      fail(ErrorKind::kBadInput,
           "{} covariate \"{}\" is {} for everybody, so its effect cannot be told from the base "
           "parameter; leave it out",
           list, names[k], values[k]);
  }
}

// Where the coefficients of an effect begin among all parameters.
std::size_t offset_of(const Kind& kind, const CovariateNames& names, bool equal_effects,
                      std::size_t effect) {
  std::size_t at = kBase;
  for (std::size_t e = 0; e < effect && !equal_effects; ++e)
    at += kind.effects[e].on_dropout ? names.dropout.size() : names.purchase.size();
  return at;
}

// Customers with the same covariates.
struct Group {
  std::vector<double> purchase, dropout;
  UniqueHistories data;
};

std::vector<Group> groups_of(const Purchases::Input& input, const CovariateNames& names,
                             const CovariateValues& values) {
  const std::size_t p = names.purchase.size();
  const std::size_t q = names.dropout.size();
  const auto purchase = [&](std::size_t i) { return values.purchase.subspan(i * p, p); };
  const auto dropout = [&](std::size_t i) { return values.dropout.subspan(i * q, q); };
  const auto order = [&](std::size_t a, std::size_t b) {
    const auto by_purchase = std::lexicographical_compare_three_way(
        purchase(a).begin(), purchase(a).end(), purchase(b).begin(), purchase(b).end());
    if (by_purchase != 0) return by_purchase;
    return std::lexicographical_compare_three_way(dropout(a).begin(), dropout(a).end(),
                                                  dropout(b).begin(), dropout(b).end());
  };
  std::vector<std::size_t> rows(input.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::ranges::sort(rows, [&](std::size_t a, std::size_t b) { return order(a, b) < 0; });
  std::vector<Group> groups;
  for (std::size_t from = 0; from < rows.size();) {
    std::vector<double> x, recency, age, weights;
    std::size_t to = from;
    for (; to < rows.size() && order(rows[from], rows[to]) == 0; ++to) {
      const std::size_t i = rows[to];
      x.push_back(input.repeat_purchases[i]);
      recency.push_back(input.recency[i]);
      age.push_back(input.age[i]);
      weights.push_back(input.weight(i));
    }
    Purchases::Input own = input;
    own.repeat_purchases = x;
    own.recency = recency;
    own.age = age;
    own.weights = weights;
    own.log_gaps = {};
    own.threads = {1};
    const auto zp = purchase(rows[from]);
    const auto zq = dropout(rows[from]);
    groups.push_back({{zp.begin(), zp.end()}, {zq.begin(), zq.end()}, unique_histories(own)});
    from = to;
  }
  return groups;
}

// The log parameters of one group are base + jacobian * effects, all over the same scale.
struct Linear {
  std::vector<double> log_params;
  std::vector<double> jacobian;  // kBase x all
};

Linear log_params_of(const Kind& kind, const CovariateNames& names, bool equal_effects,
                     std::span<const double> all, std::span<const double> purchase,
                     std::span<const double> dropout) {
  const std::size_t n = all.size();
  Linear out{{all.begin(), all.begin() + kBase}, std::vector<double>(kBase * n)};
  for (std::size_t j = 0; j < kBase; ++j) out.jacobian[j * n + j] = 1;
  for (std::size_t e = 0; e < kind.effects.size(); ++e) {
    const Effect& effect = kind.effects[e];
    const auto z = effect.on_dropout ? dropout : purchase;
    const std::size_t from = offset_of(kind, names, equal_effects, e);
    for (std::size_t k = 0; k < z.size(); ++k) {
      out.log_params[effect.parameter] += effect.sign * z[k] * all[from + k];
      out.jacobian[effect.parameter * n + from + k] += effect.sign * z[k];
    }
  }
  return out;
}

math::Evaluation zero(std::size_t n) {
  return {0, std::vector<double>(n), std::vector<double>(n * n)};
}

void add(math::Evaluation& sum, const math::Evaluation& own, const Linear& linear) {
  const std::size_t n = sum.gradient.size();
  const std::vector<double>& jacobian = linear.jacobian;
  sum.value += own.value;
  std::vector<double> half(kBase * n);  // own Hessian times Jacobian
  for (std::size_t j = 0; j < kBase; ++j)
    for (std::size_t k = 0; k < kBase; ++k)
      for (std::size_t b = 0; b < n; ++b)
        half[j * n + b] += own.hessian[j * kBase + k] * jacobian[k * n + b];
  for (std::size_t j = 0; j < kBase; ++j) {
    for (std::size_t a = 0; a < n; ++a) {
      const double slope = jacobian[j * n + a];
      if (slope == 0) continue;
      sum.gradient[a] += slope * own.gradient[j];
      for (std::size_t b = 0; b < n; ++b) sum.hessian[a * n + b] += slope * half[j * n + b];
    }
  }
}

math::Evaluation add_all(math::Evaluation sum, const math::Evaluation& part) {
  sum.value += part.value;
  for (std::size_t i = 0; i < sum.gradient.size(); ++i) sum.gradient[i] += part.gradient[i];
  for (std::size_t i = 0; i < sum.hessian.size(); ++i) sum.hessian[i] += part.hessian[i];
  return sum;
}

void check_equal_effects(const Kind& kind, const CovariateNames& names) {
  if (kind.id != ParetoNbdLaw::kId)
    fail(ErrorKind::kUnsupported,
         "equal effects on purchase and dropout have a meaning in {} only, where both are rates",
         ParetoNbdLaw::kId);
  if (names.purchase != names.dropout)
    fail(ErrorKind::kInvalidArgument,
         "equal effects need the same covariates for purchase and dropout");
}

}  // namespace

CovariateModel CovariateModel::fit(std::string_view process_id, const Purchases::Input& input,
                                   const CovariateNames& names, const CovariateValues& values,
                                   const CovariateOptions& options) {
  const Kind& kind = kind_of(process_id);
  validate(input);
  check_values("purchase", names.purchase, values.purchase, input.size());
  check_values("dropout", names.dropout, values.dropout, input.size());
  check_varies("purchase", names.purchase, values.purchase);
  check_varies("dropout", names.dropout, values.dropout);
  if (!(options.l2 >= 0) || !std::isfinite(options.l2))
    fail(ErrorKind::kInvalidArgument, "l2 is {}, needs a number, 0 or more", options.l2);
  if (options.equal_effects) check_equal_effects(kind, names);

  const FitReport plain = models::report(purchase_process(process_id).fit(input, options.search));
  const CovariateScale purchase_scale = covariate_scale(values.purchase, names.purchase.size());
  const CovariateScale dropout_scale = covariate_scale(values.dropout, names.dropout.size());
  const std::vector<double> purchase = purchase_scale.standardised(values.purchase);
  const std::vector<double> dropout = dropout_scale.standardised(values.dropout);
  const std::vector<Group> groups = groups_of(input, names, {purchase, dropout});
  const double scale = histories_to_fit(input).mean_age;

  LikelihoodProblem problem;
  problem.names = plain.names;
  for (const bool is_time : kind.is_time) problem.scale.push_back(is_time ? scale : 1);
  for (std::size_t e = 0; e < (options.equal_effects ? 1 : kind.effects.size()); ++e) {
    const Effect& effect = kind.effects[e];
    for (const std::string& name : effect.on_dropout ? names.dropout : names.purchase)
      problem.names.push_back(
          fmt::format("{}.{}", options.equal_effects ? "both" : effect.word, name));
  }
  const std::size_t n = problem.names.size();
  std::vector<ScaledEffects> effects;
  std::vector<double> deviation(n, 1.0);  // of the covariate that an effect belongs to
  for (std::size_t e = 0; e < kind.effects.size(); ++e) {
    const Effect& effect = kind.effects[e];
    effects.push_back({effect.parameter, effect.sign,
                       offset_of(kind, names, options.equal_effects, e),
                       effect.on_dropout ? &dropout_scale : &purchase_scale});
    for (std::size_t k = 0; k < effects[e].scale->mean.size(); ++k)
      deviation[effects[e].offset + k] = effects[e].scale->deviation[k];
  }
  problem.scale.resize(n, 1);
  problem.linear.assign(n, true);
  std::fill_n(problem.linear.begin(), kBase, false);
  const auto penalty = [&](std::span<const double> at) {
    double sum = 0;
    for (std::size_t i = kBase; i < n; ++i)
      sum += 0.5 * options.l2 * std::pow(at[i] / deviation[i], 2);
    return sum;
  };
  problem.full = [&](std::span<const double> at) {
    constexpr std::size_t kChunk = 64;
    math::Evaluation sum = ordered_reduce(
        groups.size(), kChunk, input.threads, zero(n),
        [&](std::size_t begin, std::size_t end) {
          math::Evaluation part = zero(n);
          for (std::size_t g = begin; g < end; ++g) {
            const Linear linear = log_params_of(kind, names, options.equal_effects, at,
                                                groups[g].purchase, groups[g].dropout);
            add(part, kind.evaluate(linear.log_params, scale, groups[g].data, {1}), linear);
          }
          return part;
        },
        add_all);
    sum.value += penalty(at);
    for (std::size_t i = kBase; i < n; ++i) {
      const double precision = options.l2 / (deviation[i] * deviation[i]);
      sum.gradient[i] += precision * at[i];
      sum.hessian[i * n + i] += precision;
    }
    return sum;
  };
  problem.sample = problem.full;
  // The plain process, and two places beside it.
  std::vector<double> start(n);
  for (std::size_t i = 0; i < kBase; ++i)
    start[i] = std::log(plain.estimates[i] / problem.scale[i]);
  problem.starts.push_back(start);
  for (const double shift : {-0.7, 0.7}) {
    problem.starts.push_back(start);
    for (std::size_t i = 0; i < kBase; ++i) problem.starts.back()[i] += i % 2 == 0 ? shift : -shift;
  }
  for (const Group& group : groups) problem.customers += group.data.customers;

  CovariateModel model;
  model.process_id_ = kind.id;
  model.names_ = names;
  model.days_per_period_ = input.days_per_period;
  model.equal_effects_ = options.equal_effects;
  model.report_ = maximise_likelihood(problem, options.search);
  const double taken = penalty(model.report_.estimates);
  model.report_.log_likelihood += taken;
  model.report_.aic -= 2 * taken;
  model.report_.bic -= 2 * taken;
  restore(model.report_, kBase, effects);
  return model;
}

PurchaseModel CovariateModel::process_for(std::span<const double> purchase,
                                          std::span<const double> dropout) const {
  const Kind& kind = kind_of(process_id_);
  check_values("purchase", names_.purchase, purchase, 1);
  check_values("dropout", names_.dropout, dropout, 1);
  std::vector<double> all = report_.estimates;
  for (std::size_t i = 0; i < kBase; ++i) all[i] = std::log(all[i]);
  std::vector<double> params =
      log_params_of(kind, names_, equal_effects_, all, purchase, dropout).log_params;
  for (double& value : params) value = std::exp(value);
  if (kind.id == ParetoNbdLaw::kId) return ParetoNbd::from_values(params, days_per_period_);
  if (kind.id == BgNbdLaw::kId) return BgNbd::from_values(params, days_per_period_);
  return MbgNbd::from_values(params, days_per_period_);
}

Purchases::Output CovariateModel::predict(const Purchases::Input& input,
                                          const CovariateValues& values) const {
  validate(input);
  require_same_period(process_id_, days_per_period_, input.days_per_period);
  check_values("purchase", names_.purchase, values.purchase, input.size());
  check_values("dropout", names_.dropout, values.dropout, input.size());
  const std::size_t n = input.size();
  const std::size_t p = names_.purchase.size();
  const std::size_t q = names_.dropout.size();
  Purchases::Output out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const PurchaseModel process =
          process_for(values.purchase.subspan(i * p, p), values.dropout.subspan(i * q, q));
      std::visit(
          [&](const auto& model) {
            const History history = input.history(i);
            out.p_alive[i] = model.p_alive(history);
            out.p_active[i] = model.p_active(history, input.horizon_periods);
            out.expected_purchases[i] = model.expected_purchases(history, input.horizon_periods);
          },
          process);
    }
  });
  return out;
}

void CovariateModel::save(ByteWriter& writer) const {
  writer.text(process_id_);
  for (const auto* list : {&names_.purchase, &names_.dropout}) {
    writer.scalar<std::uint64_t>(list->size());
    for (const std::string& name : *list) writer.text(name);
  }
  writer.scalar(days_per_period_);
  writer.scalar<std::uint8_t>(equal_effects_ ? 1 : 0);
  report_.save(writer);
}

CovariateModel CovariateModel::load(ByteReader& reader) {
  CovariateModel model;
  model.process_id_ = reader.text();
  const Kind& kind = kind_of(model.process_id_);
  for (auto* list : {&model.names_.purchase, &model.names_.dropout}) {
    const auto count = reader.scalar<std::uint64_t>();
    for (std::uint64_t i = 0; i < count; ++i) list->push_back(reader.text());
  }
  model.days_per_period_ = reader.scalar<double>();
  model.equal_effects_ = reader.scalar<std::uint8_t>() != 0;
  model.report_ = FitReport::load(reader);
  const std::size_t wanted = model.equal_effects_
                                 ? kBase + model.names_.purchase.size()
                                 : offset_of(kind, model.names_, false, kind.effects.size());
  if (model.report_.estimates.size() != wanted)
    fail(ErrorKind::kCorrupt, "covariate model: {} estimates for {} parameters",
         model.report_.estimates.size(), wanted);
  return model;
}

}  // namespace perennial::models
