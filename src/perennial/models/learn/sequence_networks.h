// Networks that read a sequence of items and say which comes next, trained through LibTorch: plain arrays in and out.
//
// Story    every item has a vector. The network reads the vectors of a sequence one after the other and says a vector
//          after each; the item whose own vector has the largest product with it is the likeliest next. One table of
//          vectors serves both ends (tied)
// Shape    cells and the order of the weights: sequence_shape.h
// Loss     kFullSoftmax: cross-entropy over all items. kSampledSoftmax: over the wanted item and `negatives` items drawn
//          from q ~ (1 + count)^sampling_power for each batch, their scores less log(negatives q) so that it tends to
//          the full one. kBprMax: -log sum s_j sigmoid(r - r_j) + bpr_penalty sum s_j r_j^2, s the softmax over the drawn
// Learning every item but the first of a row is wanted once, after those before it; AdamW, all gradients at most 5 long;
//          of long rows the last longest + 1 items. What is judged and kept is a moving average of the weights, over the
//          last 500 batches once there were 5,000 and over the last ninth of fewer. A row that is held out keeps its last
//          item for judging: after every epoch NDCG@10 of those among all items that the row does not hold; the best
//          epoch's average is kept
// Threads  a batch is cut into four parts of like size, which any number of threads compute and one adds up in order: the
//          same bits on a processor for any number. On a GPU the same up to rounding
// Source   Hidasi & Karatzoglou (2018), "Recurrent Neural Networks with Top-k Gains for Session-based Recommendations"
//          (tied vectors, BPR-max); Kang & McAuley (2018), "Self-Attentive Sequential Recommendation"; Klenitskiy &
//          Vasilev (2023), "Turning Dross Into Gold Loss" (full softmax); Polyak & Juditsky (1992), "Acceleration of
//          Stochastic Approximation by Averaging"
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/learn/sequence_shape.h"

namespace perennial::models {

enum class SequenceLoss : std::uint8_t { kFullSoftmax, kSampledSoftmax, kBprMax };
enum class ComputeDevice : std::uint8_t { kAuto, kCpu, kCuda };  // kAuto: CUDA when LibTorch has it

// Vectors and positions normal with deviation 0.02, matrices uniform within 1 / sqrt(inputs), gains 1, biases 0.
std::vector<float> initial_weights(const SequenceShape& shape, std::uint64_t seed);

// Row r has items[begin[r]] .. items[begin[r + 1] - 1], oldest first.
struct SequenceRows {
  std::vector<std::uint64_t> begin = {0};
  std::vector<std::uint32_t> items;
  std::vector<std::uint8_t> held_out;  // by row: not 0 when its last item judges

  std::size_t size() const { return begin.size() - 1; }
  std::span<const std::uint32_t> items_of(std::size_t row) const {
    return std::span(items).subspan(begin[row], begin[row + 1] - begin[row]);
  }
};

struct SequenceTraining {
  SequenceLoss loss = SequenceLoss::kFullSoftmax;
  std::size_t negatives = 1024;  // drawn for each batch
  double sampling_power = 0.5;
  double bpr_penalty = 1;
  std::size_t batch = 128;  // rows
  int epochs = 100;
  int patience = 10;  // epochs without a better NDCG, then it stops
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double dropout = 0.5;
  std::uint64_t seed = 1;
  ComputeDevice device = ComputeDevice::kAuto;
  Threads threads = {};
};

// All that the next epoch needs.
struct SequenceState {
  std::vector<float> weights;
  // Empty before the first epoch: moments of the gradient; the moving average of the weights, and that of the best epoch.
  std::vector<float> mean, square, average, best;
  double best_ndcg = -1;
  double loss = 0;  // of the last epoch, per wanted item
  std::uint64_t steps = 0;
  int epochs = 0;  // done
  int idle = 0;    // since the best one
  bool finished = false;

  bool operator==(const SequenceState&) const = default;
};

struct SequenceProgress {
  int epoch = 0;              // from 1
  std::size_t rows_done = 0;  // of this epoch
  std::size_t rows = 0;
  double loss = 0;  // of this epoch so far, per wanted item
  double best_ndcg =
      std::numeric_limits<double>::quiet_NaN();  // on what is held out, before this epoch
};
// Either says false to stop; what is not given is not called.
struct SequenceWatch {
  std::function<bool(const SequenceProgress&)> after_batch;
  std::function<bool(const SequenceState&)> after_epoch;
};

class SequenceNetworks {
 public:
  virtual ~SequenceNetworks() = default;

  virtual bool has_cuda() const = 0;
  // From `start` on until it is finished or stopped. Stopped within an epoch, it returns the state before that epoch;
  // continued from any returned or watched state, it ends with the very same bytes as without a stop (on a processor).
  // kNoConvergence when the loss of an epoch is not finite; kUnsupported without the device asked for.
  // REQUIRES: shapes that match; a row with two items to learn from
  virtual SequenceState train(const SequenceShape& shape, SequenceState start,
                              const SequenceRows& rows, const SequenceTraining& training,
                              const SequenceWatch& watch) const = 0;
  // rows x width: what the network says after the last item of each row. REQUIRES: no row is empty
  virtual std::vector<float> states(const SequenceShape& shape, std::span<const float> weights,
                                    const SequenceRows& rows) const = 0;
};

const SequenceNetworks& sequence_networks();  // of the module in networks.h, loaded once a process

}  // namespace perennial::models
