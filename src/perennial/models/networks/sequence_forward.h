// How a network of sequence_networks.h reads a batch, on any device.
//
// Story    every tensor of weights is a leaf of its own that looks into one flat array, and so do their gradients: an
//          optimiser's step is one pass, and nothing is copied
// Batch    recurrent cells read packed rows: first steps of all rows, then second steps of those that have one, ...;
//          attention reads rows x steps, shorter rows padded behind their end, where causal attention never looks
#pragma once

#include "perennial/models/networks/torch.h"

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "perennial/models/learn/sequence_networks.h"

namespace perennial::models {

class SequenceLeaves {
 public:
  // Both flat and of weight_count(shape); without gradient the leaves learn nothing.
  SequenceLeaves(const SequenceShape& shape, const at::Tensor& weights,
                 const at::Tensor& gradient = {});
  const at::Tensor& vectors() const { return tensors_[0]; }
  const at::Tensor& operator[](std::size_t tensor) const { return tensors_[tensor]; }

 private:
  std::vector<at::Tensor> tensors_;
};

struct SequenceBatch {
  at::Tensor inputs;                    // item numbers: packed, or rows x steps
  std::vector<std::int64_t> step_rows;  // packed: how many rows have a first step, a second, ...
  at::Tensor
      asked;  // positions in the flattened inputs whose outputs are wanted, in the order of `rows`
  std::int64_t rows = 0;
};
// `inputs` sorted from the longest to the shortest, none empty, none longer than the shape reads; asks for the outputs
// after all steps of a row, or after the last one.
enum class AskedSteps : std::uint8_t { kAll, kLast };
SequenceBatch batch_of(const SequenceShape& shape,
                       std::span<const std::span<const std::uint32_t>> inputs, AskedSteps asked,
                       at::Device device);

// Puts numbers to 0 at random and scales the others up; does nothing at rate 0.
class Dropout {
 public:
  Dropout(double rate, std::uint64_t seed, at::Device device);
  at::Tensor operator()(const at::Tensor& values);

 private:
  double rate_;
  at::Generator generator_;
};

// asked x width
at::Tensor forward(const SequenceShape& shape, const SequenceLeaves& leaves,
                   const SequenceBatch& batch, Dropout& dropout);

}  // namespace perennial::models
