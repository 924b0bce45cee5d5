#include "perennial/models/networks/sequence_learner.h"

#include <torch/cuda.h>

#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

constexpr std::size_t kParts = 4;          // of a batch on a processor
constexpr std::size_t kAskedAtOnce = 256;  // rows
constexpr std::size_t kPlacesThatCount = 10;

at::Device device_of(ComputeDevice device) {
  const bool cuda = torch::cuda::is_available();
  if (device == ComputeDevice::kCuda && !cuda)
    fail(ErrorKind::kUnsupported,
         "device cuda was asked for, but this LibTorch sees none; use device auto or cpu, or "
         "install a LibTorch with CUDA");
  return device != ComputeDevice::kCpu && cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

// Sorted rows, cut where the wanted items so far are a part of all. No part is empty.
std::vector<std::span<const ItemSpan>> parts_of(std::span<const ItemSpan> rows, std::size_t parts) {
  std::size_t wanted = 0;
  for (const ItemSpan row : rows) wanted += row.size() - 1;
  std::vector<std::span<const ItemSpan>> cut;
  std::size_t first = 0, so_far = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    so_far += rows[row].size() - 1;
    if (row + 1 < rows.size() && so_far * parts < wanted * (cut.size() + 1)) continue;
    cut.push_back(rows.subspan(first, row + 1 - first));
    first = row + 1;
  }
  return cut;
}

std::vector<float> array_of(const at::Tensor& tensor) {
  const at::Tensor here = tensor.to(at::kCPU).contiguous();
  return {here.data_ptr<float>(), here.data_ptr<float>() + here.numel()};
}

}  // namespace

SequenceLearner::SequenceLearner(const SequenceShape& shape, const SequenceState& state,
                                 const SequenceRows& rows, const SequenceTraining& training)
    : shape_(shape),
      training_(training),
      device_(device_of(training.device)),
      sampler_(rows, shape.items, training.sampling_power),
      weights_(tensor_of(state.weights).to(device_)),
      mean_(resumed(state.mean, at::zeros_like(weights_))),
      square_(resumed(state.square, at::zeros_like(weights_))),
      average_(resumed(state.average, weights_.clone())),
      steps_(state.steps) {
  for (std::size_t part = 0; part < (device_.is_cuda() ? 1 : kParts); ++part) {
    gradients_.push_back(at::zeros_like(weights_));
    leaves_.emplace_back(shape, weights_, gradients_.back());
  }
}

double SequenceLearner::learn(std::vector<ItemSpan> batch) {
  std::ranges::sort(batch, longer);
  const auto parts = parts_of(batch, gradients_.size());
  std::size_t wanted = 0;
  for (const ItemSpan row : batch) wanted += row.size() - 1;
  RandomStream random(training_.seed, (std::uint64_t{1} << 40) + steps_++);
  const std::uint64_t drawing = random.next_u64();
  std::vector<std::uint64_t> dropping(parts.size());
  for (std::uint64_t& seed : dropping) seed = random.next_u64();
  Negatives negatives;
  if (training_.loss != SequenceLoss::kFullSoftmax)
    negatives = sampler_.draw(training_.negatives, drawing, device_);
  const double scale = 1 / static_cast<double>(wanted);
  std::vector<double> losses(parts.size());
  parallel_chunks(parts.size(), 1, threads(), [&](std::size_t part, std::size_t) {
    use_one_thread();
    gradients_[part].zero_();
    losses[part] = learn_part(part, parts[part], dropping[part], scale, negatives);
  });
  for (std::size_t part = 1; part < parts.size(); ++part) gradients_[0] += gradients_[part];
  step();
  return std::accumulate(losses.begin(), losses.end(), 0.0) * scale;
}

