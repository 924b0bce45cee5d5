#include "perennial/models/learn/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

// Scores of exactly 0 or 1 would have an infinite logit.
double logit(double score) {
  constexpr double kEdge = 1e-9;
  const double inside = std::clamp(score, kEdge, 1 - kEdge);
  return std::log(inside) - std::log1p(-inside);
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Line {
  double intercept = 0, slope = 1;
};

// The intercept at which the probabilities add up, for a given slope: their sum rises with it.
double balanced_intercept(std::span<const double> logits, double slope, double outcomes) {
  double low = -60, high = 60;
  for (const double x : logits) {
    low = std::min(low, -60 - slope * x);
    high = std::max(high, 60 - slope * x);
  }
  while (high - low > 1e-13 * std::max(1.0, std::fabs(low))) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    double sum = 0;
    for (const double x : logits) sum += sigmoid(middle + slope * x);
    (sum < outcomes ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

// Newton on the penalised likelihood, whose maximum is unique; the intercept last, to the last digit.
Line platt(std::span<const double> logits, std::span<const std::uint8_t> outcome) {
  const double outcomes = std::accumulate(outcome.begin(), outcome.end(), 0.0);
  Line line;
  constexpr int kSteps = 100;
  for (int step = 0; step < kSteps; ++step) {
    line.intercept = balanced_intercept(logits, line.slope, outcomes);
    double gradient = -(line.slope - 1);
    double w = 0, wx = 0, wxx = 1;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const double p = sigmoid(line.intercept + line.slope * logits[i]);
      const double weight = p * (1 - p);
      gradient += (outcome[i] - p) * logits[i];
      w += weight;
      wx += weight * logits[i];
      wxx += weight * logits[i] * logits[i];
    }
    // The curvature along the path on which the intercept follows the slope.
    const double curvature = wxx - (w > 0 ? wx * wx / w : 0);
    const double change = std::clamp(gradient / curvature, -1.0, 1.0);
    const double slope = std::max(0.0, line.slope + change);
    const bool arrived = std::fabs(slope - line.slope) < 1e-12;
    line.slope = slope;
    if (arrived) break;
  }
  line.intercept = balanced_intercept(logits, line.slope, outcomes);
  return line;
}

struct Step {
  double from = 0;  // lowest score
  double outcomes = 0, rows = 0;
  double mean() const { return outcomes / rows; }
};

std::vector<Step> pool_adjacent_violators(std::span<const double> score,
                                          std::span<const std::uint8_t> outcome) {
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return score[i]; });
  std::vector<Step> steps;
  for (std::size_t k = 0; k < order.size();) {
    // Equal scores are one row: they must get one answer.
    Step step{.from = score[order[k]]};
    for (; k < order.size() && score[order[k]] == step.from; ++k) {
      step.outcomes += outcome[order[k]];
      ++step.rows;
    }
    while (!steps.empty() && steps.back().mean() >= step.mean()) {
      step = {steps.back().from, steps.back().outcomes + step.outcomes,
              steps.back().rows + step.rows};
      steps.pop_back();
    }
    steps.push_back(step);
  }
  return steps;
}

void check(std::span<const double> score, std::span<const std::uint8_t> outcome) {
  if (score.size() != outcome.size())
    fail(ErrorKind::kBadInput, "{} scores, {} outcomes", score.size(), outcome.size());
  if (score.empty()) fail(ErrorKind::kNotEnoughData, "no rows to calibrate by");
  for (std::size_t i = 0; i < score.size(); ++i) {
    if (!(score[i] >= 0 && score[i] <= 1))
      fail(ErrorKind::kBadInput, "row {}: the score is {}, needs 0 to 1", i + 1, score[i]);
    if (outcome[i] > 1)
      fail(ErrorKind::kBadInput, "row {}: the outcome is {}, needs 0 or 1", i + 1, outcome[i]);
  }
}

