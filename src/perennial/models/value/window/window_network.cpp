#include "perennial/models/value/window/window_network.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

// Weights beyond this come of a training that ran away; with inputs within 8 and these, no output is infinite.
constexpr double kMostWeight = 1e4;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

// Positive, and 100 times as much when all money is.
double money_unit(const Window::Input& input, std::span<const std::size_t> rows) {
  double sum = 0, count = 0;
  const auto add = [&](double value) {
    if (!(value > 0)) return;
    sum += value;
    ++count;
  };
  for (const std::size_t row : rows) add(input.spend[row]);
  if (count > 0) return sum / count;
  // Nobody spent in the window: what they had spent before.
  for (const std::size_t row : rows) {
    for (std::size_t j = 0; j < input.features.size(); ++j)
      if (input.is_money[j] != 0) add(input.row(row)[j]);
    if (input.sequences.empty()) continue;
    for (std::size_t k = input.sequences.begin[row]; k < input.sequences.begin[row + 1]; ++k)
      add(input.sequences.amount[k]);
  }
  return count > 0 ? sum / count : 1;
}

PurchaseTargets targets_of(const Window::Input& input, const NetworkSplit& split) {
  PurchaseTargets targets;
  for (const std::size_t row : split.rows) {
    targets.active.push_back(input.purchases[row] > 0 ? 1.0F : 0.0F);
    targets.further.push_back(static_cast<float>(std::max(0.0, input.purchases[row] - 1)));
    targets.spend.push_back(static_cast<float>(std::max(0.0, input.spend[row] / split.money_unit)));
  }
  return targets;
}

// What everyone gets before anything is learned: the biases of the outputs start there.
std::array<float, kPurchaseOutputs> of_everyone(const PurchaseTargets& targets,
                                                std::size_t training) {
  double active = 0, further = 0, spenders = 0, log_spend = 0, squares = 0;
  for (std::size_t i = 0; i < training; ++i) {
    active += targets.active[i];
    further += targets.further[i];
    if (!(targets.spend[i] > 0)) continue;
    const double x = std::log(static_cast<double>(targets.spend[i]));
    ++spenders;
    log_spend += x;
    squares += x * x;
  }
  const double n = static_cast<double>(training);
  std::array<double, kPurchaseOutputs> start{};
  start[kActiveLogit] = std::log((active + 0.5) / (n - active + 0.5));
  start[kLogFurther] = std::log((further + 0.5) / (active + 0.5));
  if (spenders > 0) {
    start[kLogSpend] = log_spend / spenders;
    const double variance = squares / spenders - start[kLogSpend] * start[kLogSpend];
    constexpr double kLeastStart = 0.1;
    const double spread = std::clamp(std::sqrt(std::max(0.0, variance)), kLeastStart, kMostSpread);
    start[kRawSpread] = std::log(std::expm1(spread));
  }
  std::array<float, kPurchaseOutputs> biases{};
  std::ranges::transform(start, biases.begin(), [](double x) { return static_cast<float>(x); });
  return biases;
}

bool sane(std::span<const float> weights) {
  return std::ranges::all_of(weights, [](float w) { return std::fabs(w) <= kMostWeight; });
}

}  // namespace

double lognormal_mean(double mu, double raw_spread) {
  const double sigma = std::clamp(softplus(raw_spread), kLeastSpread, kMostSpread);
  return std::exp(mu + sigma * sigma / 2);
}

