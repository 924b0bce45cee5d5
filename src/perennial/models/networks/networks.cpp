// The module libperennial_networks.so: what models/learn/networks.h promises, with LibTorch.
//
// Story    the weights are one tensor, of which every layer is a view, so that an optimiser's step is one pass over it.
//          Sequences are packed: rows of a batch from the longest to the shortest, step t of all that have one together
// Threads  LibTorch and BLAS use the calling thread only, so that sums do not depend on how many there are
#include "perennial/models/learn/networks.h"

#include "perennial/models/networks/torch.h"  // before all that uses our CHECK

#include <torch/optim/adam.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

std::size_t steps_of(const NetworkRows& rows, std::size_t row) {
  return rows.begin[row + 1] - rows.begin[row];
}

// The longest first, as packing wants them.
void sort_by_length(std::vector<std::size_t>& which, const NetworkRows& rows) {
  if (rows.begin.empty()) return;
  std::ranges::sort(which, [&](std::size_t a, std::size_t b) {
    const std::size_t of_a = steps_of(rows, a);
    const std::size_t of_b = steps_of(rows, b);
    return of_a != of_b ? of_a > of_b : a < b;
  });
}

struct Batch {
  at::Tensor features;   // rows x features
  at::Tensor steps;      // packed: first steps of all rows, then second steps, ...
  at::Tensor step_rows;  // how many rows have a first step, a second, ...
};

void pack_steps(Batch& batch, const NetworkShape& shape, const NetworkRows& rows,
                std::span<const std::size_t> which) {
  std::size_t count = 0;
  for (const std::size_t row : which) count += steps_of(rows, row);
  const std::size_t width = shape.step_width;
  batch.steps = at::empty({signed_size(count), signed_size(width)});
  float* to = batch.steps.data_ptr<float>();
  std::vector<std::int64_t> step_rows;
  std::size_t alive = which.size();
  for (std::size_t step = 0; alive > 0; ++step) {
    while (alive > 0 && steps_of(rows, which[alive - 1]) <= step) --alive;
    if (alive == 0) break;
    step_rows.push_back(signed_size(alive));
    for (const std::size_t row : which.first(alive)) {
      std::memcpy(to, &rows.steps[(rows.begin[row] + step) * width], width * sizeof(float));
      to += width;
    }
  }
  batch.step_rows = torch::tensor(step_rows, torch::kInt64);
}

// REQUIRES: `which` sorted by length
Batch batch_of(const NetworkShape& shape, const NetworkRows& rows,
               std::span<const std::size_t> which) {
  Batch batch;
  const std::size_t width = shape.features;
  batch.features = at::empty({signed_size(which.size()), signed_size(width)});
  float* to = batch.features.data_ptr<float>();
  for (const std::size_t row : which) {
    if (width > 0) std::memcpy(to, &rows.features[row * width], width * sizeof(float));
    to += width;
  }
  if (shape.recurrent > 0) pack_steps(batch, shape, rows, which);
  return batch;
}

at::Tensor forward(const NetworkShape& shape, const at::Tensor& weights, const Batch& batch) {
  WeightViews views(weights);
  at::Tensor x = batch.features;
  if (shape.recurrent > 0) {
    const std::int64_t units = signed_size(shape.recurrent);
    const at::Tensor input = views.matrix(4 * units, signed_size(shape.step_width));
    const at::Tensor state = views.matrix(4 * units, units);
    const at::Tensor input_bias = views.take(4 * units);
    const at::Tensor state_bias = views.take(4 * units);
    const at::Tensor zero = at::zeros({1, x.size(0), units});
    const auto read = at::lstm(batch.steps, batch.step_rows, {zero, zero},
                               {input, state, input_bias, state_bias}, /*has_biases=*/true,
                               /*num_layers=*/1, /*dropout=*/0, /*train=*/false,
                               /*bidirectional=*/false);
    x = at::cat({std::get<1>(read).squeeze(0), x}, 1);
  }
  for (const std::size_t units : shape.dense) {
    const at::Tensor matrix = views.matrix(signed_size(units), x.size(1));
    x = at::relu(at::linear(x, matrix, views.take(signed_size(units))));
  }
  const std::int64_t outputs = signed_size(shape.outputs);
  const at::Tensor matrix = views.matrix(outputs, x.size(1));
  return at::linear(x, matrix, views.take(outputs));
}

