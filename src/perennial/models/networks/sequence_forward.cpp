#include "perennial/models/networks/sequence_forward.h"

#include <ATen/CPUGeneratorImpl.h>

#include <array>
#include <cmath>
#include <limits>
#include <tuple>

namespace perennial::models {
namespace {

constexpr double kNormEpsilon = 1e-5;

// Step by step: LibTorch's own loop over packed rows goes to cuDNN on a GPU, which wants each layer's weights alone.
at::Tensor recurrent_layer(SequenceCell cell, const at::Tensor& steps, const SequenceBatch& batch,
                           const std::array<at::Tensor, 4>& weights) {
  const auto& [input, state, input_bias, state_bias] = weights;
  at::Tensor h = at::zeros({batch.rows, steps.size(1)}, steps.options());
  at::Tensor c = h;
  std::vector<at::Tensor> outputs;
  std::int64_t first = 0;
  for (const std::int64_t rows : batch.step_rows) {
    const at::Tensor x = steps.narrow(0, first, rows);
    h = h.narrow(0, 0, rows);
    first += rows;
    if (cell == SequenceCell::kGru) {
      h = at::gru_cell(x, h, input, state, input_bias, state_bias);
    } else if (cell == SequenceCell::kRnn) {
      h = at::rnn_tanh_cell(x, h, input, state, input_bias, state_bias);
    } else {
      std::tie(h, c) =
          at::lstm_cell(x, {h, c.narrow(0, 0, rows)}, input, state, input_bias, state_bias);
    }
    outputs.push_back(h);
  }
  return at::cat(outputs);
}

at::Tensor read_recurrent(const SequenceShape& shape, const SequenceLeaves& leaves,
                          const SequenceBatch& batch, Dropout& dropout) {
  at::Tensor x = dropout(at::embedding(leaves.vectors(), batch.inputs));
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    const std::size_t first = 1 + 4 * layer;
    x = dropout(
        recurrent_layer(shape.cell, x, batch,
                        {leaves[first], leaves[first + 1], leaves[first + 2], leaves[first + 3]}));
  }
  return x;
}

at::Tensor norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias) {
  return at::layer_norm(x, {x.size(-1)}, gain, bias, kNormEpsilon, false);
}

// x: rows x steps x width, normed.
at::Tensor attention(const SequenceShape& shape, const at::Tensor& x, const at::Tensor& matrix,
                     const at::Tensor& bias, const at::Tensor& future, Dropout& dropout) {
  const std::int64_t heads = signed_size(shape.heads);
  const std::int64_t head = signed_size(shape.width / shape.heads);
  const at::Tensor three = at::linear(x, matrix, bias)
                               .view({x.size(0), x.size(1), 3, heads, head})
                               .permute({2, 0, 3, 1, 4});  // 3 x rows x heads x steps x head
  const at::Tensor products = at::matmul(three.select(0, 0), three.select(0, 1).transpose(-2, -1)) /
                              std::sqrt(static_cast<double>(head));
  const at::Tensor shares = dropout(at::softmax(products + future, -1));
  return at::matmul(shares, three.select(0, 2)).transpose(1, 2).reshape(x.sizes());
}

at::Tensor read_attentive(const SequenceShape& shape, const SequenceLeaves& leaves,
                          const SequenceBatch& batch, Dropout& dropout) {
  const std::int64_t steps = batch.inputs.size(1);
  const at::Tensor future =
      at::full({steps, steps}, -std::numeric_limits<float>::infinity(), leaves.vectors().options())
          .triu(1);
  std::size_t next = 1;
  const auto take = [&]() -> const at::Tensor& { return leaves[next++]; };
  const auto linear = [&](const at::Tensor& of) {
    const at::Tensor& matrix = take();
    return at::linear(of, matrix, take());
  };
  const auto normed = [&](const at::Tensor& of) {
    const at::Tensor& gain = take();
    return norm(of, gain, take());
  };
  const at::Tensor& positions = take();
  at::Tensor x =
      dropout(at::embedding(leaves.vectors(), batch.inputs) + positions.narrow(0, 0, steps));
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    const at::Tensor before = normed(x);
    const at::Tensor& matrix = take();
    const at::Tensor heard = attention(shape, before, matrix, take(), future, dropout);
    x = x + dropout(linear(heard));
    const at::Tensor inner = dropout(at::relu(linear(normed(x))));
    x = x + dropout(linear(inner));
  }
  return normed(x).reshape({-1, x.size(2)});
}

