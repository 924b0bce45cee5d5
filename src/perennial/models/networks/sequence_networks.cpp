// What models/learn/sequence_networks.h promises, with LibTorch: a training of parts, and the states after sequences.
#include "perennial/models/networks/torch.h"  // before all that uses our CHECK

#include <torch/cuda.h>

#include <cmath>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/learn/sequence_networks.h"
#include "perennial/models/networks/sequence_forward.h"
#include "perennial/models/networks/sequence_loss.h"

namespace perennial::models {
namespace {

using Items = std::span<const std::uint32_t>;

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

Items latest(Items items, std::size_t most) { return items.last(std::min(items.size(), most)); }

void sort_by_length(std::span<Items> rows) {
  std::ranges::stable_sort(rows, [](Items a, Items b) { return a.size() > b.size(); });
}

// Rows that have something to learn from, as they are learned from: without what is held out.
std::vector<Items> rows_to_learn(const SequenceShape& shape, const SequenceRows& rows) {
  std::vector<Items> learned;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Items all = rows.items_of(row);
    const bool held_out = rows.held_out[row] != 0;
    const Items items = latest(all.first(all.size() - (held_out ? 1 : 0)), shape.longest + 1);
    if (items.size() >= 2) learned.push_back(items);
  }
  return learned;
}

struct Question {
  Items row;
  std::uint32_t wanted;
};

std::vector<Question> questions_of(const SequenceRows& rows) {
  std::vector<Question> questions;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Items all = rows.items_of(row);
    if (rows.held_out[row] != 0 && all.size() >= 2)
      questions.push_back({all.first(all.size() - 1), all.back()});
  }
  std::ranges::stable_sort(
      questions, [](const Question& a, const Question& b) { return a.row.size() > b.row.size(); });
  return questions;
}

// Sorted rows, cut where the wanted items so far are a part of all. No part is empty.
std::vector<std::span<const Items>> parts_of(std::span<const Items> rows, std::size_t parts) {
  std::size_t wanted = 0;
  for (const Items row : rows) wanted += row.size() - 1;
  std::vector<std::span<const Items>> cut;
  std::size_t first = 0, so_far = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    so_far += rows[row].size() - 1;
    if (row + 1 < rows.size() && so_far * parts < wanted * (cut.size() + 1)) continue;
    cut.push_back(rows.subspan(first, row + 1 - first));
    first = row + 1;
  }
  return cut;
}

class Learner {
 public:
  Learner(const SequenceShape& shape, const SequenceState& state, const SequenceRows& rows,
          const SequenceTraining& training)
      : shape_(shape),
        training_(training),
        device_(device_of(training.device)),
        sampler_(rows, shape.items, training.sampling_power),
        weights_(tensor_of(state.weights).to(device_)),
        mean_(moment(state.mean)),
        square_(moment(state.square)),
        steps_(state.steps) {
    for (std::size_t part = 0; part < (device_.is_cuda() ? 1 : kParts); ++part) {
      gradients_.push_back(at::zeros_like(weights_));
      leaves_.emplace_back(shape, weights_, gradients_.back());
    }
  }

  // One step of the optimiser; the loss per wanted item. A batch whose gradient is not finite is passed over.
  double learn(std::vector<Items> batch) {
    sort_by_length(batch);
    const auto parts = parts_of(batch, gradients_.size());
    std::size_t wanted = 0;
    for (const Items row : batch) wanted += row.size() - 1;
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
    return std::reduce(losses.begin(), losses.end()) * scale;
  }

  double ndcg(std::span<const Question> questions) const {
    if (questions.empty()) return -1;
    const SequenceLeaves leaves(shape_, weights_);
    std::vector<double> sums((questions.size() + kAskedAtOnce - 1) / kAskedAtOnce);
    parallel_chunks(
        questions.size(), kAskedAtOnce, threads(), [&](std::size_t first, std::size_t last) {
          use_one_thread();
          sums[first / kAskedAtOnce] = gain(leaves, questions.subspan(first, last - first));
        });
    return std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(questions.size());
  }

  void store(SequenceState& state) const {
    state.weights = array_of(weights_);
    state.mean = array_of(mean_);
    state.square = array_of(square_);
    state.steps = steps_;
  }

 private:
  Threads threads() const { return device_.is_cuda() ? Threads{1} : training_.threads; }

  at::Tensor moment(const std::vector<float>& stored) const {
    return stored.empty() ? at::zeros_like(weights_) : tensor_of(stored).to(device_);
  }

  static std::vector<float> array_of(const at::Tensor& tensor) {
    const at::Tensor here = tensor.to(at::kCPU).contiguous();
    return {here.data_ptr<float>(), here.data_ptr<float>() + here.numel()};
  }

