// The losses of sequence_networks.h, and the places of items in a full ranking.
#pragma once

#include "perennial/models/networks/torch.h"

#include <span>
#include <vector>

#include "perennial/models/learn/sequence_networks.h"

namespace perennial::models {

// Items drawn for a batch, with the logarithm of how often each is expected among them.
struct Negatives {
  at::Tensor items, log_expected;
};
// Draws with replacement, an item with a chance that grows with its count.
class NegativeSampler {
 public:
  NegativeSampler(const SequenceRows& rows, std::size_t items, double power);
  Negatives draw(std::size_t count, std::uint64_t seed, at::Device device) const;

 private:
  std::vector<double> cumulative_;
};

// The sum over wanted items, whose gradient times `scale` is added to those of vectors and of what made the outputs.
// outputs: wanted x width; vectors: a leaf with gradient, items x width; wanted: numbers of items.
at::Tensor learn_full_softmax(const at::Tensor& outputs, const at::Tensor& vectors,
                              const at::Tensor& wanted, double scale);
at::Tensor learn_sampled(const at::Tensor& outputs, const at::Tensor& vectors,
                         const at::Tensor& wanted, double scale, const Negatives& negatives,
                         const SequenceTraining& training);

// By row: how many items score above the wanted one, those of the row itself left out.
std::vector<std::int64_t> places_of(const at::Tensor& outputs, const at::Tensor& vectors,
                                    std::span<const std::span<const std::uint32_t>> rows,
                                    std::span<const std::uint32_t> wanted);

}  // namespace perennial::models
