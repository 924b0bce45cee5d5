#include "perennial/evaluate/forecast.h"

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
constexpr std::array<std::string_view, 9> kNames = {
    "mae",      "rmse",           "msle",
    "bias",     "normalised_mae", "normalised_gini",
    "spearman", "decile_mape",    "top_decile_capture"};
constexpr std::size_t kDeciles = 10;

void validate(std::span<const double> forecast, std::span<const double> actual) {
  if (forecast.size() != actual.size()) {
    fail(ErrorKind::kBadInput,
         "evaluate forecast: {} forecasts and {} actual values, need equally many", forecast.size(),
         actual.size());
  }
  if (actual.empty()) {
    fail(ErrorKind::kNotEnoughData,
         "evaluate forecast: no customers to judge; choose an earlier cut");
  }
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!std::isfinite(forecast[i]) || !std::isfinite(actual[i])) {
      fail(ErrorKind::kBadInput,
           "evaluate forecast: customer {}: forecast {} and actual {} need to be finite", i,
           forecast[i], actual[i]);
    }
  }
}

// Sum over the copies of a group of the running share of `total`, and the running sum itself moved on.
struct Gain {
  double running = 0;
  double area = 0;
  void add(double copies, double sum) {
    area += copies * running + sum * (copies + 1) / 2;
    running += sum;
  }
  double gini(double n, double total) const { return 2 * area / (total * n) - 1; }
};

struct DecileSums {
  double copies = 0;
  double forecast = 0;
  double actual = 0;
};

// Groups of equal forecasts laid end to end and cut at the places of the deciles.
class DecileCutter {
 public:
  explicit DecileCutter(std::size_t n) : n_(n) {}

  void add(std::size_t copies, double forecast, double actual) {
    const double each_forecast = forecast / static_cast<double>(copies);
    const double each_actual = actual / static_cast<double>(copies);
    while (copies > 0) {
      const std::size_t end = n_ * (decile_ + 1) / kDeciles;
      const std::size_t taken = std::min(copies, end - place_);
      const double weight = static_cast<double>(taken);
      sums_[decile_].copies += weight;
      sums_[decile_].forecast += weight * each_forecast;
      sums_[decile_].actual += weight * each_actual;
      place_ += taken;
      copies -= taken;
      if (place_ == end) ++decile_;
    }
  }
  const std::array<DecileSums, kDeciles>& sums() const { return sums_; }

 private:
  std::size_t n_;
  std::size_t place_ = 0;
  std::size_t decile_ = 0;
  std::array<DecileSums, kDeciles> sums_{};
};

double decile_mape(const std::array<DecileSums, kDeciles>& deciles) {
  double sum = 0;
  for (const DecileSums& decile : deciles) {
    if (!(decile.actual > 0)) return kUndefined;
    sum += std::abs(decile.forecast - decile.actual) / decile.actual;
  }
  return sum / kDeciles;
}

// One forecast against what happened, sorted once for all replicates.
class ForecastSample {
 public:
  ForecastSample(std::span<const double> forecast, std::span<const double> actual)
      : forecast_(forecast),
        actual_(actual),
        by_forecast_(forecast),
        by_actual_(actual),
        negative_actual_(*std::min_element(actual.begin(), actual.end()) < 0),
        negative_(negative_actual_ || *std::min_element(forecast.begin(), forecast.end()) < 0) {
    if (negative_) return;
    squared_log_error_.reserve(actual.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const double error = std::log1p(forecast[i]) - std::log1p(actual[i]);
      squared_log_error_.push_back(error * error);
    }
  }

  std::vector<double> metrics(Times times) const {
    const Errors errors = add_errors(times);
    const double n = errors.copies;
    Gain forecast_gain;
    Gain actual_gain;
    DecileCutter cutter(static_cast<std::size_t>(n));
    std::vector<double> forecast_rank(actual_.size());
    double place = 0;
    by_forecast_.for_each_group([&](std::span<const std::uint32_t> group) {
      const DecileSums sums = add_up(group, times);
      if (sums.copies == 0) return;
      forecast_gain.add(sums.copies, sums.actual);
      cutter.add(static_cast<std::size_t>(sums.copies), sums.forecast, sums.actual);
      for (const std::uint32_t i : group) forecast_rank[i] = place + (sums.copies + 1) / 2;
      place += sums.copies;
    });
    place = 0;
    Correlation ranks{.centre = (n + 1) / 2};
    by_actual_.for_each_group([&](std::span<const std::uint32_t> group) {
      const DecileSums sums = add_up(group, times);
      actual_gain.add(sums.copies, sums.actual);
      for (const std::uint32_t i : group) {
        ranks.add(times[i], forecast_rank[i], place + (sums.copies + 1) / 2);
      }
      place += sums.copies;
    });

    const bool positive = errors.actual > 0;
    const bool deciles = n >= kDeciles;
    const double best = positive ? actual_gain.gini(n, errors.actual) : 0;
    return {
        errors.absolute / n,
        std::sqrt(errors.squared / n),
        negative_ ? kUndefined : errors.squared_log / n,
        positive ? errors.forecast / errors.actual - 1 : kUndefined,
        positive ? errors.absolute / errors.actual : kUndefined,
        !negative_actual_ && best > 0 ? forecast_gain.gini(n, errors.actual) / best : kUndefined,
        ranks.value(),
        deciles ? decile_mape(cutter.sums()) : kUndefined,
        deciles && positive ? cutter.sums()[0].actual / errors.actual : kUndefined,
    };
  }