  double learn_part(std::size_t part, std::span<const Items> rows, std::uint64_t seed, double scale,
                    const Negatives& negatives) {
    std::vector<Items> inputs;
    std::vector<std::int64_t> wanted;
    for (const Items row : rows) {
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
  void step() {
    constexpr double kMeanKept = 0.9, kSquareKept = 0.999, kEpsilon = 1e-8, kMostGradient = 5;
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
  }

  double gain(const SequenceLeaves& leaves, std::span<const Question> questions) const {
    const at::NoGradGuard no_gradient;
    std::vector<Items> inputs, rows;
    std::vector<std::uint32_t> wanted;
    for (const Question& question : questions) {
      rows.push_back(question.row);
      inputs.push_back(latest(question.row, shape_.longest));
      wanted.push_back(question.wanted);
    }
    Dropout none(0, 0, device_);
    const at::Tensor outputs =
        forward(shape_, leaves, batch_of(shape_, inputs, AskedSteps::kLast, device_), none);
    double sum = 0;
    for (const std::int64_t place : places_of(outputs, leaves.vectors(), rows, wanted))
      if (place < signed_size(kPlacesThatCount))
        sum += 1 / std::log2(static_cast<double>(place) + 2);
    return sum;
  }

  const SequenceShape& shape_;
  const SequenceTraining& training_;
  at::Device device_;
  NegativeSampler sampler_;
  at::Tensor weights_, mean_, square_;
  std::uint64_t steps_;
  std::vector<at::Tensor> gradients_;  // by part
  std::vector<SequenceLeaves> leaves_;
};

void require_shape(const SequenceShape& shape, std::size_t weights, const SequenceRows& rows) {
  CHECK(shape.width >= 1 && shape.layers >= 1 && shape.longest >= 1 && shape.heads >= 1);
  CHECK(shape.width % shape.heads == 0 && weights == weight_count(shape));
  CHECK(rows.begin.front() == 0 && rows.begin.back() == rows.items.size());
  for (std::size_t row = 0; row < rows.size(); ++row) CHECK(rows.begin[row] < rows.begin[row + 1]);
  for (const std::uint32_t item : rows.items) CHECK(item < shape.items);
}

// One run over the rows in a new order; the loss per wanted item, or nothing when it was stopped.
std::optional<double> learn_epoch(Learner& learner, std::span<const Items> rows,
                                  const SequenceTraining& training, const SequenceState& state,
                                  const SequenceWatch& watch) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(training.seed, static_cast<std::uint64_t>(state.epochs) + 1);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  SequenceProgress progress{.epoch = state.epochs + 1, .rows = rows.size()};
  if (state.best_ndcg >= 0) progress.best_ndcg = state.best_ndcg;
  double sum = 0;
  std::size_t wanted = 0;
  for (std::size_t first = 0; first < order.size(); first += training.batch) {
    std::vector<Items> batch;
    std::size_t of_batch = 0;
    for (std::size_t i = first; i < std::min(first + training.batch, order.size()); ++i) {
      batch.push_back(rows[order[i]]);
      of_batch += batch.back().size() - 1;
    }
    progress.rows_done = first + batch.size();
    sum += learner.learn(std::move(batch)) * static_cast<double>(of_batch);
    wanted += of_batch;
    progress.loss = sum / static_cast<double>(wanted);
    if (watch.after_batch && !watch.after_batch(progress)) return std::nullopt;
  }
  return progress.loss;
}

class TorchSequenceNetworks final : public SequenceNetworks {
 public:
  bool has_cuda() const override { return torch::cuda::is_available(); }

  SequenceState train(const SequenceShape& shape, SequenceState state, const SequenceRows& rows,
                      const SequenceTraining& training, const SequenceWatch& watch) const override {
    require_shape(shape, state.weights.size(), rows);
    CHECK(rows.held_out.size() == rows.size() && training.batch >= 1);
    const std::vector<Items> learned = rows_to_learn(shape, rows);
    const std::vector<Question> questions = questions_of(rows);
    CHECK(!learned.empty());
    use_one_thread();
    Learner learner(shape, state, rows, training);
    while (!state.finished) {
      if (state.epochs >= training.epochs || state.idle >= training.patience) {
        state.finished = true;
        break;
      }
      const std::optional<double> loss = learn_epoch(learner, learned, training, state, watch);
      if (!loss) break;
      if (!std::isfinite(*loss))
        fail(ErrorKind::kNoConvergence,
             "the network's loss was not a number in epoch {}; lower the learning rate of {}",
             state.epochs + 1, training.learning_rate);
      state.loss = *loss;
      learner.store(state);
      ++state.epochs;
      ++state.idle;
      const double ndcg = learner.ndcg(questions);
      if (questions.empty() || ndcg > state.best_ndcg) {
        state.best = state.weights;
        state.best_ndcg = ndcg;
        state.idle = 0;
      }
      if (watch.after_epoch && !watch.after_epoch(state)) break;
    }
    return state;
  }

  std::vector<float> states(const SequenceShape& shape, std::span<const float> weights,
                            const SequenceRows& rows) const override {
    require_shape(shape, weights.size(), rows);
    use_one_thread();
    const at::NoGradGuard no_gradient;
    const SequenceLeaves leaves(shape, tensor_of(weights));
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return latest(rows.items_of(a), shape.longest).size() >
             latest(rows.items_of(b), shape.longest).size();
    });
    Dropout none(0, 0, at::kCPU);
    std::vector<float> out(rows.size() * shape.width);
    for (std::size_t first = 0; first < order.size(); first += kAskedAtOnce) {
      const auto which =
          std::span(order).subspan(first, std::min(kAskedAtOnce, order.size() - first));
      std::vector<Items> inputs;
      for (const std::size_t row : which)
        inputs.push_back(latest(rows.items_of(row), shape.longest));
      const at::Tensor said =
          forward(shape, leaves, batch_of(shape, inputs, AskedSteps::kLast, at::kCPU), none)
              .contiguous();
      const float* from = said.data_ptr<float>();
      for (const std::size_t row : which) {
        std::copy_n(from, shape.width, &out[row * shape.width]);
        from += shape.width;
      }
    }
    return out;
  }
};

}  // namespace

const SequenceNetworks& torch_sequence_networks() {
  static const TorchSequenceNetworks kNetworks;
  return kNetworks;
}

}  // namespace perennial::models