NetworkSplit split_rows(const Window::Input& input, const NetworkOptions& options) {
  if (options.epochs < 1 || options.epochs > 10'000)
    fail(ErrorKind::kInvalidArgument, "epochs is {}, needs 1 to 10000", options.epochs);
  if (!(options.learning_rate > 0) || options.learning_rate > 1)
    fail(ErrorKind::kInvalidArgument, "learning_rate is {}, needs more than 0 and at most 1",
         options.learning_rate);
  if (options.most_rows < kLeastWindowRows)
    fail(ErrorKind::kInvalidArgument, "most_rows is {}, needs at least {}", options.most_rows,
         kLeastWindowRows);
  validate(input, WindowUse::kFit);
  require_enough(input.purchases);
  // The last fifth of those who came back and of those who did not: with few of either, what a fifth of all rows holds
  // of them is chance.
  std::array<std::vector<std::size_t>, 2> groups;
  for (const std::size_t row : learning_rows(input, options.most_rows))
    groups[input.purchases[row] > 0 ? 1 : 0].push_back(row);
  NetworkSplit split;
  std::vector<std::size_t> held_out;
  for (const std::vector<std::size_t>& group : groups) {
    const auto cut = group.begin() + static_cast<std::ptrdiff_t>(group.size() - group.size() / 5);
    split.rows.insert(split.rows.end(), group.begin(), cut);
    held_out.insert(held_out.end(), cut, group.end());
  }
  split.training = split.rows.size();
  split.rows.insert(split.rows.end(), held_out.begin(), held_out.end());
  if (split.training == 0 || held_out.empty())
    fail(ErrorKind::kNotEnoughData, "{} customers are too few to learn from", split.rows.size());
  split.money_unit = money_unit(input, split.rows);
  return split;
}

WindowNetwork WindowNetwork::fit(const Window::Input& input, const NetworkSplit& split,
                                 const NetworkRows& rows, const NetworkShape& shape,
                                 const NetworkOptions& options) {
  const PurchaseTargets targets = targets_of(input, split);
  std::vector<float> start = initial_weights(shape, input.seed);
  std::ranges::copy(of_everyone(targets, split.training), start.end() - kPurchaseOutputs);
  const NetworkTraining training{
      .training_rows = split.training,
      .batch = std::clamp<std::size_t>(std::bit_floor(split.training / 32), 64, 1024),
      .epochs = options.epochs,
      .learning_rate = options.learning_rate,
      .seed = input.seed};
  WindowNetwork made;
  made.shape_ = shape;
  made.weights_ = networks().train_purchases(shape, std::move(start), rows, targets, training);
  if (!sane(made.weights_))
    fail(ErrorKind::kNoConvergence,
         "the network's weights grew beyond {}; lower the learning rate of {}", kMostWeight,
         options.learning_rate);
  made.window_days_ = input.window_days;
  made.money_unit_ = split.money_unit;
  made.most_further_ = std::ranges::max(targets.further);
  made.most_spend_ = std::ranges::max(targets.spend);
  made.calibrate(input, split, networks().outputs(shape, made.weights_, rows));
  return made;
}

WindowNetwork::Answer WindowNetwork::answer(std::span<const float> outputs) const {
  Answer answer;
  answer.active = sigmoid(outputs[kActiveLogit]);
  answer.further = std::min(std::exp(static_cast<double>(outputs[kLogFurther])), most_further_);
  answer.spend = std::min(lognormal_mean(outputs[kLogSpend], outputs[kRawSpread]), most_spend_);
  return answer;
}

// `outputs` of all rows of the split. The odds by Platt's method, for which a network's log-odds are made: the steps of
// the isotonic one cost more likelihood than they bring, and reach 0 and 1. The scales are of all rows, for totals of
// money hang on few large spends: of a fifth of the rows they would miss by twice as much.
void WindowNetwork::calibrate(const Window::Input& input, const NetworkSplit& split,
                              std::span<const float> outputs) {
  std::vector<Answer> answers;
  std::vector<double> score, further, spend, actual_further, actual_spend;
  std::vector<std::uint8_t> active;
  for (std::size_t k = 0; k < split.rows.size(); ++k) {
    const std::size_t row = split.rows[k];
    answers.push_back(answer(outputs.subspan(k * kPurchaseOutputs, kPurchaseOutputs)));
    actual_further.push_back(std::max(0.0, input.purchases[row] - 1));
    actual_spend.push_back(input.spend[row] / money_unit_);
    if (k < split.training) continue;
    score.push_back(answers.back().active);
    active.push_back(input.purchases[row] > 0 ? 1 : 0);
  }
  calibration_ = Calibration::fit(score, active, Calibration::Method::kPlatt);
  for (const Answer& said : answers) {
    const double p = calibration_(said.active);
    further.push_back(p * said.further);
    spend.push_back(p * said.spend);
  }
  further_scale_ = scale_to_total(further, actual_further);
  spend_scale_ = scale_to_total(spend, actual_spend);
}

Window::Output WindowNetwork::predict(const Window::Input& input, const Encode& encode) const {
  if (input.window_days != window_days_)
    fail(ErrorKind::kBadInput, "a window of {} days, the network learned one of {}",
         input.window_days, window_days_);
  const std::size_t n = input.size();
  Window::Output out;
  out.p_active.resize(n);
  out.expected_purchases.resize(n);
  if (most_spend_ > 0) out.expected_spend.resize(n);
  if (n == 0) return out;
  const Networks& with = networks();
  constexpr std::size_t kChunk = 4096;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    const std::vector<float> outputs = with.outputs(shape_, weights_, encode(begin, end));
    for (std::size_t i = begin; i < end; ++i) {
      const Answer said =
          answer(std::span(outputs).subspan((i - begin) * kPurchaseOutputs, kPurchaseOutputs));
      const double p = calibration_(said.active);
      out.p_active[i] = p;
      out.expected_purchases[i] = p * (1 + said.further * further_scale_);
      if (most_spend_ > 0) out.expected_spend[i] = p * said.spend * spend_scale_ * money_unit_;
    }
  });
  return out;
}

