#include "perennial/models/value/window/window_trees.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr int kFolds = 4;

// The features of some rows, money in its unit.
std::vector<float> values_of(const Window::Input& input, std::span<const std::size_t> rows,
                             double money_unit) {
  const std::size_t m = input.features.size();
  std::vector<float> values(rows.size() * m);
  const auto per_unit = static_cast<float>(money_unit > 0 ? 1 / money_unit : 1);
  constexpr std::size_t kChunk = 4096;
  parallel_chunks(rows.size(), kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      const std::span<const float> row = input.row(rows[k]);
      for (std::size_t j = 0; j < m; ++j)
        values[k * m + j] = input.is_money[j] != 0 ? row[j] * per_unit : row[j];
    }
  });
  return values;
}

std::vector<std::size_t> all_rows(std::size_t n) {
  std::vector<std::size_t> rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i] = i;
  return rows;
}

// Trees for some of the rows (those that came back, those that spent), asked about all of them.
struct Stage {
  std::optional<BoostedTrees> trees;
  double mean = 0;
  std::vector<double> out_of_fold;  // for every row
};

struct Learning {
  const Window::Input& input;
  const WindowTrees::Options& options;
  std::vector<std::size_t> rows;
  std::vector<float> values;

  FeatureMatrix matrix() const { return {rows.size(), input.features.size(), values}; }
};

// `target` by row; NaN where the row is not of the stage.
Stage learn_stage(const Learning& learning, std::span<const double> target, BoostingGoal goal) {
  const std::size_t m = learning.input.features.size();
  std::vector<float> values, wanted;
  std::vector<std::size_t> of_stage;
  Stage stage;
  for (std::size_t k = 0; k < target.size(); ++k) {
    if (std::isnan(target[k])) continue;
    const auto row = std::span(learning.values).subspan(k * m, m);
    values.insert(values.end(), row.begin(), row.end());
    wanted.push_back(static_cast<float>(target[k]));
    of_stage.push_back(k);
    stage.mean += target[k];
  }
  if (!of_stage.empty()) stage.mean /= static_cast<double>(of_stage.size());
  stage.out_of_fold.assign(target.size(), stage.mean);
  if (of_stage.size() < kLeastWindowOutcomes || stage.mean == 0) return stage;
  CrossFitted fitted = cross_fit({of_stage.size(), m, values}, wanted, goal, kFolds,
                                 learning.options.boosting, learning.input.threads);
  // Rows that are not of the stage were not learned from either.
  stage.out_of_fold = fitted.model.predict(learning.matrix(), learning.input.threads);
  for (std::size_t j = 0; j < of_stage.size(); ++j)
    stage.out_of_fold[of_stage[j]] = fitted.out_of_fold[j];
  stage.trees = std::move(fitted.model);
  return stage;
}

std::vector<double> picked(std::span<const double> values, std::span<const std::size_t> rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const std::size_t row : rows) out.push_back(values[row]);
  return out;
}

double mean_positive(std::span<const double> values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (!(value > 0)) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

}  // namespace

WindowTrees WindowTrees::fit(const Window::Input& input, const Options& options) {
  validate(input, WindowUse::kFit);
  require_enough(input.purchases);
  if (input.features.empty())
    fail(ErrorKind::kBadInput, "boosted trees need features, there are none");
  Learning learning{.input = input,
                    .options = options,
                    .rows = learning_rows(input, options.most_rows),
                    .values = {}};
  const std::vector<double> purchases = picked(input.purchases, learning.rows);
  const std::vector<double> spend = picked(input.spend, learning.rows);
  const double unit = mean_positive(spend);
  learning.values = values_of(input, learning.rows, unit);

  std::vector<float> wanted(purchases.size());
  std::vector<std::uint8_t> active(purchases.size());
  std::vector<double> more(purchases.size(), std::nan("")), amount = more;
  for (std::size_t k = 0; k < purchases.size(); ++k) {
    active[k] = purchases[k] > 0 ? 1 : 0;
    wanted[k] = active[k];
    if (active[k] != 0) more[k] = purchases[k] - 1;
    if (spend[k] > 0) amount[k] = spend[k] / unit;
  }
  CrossFitted first = cross_fit(learning.matrix(), wanted, BoostingGoal::kProbability, kFolds,
                                options.boosting, input.threads);
  WindowTrees made(std::move(first.model), Calibration::fit(first.out_of_fold, active));
  for (const std::string_view name : input.features) made.features_.emplace_back(name);
  made.window_days_ = input.window_days;
  made.money_unit_ = unit;
  Stage more_stage = learn_stage(learning, more, BoostingGoal::kCount);
  Stage spend_stage = learn_stage(learning, amount, BoostingGoal::kAmount);
  std::vector<double> further(purchases.size()), money(purchases.size());
  for (std::size_t k = 0; k < purchases.size(); ++k) {
    const double p = made.calibration_(first.out_of_fold[k]);
    further[k] = p * more_stage.out_of_fold[k];
    money[k] = p * spend_stage.out_of_fold[k] * unit;
    more[k] = std::max(0.0, purchases[k] - 1);
  }
  // The first purchases add up by calibration, so only the further ones are scaled: nobody is expected to buy less often
  // than the chance to buy at all.
  made.more_scale_ = scale_to_total(further, more);
  made.spend_scale_ = scale_to_total(money, spend);
  made.more_ = std::move(more_stage.trees);
  made.mean_more_ = more_stage.mean;
  made.spend_ = std::move(spend_stage.trees);
  made.mean_spend_ = spend_stage.mean;
  return made;
}