// Log loss of every row by what the rows of the other parity taught.
double halves_loss(std::span<const double> score, std::span<const std::uint8_t> outcome,
                   Calibration::Method method) {
  std::array<std::vector<double>, 2> scores;
  std::array<std::vector<std::uint8_t>, 2> outcomes;
  for (std::size_t i = 0; i < score.size(); ++i) {
    scores[i % 2].push_back(score[i]);
    outcomes[i % 2].push_back(outcome[i]);
  }
  double loss = 0;
  for (const std::size_t taught : {0U, 1U}) {
    const Calibration calibration = Calibration::fit(scores[taught], outcomes[taught], method);
    const std::size_t told = 1 - taught;
    for (std::size_t i = 0; i < scores[told].size(); ++i) {
      constexpr double kEdge = 1e-15;
      const double p = std::clamp(calibration(scores[told][i]), kEdge, 1 - kEdge);
      loss -= std::log(outcomes[told][i] != 0 ? p : 1 - p);
    }
  }
  return loss;
}

}  // namespace

Calibration Calibration::fit(std::span<const double> score, std::span<const std::uint8_t> outcome,
                             Method method) {
  check(score, outcome);
  Calibration made;
  const auto outcomes = std::ranges::count(outcome, 1);
  const bool one_kind = outcomes == 0 || static_cast<std::size_t>(outcomes) == outcome.size();
  // With one kind of outcome only, isotonic has one step of 0 or 1, the limit of what Platt runs to.
  made.method_ = one_kind ? Method::kIsotonic : method;
  if (made.method_ == Method::kIsotonic) {
    const auto rows = static_cast<double>(score.size());
    const double mean = static_cast<double>(outcomes) / rows;
    const double toward_mean = 1 / std::sqrt(rows);
    for (const Step& step : pool_adjacent_violators(score, outcome)) {
      made.from_.push_back(step.from);
      made.probability_.push_back(step.mean() + toward_mean * (mean - step.mean()));
    }
    return made;
  }
  std::vector<double> logits(score.size());
  std::ranges::transform(score, logits.begin(), logit);
  const Line line = platt(logits, outcome);
  made.intercept_ = line.intercept;
  made.slope_ = line.slope;
  return made;
}

Calibration Calibration::fit(std::span<const double> score, std::span<const std::uint8_t> outcome) {
  constexpr std::int64_t kIsotonicFrom = 1000;
  const auto outcomes = static_cast<std::int64_t>(std::ranges::count(outcome, 1));
  const std::int64_t rarer =
      std::min(outcomes, static_cast<std::int64_t>(outcome.size()) - outcomes);
  const bool isotonic = rarer >= kIsotonicFrom && halves_loss(score, outcome, Method::kIsotonic) <
                                                      halves_loss(score, outcome, Method::kPlatt);
  return fit(score, outcome, isotonic ? Method::kIsotonic : Method::kPlatt);
}

double Calibration::operator()(double score) const {
  if (method_ == Method::kPlatt) return sigmoid(intercept_ + slope_ * logit(score));
  const auto above = std::ranges::upper_bound(from_, score);
  return probability_[above == from_.begin() ? 0 : above - from_.begin() - 1];
}

void Calibration::save(ByteWriter& writer) const {
  writer.scalar(method_);
  writer.scalar(intercept_);
  writer.scalar(slope_);
  writer.array(from_);
  writer.array(probability_);
}

Calibration Calibration::load(ByteReader& reader) {
  Calibration read;
  read.method_ = reader.scalar<Method>();
  read.intercept_ = reader.scalar<double>();
  read.slope_ = reader.scalar<double>();
  read.from_ = reader.array<double>();
  read.probability_ = reader.array<double>();
  const auto probability = [](double p) { return p >= 0 && p <= 1; };
  const bool isotonic = read.method_ == Method::kIsotonic;
  if ((!isotonic && read.method_ != Method::kPlatt) ||
      read.from_.size() != read.probability_.size() || isotonic == read.from_.empty() ||
      !std::isfinite(read.intercept_) || !(read.slope_ >= 0) || std::isinf(read.slope_) ||
      !std::ranges::is_sorted(read.from_) || !std::ranges::is_sorted(read.probability_) ||
      !std::ranges::all_of(read.probability_, probability))
    fail(ErrorKind::kCorrupt, "saved calibration: its numbers cannot be");
  return read;
}

double scale_to_total(std::span<const double> forecast, std::span<const double> actual) {
  const double promised = std::accumulate(forecast.begin(), forecast.end(), 0.0);
  const double came = std::accumulate(actual.begin(), actual.end(), 0.0);
  return promised > 0 ? std::max(0.0, came / promised) : 1;
}

}  // namespace perennial::models