struct Targets {
  at::Tensor active, further, spend;
};

Targets targets_of(const PurchaseTargets& targets, std::span<const std::size_t> which) {
  const auto picked = [&](const std::vector<float>& values) {
    at::Tensor tensor = at::empty({signed_size(which.size())});
    float* to = tensor.data_ptr<float>();
    for (const std::size_t row : which) *to++ = values[row];
    return tensor;
  };
  return {picked(targets.active), picked(targets.further), picked(targets.spend)};
}

// By row. Wang, Liu & Miao (2019), section 3.
at::Tensor zero_inflated_lognormal(const at::Tensor& outputs, const Targets& targets) {
  const at::Tensor logit = outputs.select(1, kActiveLogit);
  const at::Tensor mu = outputs.select(1, kLogSpend);
  const at::Tensor sigma =
      at::softplus(outputs.select(1, kRawSpread)).clamp(kLeastSpread, kMostSpread);
  const at::Tensor entropy =
      at::binary_cross_entropy_with_logits(logit, targets.active, {}, {}, at::Reduction::None);
  const at::Tensor spent = targets.spend > 0;
  const at::Tensor log_spend = at::where(spent, targets.spend, at::ones_like(mu)).log();
  const at::Tensor z = (log_spend - mu) / sigma;
  const double half_log_two_pi = 0.5 * std::log(2 * std::acos(-1.0));
  const at::Tensor lognormal = log_spend + sigma.log() + half_log_two_pi + 0.5 * z * z;
  return entropy + at::where(spent, lognormal, at::zeros_like(lognormal));
}

at::Tensor purchase_loss(const at::Tensor& outputs, const Targets& targets) {
  // exp() of this stays a float.
  constexpr double kMostLogFurther = 20;
  const at::Tensor log_further = outputs.select(1, kLogFurther).clamp_max(kMostLogFurther);
  const at::Tensor poisson = log_further.exp() - targets.further * log_further;
  return zero_inflated_lognormal(outputs, targets) + targets.active * poisson;
}

constexpr std::size_t kAskedAtOnce = 4096;

class TorchNetworks final : public Networks {
 public:
  std::vector<float> train_purchases(const NetworkShape& shape, std::vector<float> start,
                                     const NetworkRows& rows, const PurchaseTargets& targets,
                                     const NetworkTraining& training) const override;
  std::vector<float> outputs(const NetworkShape& shape, std::span<const float> weights,
                             const NetworkRows& rows) const override;
  std::vector<float> zero_inflated_lognormal_loss(std::span<const float> outputs,
                                                  const PurchaseTargets& targets) const override;
};

void require_shape(const NetworkShape& shape, std::span<const float> weights,
                   const NetworkRows& rows) {
  CHECK(weights.size() == weight_count(shape));
  CHECK(rows.features.size() == rows.rows * shape.features);
  if (shape.recurrent == 0) return;
  CHECK(rows.begin.size() == rows.rows + 1);
  CHECK(rows.steps.size() == rows.begin.back() * shape.step_width);
  for (std::size_t row = 0; row < rows.rows; ++row) CHECK(rows.begin[row] < rows.begin[row + 1]);
}

