#include "perennial/models/recommend/sequences/sequence_encoder.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr float kNormEpsilon = 1e-5F;

using Numbers = std::span<const float>;

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

// y += matrix x, with the matrix as inputs x outputs.
void add_product(Numbers turned, Numbers x, std::span<float> y) {
  const std::size_t outputs = y.size();
  for (std::size_t j = 0; j < x.size(); ++j) {
    const float factor = x[j];
    const float* column = turned.data() + j * outputs;
    float* to = y.data();
    for (std::size_t i = 0; i < outputs; ++i) to[i] += column[i] * factor;
  }
}

void linear(Numbers turned, Numbers bias, Numbers x, std::span<float> y) {
  std::ranges::copy(bias, y.begin());
  add_product(turned, x, y);
}

void norm(Numbers x, Numbers gain, Numbers bias, std::span<float> y) {
  float mean = 0;
  for (const float value : x) mean += value;
  mean /= static_cast<float>(x.size());
  float square = 0;
  for (const float value : x) square += (value - mean) * (value - mean);
  const float scale = 1 / std::sqrt(square / static_cast<float>(x.size()) + kNormEpsilon);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = (x[i] - mean) * scale * gain[i] + bias[i];
}

// input and state: what the matrices make of both, gates one after the other.
void gru_step(Numbers input, Numbers state, std::span<float> h) {
  const std::size_t units = h.size();
  for (std::size_t u = 0; u < units; ++u) {
    const float reset = sigmoid(input[u] + state[u]);
    const float update = sigmoid(input[units + u] + state[units + u]);
    const float candidate = std::tanh(input[2 * units + u] + reset * state[2 * units + u]);
    h[u] = (1 - update) * candidate + update * h[u];
  }
}

void lstm_step(Numbers input, Numbers state, std::span<float> h, std::span<float> cell) {
  const std::size_t units = h.size();
  const auto sum = [&](std::size_t i) { return input[i] + state[i]; };
  for (std::size_t u = 0; u < units; ++u) {
    cell[u] = sigmoid(sum(units + u)) * cell[u] + sigmoid(sum(u)) * std::tanh(sum(2 * units + u));
    h[u] = sigmoid(sum(3 * units + u)) * std::tanh(cell[u]);
  }
}

// What one query of one head hears: shares of the values by its products with the keys. `memory` holds keys, then
// values, of all steps, each 2 x width apart.
struct Head {
  std::size_t first, size, width, steps;
};
void hear(const Head& head, const float* query, Numbers memory, std::span<float> shares,
          float* heard) {
  const float scale = 1 / std::sqrt(static_cast<float>(head.size));
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t step = 0; step < head.steps; ++step) {
    const float* key = memory.data() + step * 2 * head.width + head.first;
    float product = 0;
    for (std::size_t i = 0; i < head.size; ++i) product += query[i] * key[i];
    shares[step] = product * scale;
    largest = std::max(largest, shares[step]);
  }
  float sum = 0;
  for (std::size_t step = 0; step < head.steps; ++step)
    sum += shares[step] = std::exp(shares[step] - largest);
  std::fill_n(heard, head.size, 0.0F);
  for (std::size_t step = 0; step < head.steps; ++step) {
    const float* value = memory.data() + step * 2 * head.width + head.width + head.first;
    const float share = shares[step] / sum;
    for (std::size_t i = 0; i < head.size; ++i) heard[i] += share * value[i];
  }
}

}  // namespace

SequenceEncoder::SequenceEncoder(const SequenceShape& shape, Numbers weights)
    : shape_(shape), tensors_(tensors_of(shape)), turned_(tensors_.size()) {
  CHECK(weights.size() == weight_count(shape));
  for (std::size_t t = 1; t < tensors_.size(); ++t) {
    const SequenceTensor& tensor = tensors_[t];
    const Numbers from = weights.subspan(tensor.begin, tensor.size());
    turned_[t].assign(from.begin(), from.end());
    if (tensor.kind != SequenceTensor::Kind::kMatrix) continue;
    for (std::size_t i = 0; i < tensor.rows; ++i) {
      for (std::size_t j = 0; j < tensor.columns; ++j)
        turned_[t][j * tensor.rows + i] = from[i * tensor.columns + j];
    }
  }
}

