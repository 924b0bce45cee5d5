// What a network of learn/sequence_networks.h says after a sequence, in plain C++: answering needs no LibTorch.
//
// Cost     a step: recurrent layers 4, 12 or 16 width^2 multiply-adds and additions (RNN, GRU, LSTM), attention 12 width^2
//          and 4 x steps x width; of the last attention layer only the last step is worked out beyond keys and values
// Memory   the matrices a second time, turned so that the loops over outputs run over neighbours
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/learn/sequence_networks.h"

namespace perennial::models {

class SequenceEncoder {
 public:
  // REQUIRES: weight_count(shape) weights
  SequenceEncoder(const SequenceShape& shape, std::span<const float> weights);

  // Working memory for one sequence after the other; one for each thread.
  struct Scratch {
    std::vector<float> x, y, z, keys, queries, cells, shares;
  };
  // `width` numbers, valid until the scratch is used again. `weights` are those of the constructor; of a long sequence the
  // latest items are read. REQUIRES: not empty
  std::span<const float> read(std::span<const std::uint32_t> sequence,
                              std::span<const float> weights, Scratch& scratch) const;

 private:
  std::span<const float> read_recurrent(std::span<const std::uint32_t> sequence,
                                        std::span<const float> weights, Scratch& scratch) const;
  std::span<const float> read_attentive(std::span<const std::uint32_t> sequence,
                                        std::span<const float> weights, Scratch& scratch) const;

  SequenceShape shape_;
  std::vector<SequenceTensor> tensors_;
  std::vector<std::vector<float>>
      turned_;  // by tensor: a matrix as inputs x outputs, anything else as it is
};

}  // namespace perennial::models