  std::vector<Decile> deciles() const {
    if (actual_.size() < kDeciles) return {};
    const std::vector<std::uint32_t> once(actual_.size(), 1);
    DecileCutter cutter(actual_.size());
    by_forecast_.for_each_group([&](std::span<const std::uint32_t> group) {
      const DecileSums sums = add_up(group, once);
      cutter.add(group.size(), sums.forecast, sums.actual);
    });
    std::vector<Decile> table;
    for (const DecileSums& sums : cutter.sums()) {
      table.push_back({static_cast<std::size_t>(sums.copies), sums.forecast / sums.copies,
                       sums.actual / sums.copies});
    }
    return table;
  }

 private:
  struct Errors {
    double copies = 0;
    double absolute = 0;
    double squared = 0;
    double squared_log = 0;
    double forecast = 0;
    double actual = 0;
  };

  struct Correlation {
    double centre;
    double product = 0;
    double squares_x = 0;
    double squares_y = 0;
    void add(double copies, double x, double y) {
      product += copies * (x - centre) * (y - centre);
      squares_x += copies * (x - centre) * (x - centre);
      squares_y += copies * (y - centre) * (y - centre);
    }
    double value() const {
      const double scale = std::sqrt(squares_x * squares_y);
      return scale > 0 ? product / scale : kUndefined;
    }
  };

  Errors add_errors(Times times) const {
    Errors sums;
    for (std::size_t i = 0; i < actual_.size(); ++i) {
      if (times[i] == 0) continue;
      const double copies = times[i];
      const double error = forecast_[i] - actual_[i];
      sums.copies += copies;
      sums.absolute += copies * std::abs(error);
      sums.squared += copies * error * error;
      sums.forecast += copies * forecast_[i];
      sums.actual += copies * actual_[i];
      if (!negative_) sums.squared_log += copies * squared_log_error_[i];
    }
    return sums;
  }

  DecileSums add_up(std::span<const std::uint32_t> group, Times times) const {
    DecileSums sums;
    for (const std::uint32_t i : group) {
      const double copies = times[i];
      sums.copies += copies;
      sums.forecast += copies * forecast_[i];
      sums.actual += copies * actual_[i];
    }
    return sums;
  }

  std::span<const double> forecast_;
  std::span<const double> actual_;
  SortedSample by_forecast_;
  SortedSample by_actual_;
  bool negative_actual_;
  bool negative_;                          // any forecast or actual
  std::vector<double> squared_log_error_;  // the same in every replicate
};

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::vector<Metric> named(const std::vector<std::optional<Estimate>>& figures) {
  std::vector<Metric> metrics;
  for (std::size_t m = 0; m < kNames.size(); ++m) metrics.push_back({kNames[m], figures[m]});
  return metrics;
}

}  // namespace

ForecastReport evaluate_forecast(std::span<const double> forecast, std::span<const double> actual,
                                 const BootstrapOptions& options) {
  validate(forecast, actual);
  const ForecastSample sample(forecast, actual);
  ForecastReport report;
  report.customers = actual.size();
  report.mean_forecast = mean(forecast);
  report.mean_actual = mean(actual);
  report.drawn =
      replicate(actual.size(), [&](Times times) { return sample.metrics(times); }, options);
  report.level = options.level;
  report.seed = options.seed;
  report.metrics = named(estimates(report.drawn, options.level));
  report.deciles = sample.deciles();
  return report;
}

std::vector<Metric> compare_forecasts(const ForecastReport& a, const ForecastReport& b) {
  if (a.customers != b.customers || a.level != b.level || a.seed != b.seed ||
      a.drawn.replicates.size() != b.drawn.replicates.size())
    fail(ErrorKind::kInvalidArgument,
         "compare forecasts: one report judges {} customers with {} replicates of seed {} at level "
         "{}, the other {} with {} of seed {} at {}; use the same customers and options",
         a.customers, a.drawn.replicates.size(), a.seed, a.level, b.customers,
         b.drawn.replicates.size(), b.seed, b.level);
  const auto less = [](std::vector<double> from, const std::vector<double>& other) {
    for (std::size_t m = 0; m < from.size(); ++m) from[m] -= other[m];
    return from;
  };
  Replicated difference{.values = less(a.drawn.values, b.drawn.values), .replicates = {}};
  for (std::size_t r = 0; r < a.drawn.replicates.size(); ++r)
    difference.replicates.push_back(less(a.drawn.replicates[r], b.drawn.replicates[r]));
  return named(estimates(difference, a.level));
}

}  // namespace perennial::evaluate