void WindowNetwork::save(ByteWriter& writer) const {
  for (const std::size_t number :
       {shape_.features, shape_.step_width, shape_.recurrent, shape_.outputs, shape_.dense.size()})
    writer.scalar<std::uint64_t>(number);
  for (const std::size_t units : shape_.dense) writer.scalar<std::uint64_t>(units);
  writer.array(weights_);
  calibration_.save(writer);
  for (const double number :
       {window_days_, money_unit_, most_further_, most_spend_, further_scale_, spend_scale_})
    writer.scalar(number);
}

WindowNetwork WindowNetwork::load(ByteReader& reader) {
  // Before it is multiplied with anything.
  const auto size = [&] {
    const auto value = reader.scalar<std::uint64_t>();
    constexpr std::uint64_t kMost = 1'000'000;
    if (value > kMost) fail(ErrorKind::kCorrupt, "saved network: a layer has {} units", value);
    return static_cast<std::size_t>(value);
  };
  NetworkShape shape;
  for (std::size_t* number : {&shape.features, &shape.step_width, &shape.recurrent, &shape.outputs})
    *number = size();
  for (std::size_t left = size(); left > 0; --left) shape.dense.push_back(size());
  std::vector<float> weights = reader.array<float>();
  if (shape.outputs != kPurchaseOutputs || weights.size() != weight_count(shape) || !sane(weights))
    fail(ErrorKind::kCorrupt, "saved network: {} weights do not make a network of its shape",
         weights.size());
  WindowNetwork read;
  read.calibration_ = Calibration::load(reader);
  read.shape_ = std::move(shape);
  read.weights_ = std::move(weights);
  for (double* number : {&read.window_days_, &read.money_unit_, &read.most_further_,
                         &read.most_spend_, &read.further_scale_, &read.spend_scale_}) {
    *number = reader.scalar<double>();
    if (!(*number >= 0) || !std::isfinite(*number))
      fail(ErrorKind::kCorrupt, "saved network: a number is {}", *number);
  }
  if (!(read.money_unit_ > 0) || !(read.window_days_ > 0))
    fail(ErrorKind::kCorrupt, "saved network: the unit of money is {}, the window {} days",
         read.money_unit_, read.window_days_);
  return read;
}

}  // namespace perennial::models
