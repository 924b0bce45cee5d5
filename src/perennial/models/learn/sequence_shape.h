// The shape of a network that reads sequences of items, and where its weights stand in their one array.
//
// Cells    kRnn, kGru, kLstm: layers of `width` units each, tanh on candidate and output, gates in the order of
//          LibTorch (reset, update, candidate; input, forget, cell, output).
//          kSasrec: causal self-attention over learned positions counted from the first item; a layer is
//          x += attention(norm(x)), x += matrix(relu(matrix(norm(x)))), all of `width`; a norm at the end
// Weights  one array, in the order of tensors_of(): matrices are outputs x inputs
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perennial::models {

enum class SequenceCell : std::uint8_t { kRnn, kGru, kLstm, kSasrec };
struct SequenceShape {
  SequenceCell cell = SequenceCell::kSasrec;
  std::size_t items = 0;
  std::size_t width = 128;   // of an item's vector and of every layer
  std::size_t layers = 1;    // >= 1
  std::size_t heads = 1;     // of attention; divides width
  std::size_t longest = 50;  // latest items of a sequence that are read

  bool operator==(const SequenceShape&) const = default;
};

struct SequenceTensor {
  enum class Kind : std::uint8_t { kVectors, kMatrix, kGain, kBias };
  Kind kind;
  std::size_t rows, columns;
  std::size_t begin;  // in the array of weights

  std::size_t size() const { return rows * columns; }
};
// Blocks of weights for one value of every unit.
inline std::size_t gates_of(SequenceCell cell) {
  switch (cell) {
    case SequenceCell::kRnn:
      return 1;
    case SequenceCell::kGru:
      return 3;
    case SequenceCell::kLstm:
      return 4;
    case SequenceCell::kSasrec:
      return 0;
  }
  return 0;
}

// Item vectors; then of kSasrec the positions, of each layer: gain and bias of the norm, queries keys and values
// (3 width x width), their bias, output matrix, bias, gain and bias of the norm, inner matrix, bias, outer matrix, bias;
// then gain and bias of the last norm. Of the others, of each layer: input matrix, state matrix, input bias, state bias.
inline std::vector<SequenceTensor> tensors_of(const SequenceShape& shape) {
  using Kind = SequenceTensor::Kind;
  std::vector<SequenceTensor> tensors;
  std::size_t used = 0;
  const std::size_t width = shape.width;
  const auto add = [&](Kind kind, std::size_t rows, std::size_t columns) {
    tensors.push_back({kind, rows, columns, used});
    used += rows * columns;
  };
  const auto add_linear = [&](std::size_t outputs) {
    add(Kind::kMatrix, outputs, width);
    add(Kind::kBias, outputs, 1);
  };
  const auto add_norm = [&] {
    add(Kind::kGain, width, 1);
    add(Kind::kBias, width, 1);
  };
  add(Kind::kVectors, shape.items, width);
  if (shape.cell == SequenceCell::kSasrec) {
    add(Kind::kVectors, shape.longest, width);
    for (std::size_t layer = 0; layer < shape.layers; ++layer) {
      add_norm();
      add_linear(3 * width);
      add_linear(width);
      add_norm();
      add_linear(width);
      add_linear(width);
    }
    add_norm();
    return tensors;
  }
  const std::size_t outputs = gates_of(shape.cell) * width;
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    add(Kind::kMatrix, outputs, width);
    add(Kind::kMatrix, outputs, width);
    add(Kind::kBias, outputs, 1);
    add(Kind::kBias, outputs, 1);
  }
  return tensors;
}

inline std::size_t weight_count(const SequenceShape& shape) {
  const SequenceTensor last = tensors_of(shape).back();
  return last.begin + last.size();
}

}  // namespace perennial::models