at::Tensor on_device(const std::vector<std::int64_t>& values, at::Device device) {
  return torch::tensor(values, torch::kInt64).to(device);
}

}  // namespace

SequenceLeaves::SequenceLeaves(const SequenceShape& shape, const at::Tensor& weights,
                               const at::Tensor& gradient) {
  const auto view = [](const at::Tensor& flat, const SequenceTensor& tensor) {
    const at::Tensor part =
        flat.detach().narrow(0, signed_size(tensor.begin), signed_size(tensor.size()));
    const bool flat_too =
        tensor.kind == SequenceTensor::Kind::kGain || tensor.kind == SequenceTensor::Kind::kBias;
    return flat_too ? part : part.view({signed_size(tensor.rows), signed_size(tensor.columns)});
  };
  for (const SequenceTensor& tensor : tensors_of(shape)) {
    at::Tensor leaf = view(weights, tensor);
    if (gradient.defined()) {
      leaf.requires_grad_(true);
      leaf.mutable_grad() = view(gradient, tensor);  // gradients are added to what stands there
    }
    tensors_.push_back(std::move(leaf));
  }
}

SequenceBatch batch_of(const SequenceShape& shape,
                       std::span<const std::span<const std::uint32_t>> inputs, AskedSteps asked,
                       at::Device device) {
  const std::size_t steps = inputs.front().size();
  const bool packed = shape.cell != SequenceCell::kSasrec;
  std::vector<std::size_t> with_step(steps, 0);  // rows that have this step
  for (const auto& row : inputs)
    for (std::size_t step = 0; step < row.size(); ++step) ++with_step[step];
  std::vector<std::size_t> begin(steps, 0);  // where the rows' values of this step stand, packed
  for (std::size_t step = 1; step < steps; ++step)
    begin[step] = begin[step - 1] + with_step[step - 1];
  const std::size_t size = packed ? begin.back() + with_step.back() : inputs.size() * steps;
  std::vector<std::int64_t> items(size, 0), positions;
  for (std::size_t row = 0; row < inputs.size(); ++row) {
    for (std::size_t step = 0; step < inputs[row].size(); ++step) {
      const std::size_t place = packed ? begin[step] + row : row * steps + step;
      items[place] = inputs[row][step];
      if (asked == AskedSteps::kAll || step + 1 == inputs[row].size())
        positions.push_back(signed_size(place));
    }
  }
  SequenceBatch batch;
  batch.rows = signed_size(inputs.size());
  batch.inputs = on_device(items, device);
  batch.asked = on_device(positions, device);
  if (!packed) {
    batch.inputs = batch.inputs.view({batch.rows, signed_size(steps)});
    return batch;
  }
  batch.step_rows.assign(with_step.begin(), with_step.end());
  return batch;
}

Dropout::Dropout(double rate, std::uint64_t seed, at::Device device) : rate_(rate) {
  if (rate == 0) return;
  if (device.is_cpu()) {  // LibTorch 1.13 never frees what clone() gives
    generator_ = at::detail::createCPUGenerator(seed);
  } else {
    generator_ = at::globalContext().defaultGenerator(device).clone();
    generator_.set_current_seed(seed);
  }
}

at::Tensor Dropout::operator()(const at::Tensor& values) {
  if (rate_ == 0) return values;
  const at::Tensor kept = at::empty_like(values, values.options().requires_grad(false))
                              .bernoulli_(1 - rate_, generator_)
                              .mul_(1 / (1 - rate_));
  return values * kept;
}

at::Tensor forward(const SequenceShape& shape, const SequenceLeaves& leaves,
                   const SequenceBatch& batch, Dropout& dropout) {
  const at::Tensor outputs = shape.cell == SequenceCell::kSasrec
                                 ? read_attentive(shape, leaves, batch, dropout)
                                 : read_recurrent(shape, leaves, batch, dropout);
  return outputs.index_select(0, batch.asked);
}

}  // namespace perennial::models