Numbers SequenceEncoder::read(std::span<const std::uint32_t> sequence, Numbers weights,
                              Scratch& scratch) const {
  CHECK(!sequence.empty());
  const auto latest = sequence.last(std::min(sequence.size(), shape_.longest));
  return shape_.cell == SequenceCell::kSasrec ? read_attentive(latest, weights, scratch)
                                              : read_recurrent(latest, weights, scratch);
}

Numbers SequenceEncoder::read_recurrent(std::span<const std::uint32_t> sequence, Numbers weights,
                                        Scratch& scratch) const {
  const std::size_t width = shape_.width;
  const std::size_t outputs = tensors_[1].rows;
  scratch.x.assign(shape_.layers * width, 0);  // the state of each layer
  scratch.cells.assign(shape_.layers * width, 0);
  scratch.y.resize(outputs);
  scratch.z.resize(outputs);
  for (const std::uint32_t item : sequence) {
    Numbers below = weights.subspan(item * width, width);
    for (std::size_t layer = 0; layer < shape_.layers; ++layer) {
      const std::size_t first = 1 + 4 * layer;
      const std::span<float> h = std::span(scratch.x).subspan(layer * width, width);
      linear(turned_[first], turned_[first + 2], below, scratch.y);
      linear(turned_[first + 1], turned_[first + 3], h, scratch.z);
      if (shape_.cell == SequenceCell::kGru) {
        gru_step(scratch.y, scratch.z, h);
      } else if (shape_.cell == SequenceCell::kLstm) {
        lstm_step(scratch.y, scratch.z, h, std::span(scratch.cells).subspan(layer * width, width));
      } else {
        for (std::size_t u = 0; u < width; ++u) h[u] = std::tanh(scratch.y[u] + scratch.z[u]);
      }
      below = h;
    }
  }
  return Numbers(scratch.x).last(width);
}

Numbers SequenceEncoder::read_attentive(std::span<const std::uint32_t> sequence, Numbers weights,
                                        Scratch& scratch) const {
  const std::size_t width = shape_.width;
  const std::size_t steps = sequence.size();
  auto& [x, y, z, keys, queries, cells, shares] = scratch;
  x.resize(steps * width);
  y.resize(width);
  z.resize(3 * width);
  keys.resize(steps * 2 * width);
  queries.resize(steps * width);
  shares.resize(steps);
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t i = 0; i < width; ++i)
      x[step * width + i] = weights[sequence[step] * width + i] + turned_[1][step * width + i];
  }
  std::size_t next = 2;
  for (std::size_t layer = 0; layer < shape_.layers; ++layer, next += 12) {
    const std::vector<float>* part = &turned_[next];
    for (std::size_t step = 0; step < steps; ++step) {
      norm(Numbers(x).subspan(step * width, width), part[0], part[1], y);
      linear(part[2], part[3], y, z);
      std::copy_n(z.begin(), width, &queries[step * width]);
      std::copy_n(&z[width], 2 * width, &keys[step * 2 * width]);
    }
    // Nothing reads the earlier steps of the last layer.
    for (std::size_t step = layer + 1 == shape_.layers ? steps - 1 : 0; step < steps; ++step) {
      const std::size_t size = width / shape_.heads;
      for (std::size_t first = 0; first < width; first += size)
        hear({first, size, width, step + 1}, &queries[step * width + first], keys, shares,
             &y[first]);
      const std::span<float> here = std::span(x).subspan(step * width, width);
      const auto add = [&](Numbers matrix, Numbers bias, Numbers of) {
        add_product(matrix, of, here);
        for (std::size_t i = 0; i < width; ++i) here[i] += bias[i];
      };
      add(part[4], part[5], y);
      norm(here, part[6], part[7], y);
      const std::span<float> inner = std::span(z).first(width);
      linear(part[8], part[9], y, inner);
      for (float& value : inner) value = std::max(value, 0.0F);
      add(part[10], part[11], inner);
    }
  }
  norm(Numbers(x).last(width), turned_[next], turned_[next + 1], y);
  return y;
}

}  // namespace perennial::models