void WindowTrees::require_same(const Window::Input& input) const {
  validate(input, WindowUse::kPredict);
  if (!std::ranges::equal(input.features, features_))
    fail(ErrorKind::kBadInput, "{} features that are not those the trees learned from",
         input.features.size());
  if (input.window_days != window_days_)
    fail(ErrorKind::kBadInput, "a window of {} days, the trees learned one of {}",
         input.window_days, window_days_);
}

Window::Output WindowTrees::predict(const Window::Input& input) const {
  require_same(input);
  const std::size_t n = input.size();
  Window::Output out;
  if (n == 0) return out;
  const std::vector<float> values = values_of(input, all_rows(n), money_unit_);
  const FeatureMatrix matrix{n, features_.size(), values};
  const auto stage = [&](const std::optional<BoostedTrees>& trees, double mean) {
    return trees ? trees->predict(matrix, input.threads) : std::vector<double>(n, mean);
  };
  out.p_active = active_.predict(matrix, input.threads);
  for (double& p : out.p_active) p = calibration_(p);
  out.expected_purchases = stage(more_, mean_more_);
  for (std::size_t i = 0; i < n; ++i)
    out.expected_purchases[i] = out.p_active[i] * (1 + out.expected_purchases[i] * more_scale_);
  if (money_unit_ == 0) return out;
  out.expected_spend = stage(spend_, mean_spend_);
  for (std::size_t i = 0; i < n; ++i)
    out.expected_spend[i] *= out.p_active[i] * money_unit_ * spend_scale_;
  return out;
}

std::vector<float> WindowTrees::reasons(const Window::Input& input) const {
  require_same(input);
  const std::vector<float> values = values_of(input, all_rows(input.size()), money_unit_);
  return active_.contributions({input.size(), features_.size(), values}, input.threads);
}

void WindowTrees::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(features_.size());
  for (const std::string& name : features_) writer.text(name);
  for (const double value :
       {window_days_, money_unit_, mean_more_, mean_spend_, more_scale_, spend_scale_})
    writer.scalar(value);
  active_.save(writer);
  calibration_.save(writer);
  for (const std::optional<BoostedTrees>* stage : {&more_, &spend_}) {
    writer.scalar<std::uint8_t>(stage->has_value() ? 1 : 0);
    if (*stage) (*stage)->save(writer);
  }
}

WindowTrees WindowTrees::load(ByteReader& reader) {
  std::vector<std::string> features;
  for (auto count = reader.scalar<std::uint64_t>(); count > 0; --count)
    features.push_back(reader.text());
  std::array<double, 6> numbers{};
  for (double& value : numbers) {
    value = reader.scalar<double>();
    if (!(value >= 0) || !std::isfinite(value))
      fail(ErrorKind::kCorrupt, "saved trees: a number is {}", value);
  }
  BoostedTrees active = BoostedTrees::load(reader);
  WindowTrees read(std::move(active), Calibration::load(reader));
  std::tie(read.window_days_, read.money_unit_, read.mean_more_, read.mean_spend_, read.more_scale_,
           read.spend_scale_) = std::tuple_cat(numbers);
  for (std::optional<BoostedTrees>* stage : {&read.more_, &read.spend_})
    if (reader.scalar<std::uint8_t>() != 0) *stage = BoostedTrees::load(reader);
  read.features_ = std::move(features);
  if (read.window_days_ < 1) fail(ErrorKind::kCorrupt, "saved trees: a window of no days");
  const auto fits = [&](const BoostedTrees& trees) {
    return trees.columns() == read.features_.size();
  };
  if (!fits(read.active_) || (read.more_ && !fits(*read.more_)) ||
      (read.spend_ && !fits(*read.spend_)))
    fail(ErrorKind::kCorrupt, "saved trees: their number of features does not fit");
  return read;
}

}  // namespace perennial::models
