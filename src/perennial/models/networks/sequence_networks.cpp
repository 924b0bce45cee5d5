// What models/learn/sequence_networks.h promises, with LibTorch: epochs until there is no better one, and the states
// after sequences.
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
#include "perennial/models/networks/sequence_learner.h"

namespace perennial::models {
namespace {

constexpr std::size_t kAskedAtOnce = 256;  // rows

// Rows that have something to learn from, as they are learned from: without what is held out.
std::vector<ItemSpan> rows_to_learn(const SequenceShape& shape, const SequenceRows& rows) {
  std::vector<ItemSpan> learned;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ItemSpan all = rows.items_of(row);
    const bool held_out = rows.held_out[row] != 0;
    const ItemSpan items = latest(all.first(all.size() - (held_out ? 1 : 0)), shape.longest + 1);
    if (items.size() >= 2) learned.push_back(items);
  }
  return learned;
}

std::vector<HeldOut> questions_of(const SequenceRows& rows) {
  std::vector<HeldOut> questions;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ItemSpan all = rows.items_of(row);
    if (rows.held_out[row] != 0 && all.size() >= 2)
      questions.push_back({all.first(all.size() - 1), all.back()});
  }
  std::ranges::sort(questions, longer, &HeldOut::row);
  return questions;
}

void require_shape(const SequenceShape& shape, std::size_t weights, const SequenceRows& rows) {
  CHECK(shape.width >= 1 && shape.layers >= 1 && shape.longest >= 1 && shape.heads >= 1);
  CHECK(shape.width % shape.heads == 0 && weights == weight_count(shape));
  CHECK(rows.begin.front() == 0 && rows.begin.back() == rows.items.size());
  for (std::size_t row = 0; row < rows.size(); ++row) CHECK(rows.begin[row] < rows.begin[row + 1]);
  for (const std::uint32_t item : rows.items) CHECK(item < shape.items);
}

// One run over the rows in a new order; the loss per wanted item, or nothing when it was stopped.
std::optional<double> learn_epoch(SequenceLearner& learner, std::span<const ItemSpan> rows,
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
    std::vector<ItemSpan> batch;
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
    const std::vector<ItemSpan> learned = rows_to_learn(shape, rows);
    const std::vector<HeldOut> questions = questions_of(rows);
    CHECK(!learned.empty());
    use_one_thread();
    SequenceLearner learner(shape, state, rows, training);
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
        state.best = state.average;
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
    std::ranges::sort(order, longer,
                      [&](std::size_t row) { return latest(rows.items_of(row), shape.longest); });
    Dropout none(0, 0, at::kCPU);
    std::vector<float> out(rows.size() * shape.width);
    for (std::size_t first = 0; first < order.size(); first += kAskedAtOnce) {
      const auto which =
          std::span(order).subspan(first, std::min(kAskedAtOnce, order.size() - first));
      std::vector<ItemSpan> inputs;
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