double SequenceLearner::ndcg(std::span<const HeldOut> questions) const {
  if (questions.empty()) return -1;
  const SequenceLeaves leaves(shape_, average_);
  std::vector<double> sums((questions.size() + kAskedAtOnce - 1) / kAskedAtOnce);
  parallel_chunks(
      questions.size(), kAskedAtOnce, threads(), [&](std::size_t first, std::size_t last) {
        use_one_thread();
        sums[first / kAskedAtOnce] = gain(leaves, questions.subspan(first, last - first));
      });
  return std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(questions.size());
}

void SequenceLearner::store(SequenceState& state) const {
  state.weights = array_of(weights_);
  state.mean = array_of(mean_);
  state.square = array_of(square_);
  state.average = array_of(average_);
  state.steps = steps_;
}

at::Tensor SequenceLearner::resumed(const std::vector<float>& stored,
                                    const at::Tensor& otherwise) const {
  return stored.empty() ? otherwise : tensor_of(stored).to(device_);
}

double SequenceLearner::learn_part(std::size_t part, std::span<const ItemSpan> rows,
                                   std::uint64_t seed, double scale, const Negatives& negatives) {
  std::vector<ItemSpan> inputs;
  std::vector<std::int64_t> wanted;
  for (const ItemSpan row : rows) {
    inputs.push_back(row.first(row.size() - 1));
    wanted.insert(wanted.end(), row.begin() + 1, row.end());
  }
  const SequenceLeaves& leaves = leaves_[part];
  Dropout dropout(training_.dropout, seed, device_);
  const at::Tensor outputs =
      forward(shape_, leaves, batch_of(shape_, inputs, AskedSteps::kAll, device_), dropout);
  const at::Tensor numbers = torch::tensor(wanted, torch::kInt64).to(device_);
  const at::Tensor loss =
      training_.loss == SequenceLoss::kFullSoftmax
          ? learn_full_softmax(outputs, leaves.vectors(), numbers, scale)
          : learn_sampled(outputs, leaves.vectors(), numbers, scale, negatives, training_);
  return loss.item<double>();
}

// AdamW: Loshchilov & Hutter (2019).
void SequenceLearner::step() {
  constexpr double kMeanKept = 0.9, kSquareKept = 0.999, kEpsilon = 1e-8, kMostGradient = 5;
  constexpr double kAverageKept = 0.998;
  at::Tensor& gradient = gradients_[0];
  const double norm = gradient.norm().item<double>();
  if (!std::isfinite(norm)) return;
  if (norm > kMostGradient) gradient.mul_(kMostGradient / norm);
  const auto steps = static_cast<double>(steps_);
  mean_.mul_(kMeanKept).add_(gradient, 1 - kMeanKept);
  square_.mul_(kSquareKept).addcmul_(gradient, gradient, 1 - kSquareKept);
  const at::Tensor spread = (square_ / (1 - std::pow(kSquareKept, steps))).sqrt_().add_(kEpsilon);
  weights_.mul_(1 - training_.learning_rate * training_.weight_decay);
  weights_.addcdiv_(mean_, spread, -training_.learning_rate / (1 - std::pow(kMeanKept, steps)));
  const double kept = std::min(kAverageKept, (1 + steps) / (10 + steps));
  average_.mul_(kept).add_(weights_, 1 - kept);
}

double SequenceLearner::gain(const SequenceLeaves& leaves,
                             std::span<const HeldOut> questions) const {
  const at::NoGradGuard no_gradient;
  std::vector<ItemSpan> inputs, rows;
  std::vector<std::uint32_t> wanted;
  for (const HeldOut& question : questions) {
    rows.push_back(question.row);
    inputs.push_back(latest(question.row, shape_.longest));
    wanted.push_back(question.wanted);
  }
  Dropout none(0, 0, device_);
  const at::Tensor outputs =
      forward(shape_, leaves, batch_of(shape_, inputs, AskedSteps::kLast, device_), none);
  double sum = 0;
  for (const std::int64_t place : places_of(outputs, leaves.vectors(), rows, wanted))
    if (place < signed_size(kPlacesThatCount)) sum += 1 / std::log2(static_cast<double>(place) + 2);
  return sum;
}

}  // namespace perennial::models