// One run over the training rows in a new order. A batch whose gradient is not finite is passed over.
void train_epoch(const NetworkShape& shape, at::Tensor& weights, torch::optim::Adam& adam,
                 const NetworkRows& rows, const PurchaseTargets& targets,
                 const NetworkTraining& training, int epoch) {
  std::vector<std::size_t> order(training.training_rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(training.seed, static_cast<std::uint64_t>(epoch) + 1);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  for (std::size_t first = 0; first < order.size(); first += training.batch) {
    const std::size_t count = std::min(training.batch, order.size() - first);
    std::vector<std::size_t> which(order.begin() + signed_size(first),
                                   order.begin() + signed_size(first + count));
    sort_by_length(which, rows);
    adam.zero_grad();
    const at::Tensor said = forward(shape, weights, batch_of(shape, rows, which));
    purchase_loss(said, targets_of(targets, which)).mean().backward();
    constexpr double kMostGradient = 5;
    const double norm = weights.grad().norm().item<double>();
    if (!std::isfinite(norm)) continue;
    if (norm > kMostGradient) weights.mutable_grad().mul_(kMostGradient / norm);
    adam.step();
  }
}

// Of the rows that are not learned from.
double held_out_loss(const NetworkShape& shape, const at::Tensor& weights, const NetworkRows& rows,
                     const PurchaseTargets& targets, std::size_t training_rows) {
  const at::NoGradGuard no_gradient;
  double sum = 0;
  for (std::size_t first = training_rows; first < rows.rows; first += kAskedAtOnce) {
    std::vector<std::size_t> which(std::min(kAskedAtOnce, rows.rows - first));
    std::iota(which.begin(), which.end(), first);
    sort_by_length(which, rows);
    const at::Tensor said = forward(shape, weights, batch_of(shape, rows, which));
    sum += purchase_loss(said, targets_of(targets, which)).sum().item<double>();
  }
  return sum / static_cast<double>(rows.rows - training_rows);
}

std::vector<float> TorchNetworks::train_purchases(const NetworkShape& shape,
                                                  std::vector<float> start, const NetworkRows& rows,
                                                  const PurchaseTargets& targets,
                                                  const NetworkTraining& training) const {
  require_shape(shape, start, rows);
  CHECK(shape.outputs == kPurchaseOutputs && training.batch >= 1);
  CHECK(training.training_rows >= 1 && training.training_rows < rows.rows);
  CHECK(targets.active.size() == rows.rows && targets.further.size() == rows.rows);
  CHECK(targets.spend.size() == rows.rows);
  use_one_thread();
  at::Tensor weights = tensor_of(start).requires_grad_(true);
  torch::optim::Adam adam({weights}, torch::optim::AdamOptions(training.learning_rate));
  double best = std::numeric_limits<double>::infinity();
  int idle = 0;
  for (int epoch = 0; epoch < training.epochs && idle < training.patience; ++epoch) {
    train_epoch(shape, weights, adam, rows, targets, training, epoch);
    const double loss = held_out_loss(shape, weights, rows, targets, training.training_rows);
    ++idle;
    if (!(loss < best)) continue;
    best = loss;
    idle = 0;
    std::copy_n(weights.data_ptr<float>(), start.size(), start.begin());
  }
  if (!std::isfinite(best))
    fail(
        ErrorKind::kNoConvergence,
        "the network's loss was not a number after any of {} epochs; lower the learning rate of {}",
        training.epochs, training.learning_rate);
  return start;
}

std::vector<float> TorchNetworks::outputs(const NetworkShape& shape, std::span<const float> weights,
                                          const NetworkRows& rows) const {
  require_shape(shape, weights, rows);
  use_one_thread();
  const c10::InferenceMode no_gradient;
  const at::Tensor tensor = tensor_of(weights);
  std::vector<float> out(rows.rows * shape.outputs);
  for (std::size_t first = 0; first < rows.rows; first += kAskedAtOnce) {
    std::vector<std::size_t> which(std::min(kAskedAtOnce, rows.rows - first));
    std::iota(which.begin(), which.end(), first);
    sort_by_length(which, rows);
    const at::Tensor said = forward(shape, tensor, batch_of(shape, rows, which)).contiguous();
    const float* from = said.data_ptr<float>();
    for (const std::size_t row : which) {
      std::copy_n(from, shape.outputs, &out[row * shape.outputs]);
      from += shape.outputs;
    }
  }
  return out;
}

std::vector<float> TorchNetworks::zero_inflated_lognormal_loss(
    std::span<const float> outputs, const PurchaseTargets& targets) const {
  const std::size_t n = targets.active.size();
  CHECK(outputs.size() == n * kPurchaseOutputs && targets.spend.size() == n);
  use_one_thread();
  const c10::InferenceMode no_gradient;
  const at::Tensor said = tensor_of(outputs).view({signed_size(n), signed_size(kPurchaseOutputs)});
  const at::Tensor loss = zero_inflated_lognormal(
      said, {tensor_of(targets.active), at::Tensor(), tensor_of(targets.spend)});
  return {loss.data_ptr<float>(), loss.data_ptr<float>() + n};
}

}  // namespace
}  // namespace perennial::models

extern "C" __attribute__((visibility("default"))) perennial::models::NetworksModule
perennial_networks() {
  static const perennial::models::TorchNetworks kNetworks;
  return {perennial::models::NetworksModule::kVersion, &kNetworks,
          &perennial::models::torch_image_networks(),
          &perennial::models::torch_sequence_networks()};
}
