#include "perennial/evaluate/probability.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/evaluate/sorted_sample.h"

namespace perennial::evaluate {
namespace {

using Times = std::span<const std::uint32_t>;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 5> kNames = {"auc", "pr_auc", "brier", "log_loss",
                                                    "calibration_error"};
constexpr std::size_t kBins = 10;
constexpr double kSmallest = 1e-15;

void validate(std::span<const double> scores, std::span<const std::uint8_t> happened) {
  if (scores.size() != happened.size()) {
    fail(ErrorKind::kBadInput,
         "evaluate probability: {} probabilities and {} outcomes, need equally many", scores.size(),
         happened.size());
  }
  if (happened.empty()) {
    fail(ErrorKind::kNotEnoughData,
         "evaluate probability: no customers to judge; choose an earlier cut");
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) {
      fail(ErrorKind::kBadInput, "evaluate probability: customer {}: {} needs to be finite", i,
           scores[i]);
    }
  }
}

void validate_probabilities(std::span<const double> probability) {
  for (std::size_t i = 0; i < probability.size(); ++i) {
    if (!(probability[i] >= 0 && probability[i] <= 1)) {
      fail(ErrorKind::kBadInput,
           "evaluate probability: customer {}: {} is no probability, needs to be in [0, 1]", i,
           probability[i]);
    }
  }
}

struct Bin {
  double copies = 0;
  double probability = 0;
  double happened = 0;
};

std::size_t bin_of(double probability) {
  return std::min(kBins - 1, static_cast<std::size_t>(probability * kBins));
}

// One score against what happened, sorted once for all replicates.
class OutcomeSample {
 public:
  OutcomeSample(std::span<const double> scores, std::span<const std::uint8_t> happened)
      : scores_(scores), happened_(happened), sorted_(scores) {}

  struct Areas {
    double roc = kUndefined;
    double precision_recall = kUndefined;
  };
  Areas areas(Times times) const {
    double yes = 0;  // so far, highest scores first
    double no = 0;
    double pairs = 0;  // of a customer who did and one who did not, the former scored higher
    double precision = 0;
    sorted_.for_each_group([&](std::span<const std::uint32_t> group) {
      double group_yes = 0;
      double group_no = 0;
      for (const std::uint32_t i : group) (happened_[i] != 0 ? group_yes : group_no) += times[i];
      pairs += group_no * (yes + group_yes / 2);
      yes += group_yes;
      no += group_no;
      if (group_yes > 0) precision += group_yes * yes / (yes + no);
    });
    Areas found;
    if (yes > 0 && no > 0) found.roc = pairs / (yes * no);
    if (yes > 0) found.precision_recall = precision / yes;
    return found;
  }

  std::array<Bin, kBins> bins(Times times) const {
    std::array<Bin, kBins> bins{};
    for (std::size_t i = 0; i < scores_.size(); ++i) {
      Bin& bin = bins[bin_of(scores_[i])];
      bin.copies += times[i];
      bin.probability += times[i] * scores_[i];
      if (happened_[i] != 0) bin.happened += times[i];
    }
    return bins;
  }

  std::vector<double> metrics(Times times) const {
    double n = 0;
    double brier = 0;
    double log_loss = 0;
    for (std::size_t i = 0; i < scores_.size(); ++i) {
      if (times[i] == 0) continue;
      const double missed = happened_[i] != 0 ? 1 - scores_[i] : scores_[i];
      n += times[i];
      brier += times[i] * missed * missed;
      log_loss -= times[i] * std::log(std::clamp(1 - missed, kSmallest, 1 - kSmallest));
    }
    double calibration = 0;
    for (const Bin& bin : bins(times)) calibration += std::abs(bin.probability - bin.happened);
    const Areas area = areas(times);
    return {area.roc, area.precision_recall, brier / n, log_loss / n, calibration / n};
  }

 private:
  std::span<const double> scores_;
  std::span<const std::uint8_t> happened_;
  SortedSample sorted_;
};

std::vector<Metric> named(const std::vector<std::optional<Estimate>>& estimates) {
  std::vector<Metric> metrics;
  for (std::size_t m = 0; m < kNames.size(); ++m) metrics.push_back({kNames[m], estimates[m]});
  return metrics;
}

}  // namespace

ProbabilityReport evaluate_probability(std::span<const double> probability,
                                       std::span<const std::uint8_t> happened,
                                       const BootstrapOptions& options) {
  validate(probability, happened);
  validate_probabilities(probability);
  const OutcomeSample sample(probability, happened);
  const std::size_t n = happened.size();
  ProbabilityReport report;
  report.customers = n;
  report.happened = n - static_cast<std::size_t>(std::count(happened.begin(), happened.end(), 0));
  report.metrics = named(bootstrap(n, [&](Times times) { return sample.metrics(times); }, options));
  const auto bins = sample.bins(std::vector<std::uint32_t>(n, 1));
  for (std::size_t b = 0; b < kBins; ++b) {
    if (bins[b].copies == 0) continue;
    report.reliability.push_back(
        {static_cast<double>(b) / kBins, static_cast<double>(b + 1) / kBins,
         static_cast<std::size_t>(bins[b].copies), bins[b].probability / bins[b].copies,
         bins[b].happened / bins[b].copies});
  }
  return report;
}

std::optional<Estimate> evaluate_auc(std::span<const double> score,
                                     std::span<const std::uint8_t> happened,
                                     const BootstrapOptions& options) {
  validate(score, happened);
  const OutcomeSample sample(score, happened);
  return bootstrap(
      happened.size(), [&](Times times) { return std::vector{sample.areas(times).roc}; },
      options)[0];
}

std::vector<Metric> compare_probabilities(std::span<const double> a, std::span<const double> b,
                                          std::span<const std::uint8_t> happened,
                                          const BootstrapOptions& options) {
  validate(a, happened);
  validate(b, happened);
  validate_probabilities(a);
  validate_probabilities(b);
  const OutcomeSample sample_a(a, happened);
  const OutcomeSample sample_b(b, happened);
  const auto difference = [&](Times times) {
    std::vector<double> out = sample_a.metrics(times);
    const std::vector<double> other = sample_b.metrics(times);
    for (std::size_t m = 0; m < out.size(); ++m) out[m] -= other[m];
    return out;
  };
  return named(bootstrap(happened.size(), difference, options));
}

}  // namespace perennial::evaluate
