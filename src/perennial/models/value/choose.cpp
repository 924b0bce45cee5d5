#include "perennial/models/value/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::size_t kChunk = 2048;
constexpr int kLastFrequency = 7;

void check(const HoldoutQuestion& question) {
  validate(question.calibration);
  const std::size_t n = question.calibration.size();
  if (question.holdout_purchases.size() != n)
    fail(ErrorKind::kBadInput, "holdout_purchases has {} rows, the calibration has {}",
         question.holdout_purchases.size(), n);
  for (std::size_t i = 0; i < n; ++i) {
    const double y = question.holdout_purchases[i];
    if (!(y >= 0 && y <= 1e6) || y != std::floor(y))
      fail(ErrorKind::kBadInput,
           "row {}: holdout_purchases is {}, needs a whole number from 0 to 1,000,000", i + 1, y);
  }
  if (!(question.calibration.horizon_periods > 0))
    fail(ErrorKind::kInvalidArgument, "the holdout has length {}, needs to be longer than 0",
         question.calibration.horizon_periods);
}

double holdout_log_likelihood(const PurchaseModel& model, const HoldoutQuestion& question) {
  const Purchases::Input& input = question.calibration;
  return std::visit(
      [&](const auto& m) {
        return ordered_reduce(
            input.size(), kChunk, input.threads, 0.0,
            [&](std::size_t begin, std::size_t end) {
              double sum = 0;
              for (std::size_t i = begin; i < end; ++i)
                sum +=
                    input.weight(i) * m.log_purchase_probability(
                                          input.history(i),
                                          static_cast<std::uint64_t>(question.holdout_purchases[i]),
                                          input.horizon_periods);
              return sum;
            },
            [](double sum, double part) { return sum + part; });
      },
      model);
}

void put_errors(ProcessScore& score, std::span<const double> expected,
                const HoldoutQuestion& question) {
  double weight = 0;
  double absolute = 0;
  double square = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double w = question.calibration.weight(i);
    const double miss = expected[i] - question.holdout_purchases[i];
    weight += w;
    absolute += w * std::fabs(miss);
    square += w * miss * miss;
    score.expected_purchases += w * expected[i];
    score.actual_purchases += w * question.holdout_purchases[i];
  }
  score.mean_absolute_error = absolute / weight;
  score.root_mean_square_error = std::sqrt(square / weight);
  if (score.actual_purchases > 0)
    score.bias = score.expected_purchases / score.actual_purchases - 1;
}

ProcessScore scored(const PurchaseModel& model, const HoldoutQuestion& question,
                    std::span<const double> expected) {
  ProcessScore score;
  score.id = id(model);
  score.title = purchase_process(score.id).title;
  const FitReport& fit = report(model);
  if (!fit.names.empty()) {
    score.calibration_log_likelihood = fit.log_likelihood;
    score.aic = fit.aic;
    score.bic = fit.bic;
    score.converged = fit.converged;
    score.words = fit.words;
  }
  score.holdout_log_likelihood = holdout_log_likelihood(model, question);
  put_errors(score, expected, question);
  return score;
}

// The highest holdout log-likelihood, the first of those that come within a thousandth of it; a fit that did not converge
// only when nothing else is left.
template <typename Admit>
const ProcessScore* best(const std::vector<ProcessScore>& scores, const Admit& admit) {
  constexpr double kSame = 1e-3;
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  const ProcessScore* best = nullptr;
  for (const ProcessScore& score : scores) {
    const double likelihood = score.holdout_log_likelihood.value_or(kNone);
    if (!std::isfinite(likelihood) || !admit(score)) continue;
    const bool better = best == nullptr ||
                        (score.converged != best->converged
                             ? score.converged
                             : likelihood > best->holdout_log_likelihood.value_or(kNone) + kSame);
    if (better) best = &score;
  }
  return best;
}

std::string explain(const ProcessScore& chosen, const ProcessScore& status_quo) {
  CHECK(chosen.holdout_log_likelihood);
  const bool won = chosen.mean_absolute_error < status_quo.mean_absolute_error;
  return fmt::format(
      "{} gave the holdout the highest probability (log-likelihood {:.1f}); its mean absolute "
      "error "
      "is {:.4g} purchases per customer, {} than the {:.4g} of the status quo",
      chosen.title, *chosen.holdout_log_likelihood, chosen.mean_absolute_error,
      won ? "better" : "no better", status_quo.mean_absolute_error);
}

}  // namespace

std::vector<FrequencyRow> by_frequency(const HoldoutQuestion& question,
                                       const std::vector<std::vector<double>>& expected) {
  std::vector<FrequencyRow> rows(kLastFrequency + 1);
  for (int k = 0; k <= kLastFrequency; ++k)
    rows[static_cast<std::size_t>(k)] = {k, 0, 0, std::vector<double>(expected.size())};
  for (std::size_t i = 0; i < question.calibration.size(); ++i) {
    const double x = std::fmin(question.calibration.repeat_purchases[i], kLastFrequency);
    FrequencyRow& row = rows[static_cast<std::size_t>(x)];
    const double w = question.calibration.weight(i);
    row.customers += w;
    row.actual += w * question.holdout_purchases[i];
    for (std::size_t m = 0; m < expected.size(); ++m) row.expected[m] += w * expected[m][i];
  }
  for (FrequencyRow& row : rows) {
    if (row.customers == 0) continue;
    row.actual /= row.customers;
    for (double& value : row.expected) value /= row.customers;
  }
  return rows;
}

std::vector<double> status_quo(const Purchases::Input& input) {
  std::vector<double> expected(input.size());
  for (std::size_t i = 0; i < input.size(); ++i)
    if (input.age[i] > 0)
      expected[i] = input.repeat_purchases[i] / input.age[i] * input.horizon_periods;
  return expected;
}

ProcessScore score_on_holdout(const PurchaseModel& model, const HoldoutQuestion& question) {
  check(question);
  return scored(model, question, predict(model, question.calibration).expected_purchases);
}

ProcessChoice choose_process(const HoldoutQuestion& question, const LikelihoodOptions& options) {
  check(question);
  ProcessChoice choice;
  std::vector<std::vector<double>>& expected = choice.expected;
  for (const PurchaseProcess& process : purchase_processes()) {
    choice.models.push_back(process.fit(question.calibration, options));
    const PurchaseModel& model = choice.models.back();
    choice.predicted.push_back(predict(model, question.calibration));
    expected.push_back(choice.predicted.back().expected_purchases);
    choice.scores.push_back(scored(model, question, expected.back()));
  }
  expected.push_back(status_quo(question.calibration));
  ProcessScore baseline;
  baseline.id = "status_quo";
  baseline.title = "status quo (x / T)";
  baseline.words = "everyone goes on buying at the pace so far";
  put_errors(baseline, expected.back(), question);
  choice.scores.push_back(baseline);
  choice.by_frequency = by_frequency(question, expected);

  const ProcessScore* chosen = best(choice.scores, [](const ProcessScore&) { return true; });
  const ProcessScore* for_churn = best(choice.scores, [](const ProcessScore& score) {
    return purchase_process(score.id).p_alive_tells_churn;
  });
  if (chosen == nullptr || for_churn == nullptr)
    fail(ErrorKind::kNoConvergence,
         "no purchase process gave the holdout a finite likelihood; check the split date");
  choice.chosen = chosen->id;
  choice.chosen_for_churn = for_churn->id;
  choice.words = explain(*chosen, choice.scores.back());
  return choice;
}

}  // namespace perennial::models
