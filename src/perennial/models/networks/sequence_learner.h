// One training of a network of sequence_networks.h: a step for a batch, and how well it does on what is held out.
#pragma once

#include "perennial/models/networks/torch.h"

#include <span>
#include <vector>

#include "perennial/models/learn/sequence_networks.h"
#include "perennial/models/networks/sequence_forward.h"
#include "perennial/models/networks/sequence_loss.h"

namespace perennial::models {

using ItemSpan = std::span<const std::uint32_t>;

inline ItemSpan latest(ItemSpan items, std::size_t most) {
  return items.last(std::min(items.size(), most));
}

// The longest first, equally long ones as they stand in memory.
inline bool longer(ItemSpan a, ItemSpan b) {
  return a.size() != b.size() ? a.size() > b.size() : a.data() < b.data();
}

struct HeldOut {
  ItemSpan row;
  std::uint32_t wanted;
};

class SequenceLearner {
 public:
  // From where `state` stands. All arguments must outlive it. kUnsupported without the device asked for.
  SequenceLearner(const SequenceShape& shape, const SequenceState& state, const SequenceRows& rows,
                  const SequenceTraining& training);

  // One step of the optimiser; the loss per wanted item. A batch whose gradient is not finite is passed over.
  // REQUIRES: rows of 2 to longest + 1 items
  double learn(std::vector<ItemSpan> batch);
  // NDCG@10 of the averaged weights; -1 of nothing. Sorted by length they are read fastest.
  double ndcg(std::span<const HeldOut> questions) const;
  void store(SequenceState& state) const;  // weights, moments, average and steps

 private:
  Threads threads() const { return device_.is_cuda() ? Threads{1} : training_.threads; }
  at::Tensor resumed(const std::vector<float>& stored, const at::Tensor& otherwise) const;
  double learn_part(std::size_t part, std::span<const ItemSpan> rows, std::uint64_t seed,
                    double scale, const Negatives& negatives);
  void step();
  double gain(const SequenceLeaves& leaves, std::span<const HeldOut> questions) const;

  const SequenceShape& shape_;
  const SequenceTraining& training_;
  at::Device device_;
  NegativeSampler sampler_;
  at::Tensor weights_, mean_, square_, average_;
  std::uint64_t steps_;
  std::vector<at::Tensor> gradients_;  // by part
  std::vector<SequenceLeaves> leaves_;
};

}  // namespace perennial::models
