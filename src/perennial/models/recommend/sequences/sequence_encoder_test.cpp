#include "perennial/models/recommend/sequences/sequence_encoder.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/models/learn/networks.h"

namespace perennial::models {
namespace {

using Sequence = std::vector<std::uint32_t>;
using Vector = std::vector<double>;

constexpr SequenceCell kCells[] = {SequenceCell::kRnn, SequenceCell::kGru, SequenceCell::kLstm,
                                   SequenceCell::kSasrec};

// ---- the networks number by number, as their headers describe them

class SlowNetwork {
 public:
  SlowNetwork(const SequenceShape& shape, const std::vector<float>& weights)
      : shape_(shape), width_(shape.width), tensors_(tensors_of(shape)), weights_(weights) {}

  Vector read(Sequence sequence) const {
    if (sequence.size() > shape_.longest)
      sequence.erase(sequence.begin(), sequence.end() - static_cast<long>(shape_.longest));
    std::vector<Vector> steps;
    for (const std::uint32_t item : sequence) steps.push_back(row(0, item));
    if (shape_.cell == SequenceCell::kSasrec) return attend(steps);
    for (std::size_t layer = 0; layer < shape_.layers; ++layer) recur(steps, 1 + 4 * layer);
    return steps.back();
  }

 private:
  Vector row(std::size_t tensor, std::size_t r) const {
    const auto first =
        weights_.begin() + static_cast<long>(tensors_[tensor].begin + r * tensors_[tensor].columns);
    return {first, first + static_cast<long>(tensors_[tensor].columns)};
  }
  Vector all(std::size_t tensor) const {
    Vector values;
    for (std::size_t r = 0; r < tensors_[tensor].rows; ++r) values.push_back(row(tensor, r)[0]);
    return values;
  }
  static double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  }
  Vector linear(std::size_t matrix, std::size_t bias, const Vector& x) const {
    Vector y = all(bias);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += dot(row(matrix, i), x);
    return y;
  }
  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

  void recur(std::vector<Vector>& steps, std::size_t first) const {
    Vector h(width_), c(width_);
    for (Vector& x : steps) {
      const Vector a = linear(first, first + 2, x);
      const Vector b = linear(first + 1, first + 3, h);
      for (std::size_t u = 0; u < width_; ++u) {
        const auto both = [&](std::size_t gate) {
          return a[gate * width_ + u] + b[gate * width_ + u];
        };
        if (shape_.cell == SequenceCell::kRnn) {
          h[u] = std::tanh(both(0));
        } else if (shape_.cell == SequenceCell::kGru) {
          const double update = sigmoid(both(1));
          const double candidate =
              std::tanh(a[2 * width_ + u] + sigmoid(both(0)) * b[2 * width_ + u]);
          h[u] = (1 - update) * candidate + update * h[u];
        } else {
          c[u] = sigmoid(both(1)) * c[u] + sigmoid(both(0)) * std::tanh(both(2));
          h[u] = sigmoid(both(3)) * std::tanh(c[u]);
        }
      }
      x = h;
    }
  }

  Vector norm(std::size_t gain, const Vector& x) const {
    double mean = 0, square = 0;
    for (const double value : x) mean += value / static_cast<double>(width_);
    for (const double value : x)
      square += (value - mean) * (value - mean) / static_cast<double>(width_);
    Vector y = all(gain + 1);
    for (std::size_t i = 0; i < width_; ++i)
      y[i] += all(gain)[i] * (x[i] - mean) / std::sqrt(square + 1e-5);
    return y;
  }

  Vector attend(std::vector<Vector> x) const {
    for (std::size_t step = 0; step < x.size(); ++step)
      for (std::size_t i = 0; i < width_; ++i) x[step][i] += row(1, step)[i];
    const std::size_t size = width_ / shape_.heads;
    std::size_t at = 2;
    for (std::size_t layer = 0; layer < shape_.layers; ++layer, at += 12) {
      std::vector<Vector> three;
      for (const Vector& step : x) three.push_back(linear(at + 2, at + 3, norm(at, step)));
      for (std::size_t step = 0; step < x.size(); ++step) {
        Vector heard(width_);
        for (std::size_t first = 0; first < width_; first += size) {
          const auto part = [&](std::size_t of, std::size_t which) {
            const auto begin = three[of].begin() + static_cast<long>(which * width_ + first);
            return Vector(begin, begin + static_cast<long>(size));
          };
          double sum = 0;
          Vector shares;
          for (std::size_t past = 0; past <= step; ++past) {
            shares.push_back(
                std::exp(dot(part(step, 0), part(past, 1)) / std::sqrt(static_cast<double>(size))));
            sum += shares.back();
          }
          for (std::size_t past = 0; past <= step; ++past)
            for (std::size_t i = 0; i < size; ++i)
              heard[first + i] += shares[past] / sum * part(past, 2)[i];
        }
        add(x[step], linear(at + 4, at + 5, heard));
        Vector inner = linear(at + 8, at + 9, norm(at + 6, x[step]));
        for (double& value : inner) value = std::max(value, 0.0);
        add(x[step], linear(at + 10, at + 11, inner));
      }
    }
    return norm(at, x.back());
  }
  static void add(Vector& to, const Vector& what) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
  }

  SequenceShape shape_;
  std::size_t width_;
  std::vector<SequenceTensor> tensors_;
  std::vector<float> weights_;
};

struct Drawn {
  SequenceShape shape;
  std::vector<float> weights;
  SequenceRows rows;
};

// Weights large enough that every gate and every share of attention matters.
Drawn drawn(SequenceCell cell, std::uint64_t seed) {
  RandomStream random(seed, 1);
  Drawn drawn;
  const std::size_t heads = 1 + random.below(3);
  drawn.shape = {.cell = cell,
                 .items = 1 + random.below(20),
                 .width = heads * (1 + random.below(4)),
                 .layers = 1 + random.below(3),
                 .heads = heads,
                 .longest = 1 + random.below(8)};
  drawn.weights = initial_weights(drawn.shape, seed);
  for (float& weight : drawn.weights) weight += static_cast<float>(0.4 * random.normal());
  for (std::size_t row = 0; row < 5; ++row) {
    for (std::size_t length = 1 + random.below(10); length > 0; --length)
      drawn.rows.items.push_back(static_cast<std::uint32_t>(random.below(drawn.shape.items)));
    drawn.rows.begin.push_back(drawn.rows.items.size());
  }
  return drawn;
}

TEST(SequenceEncoder, SaysWhatTheSlowNetworkSays) {
  for (const SequenceCell cell : kCells) {
    EXPECT_TRUE(rc::check([cell](std::uint64_t seed) {
      const Drawn network = drawn(cell, seed);
      const SequenceEncoder encoder(network.shape, network.weights);
      const SlowNetwork slow(network.shape, network.weights);
      SequenceEncoder::Scratch scratch;
      for (std::size_t row = 0; row < network.rows.size(); ++row) {
        const auto sequence = network.rows.items_of(row);
        const auto said = encoder.read(sequence, network.weights, scratch);
        const Vector expected = slow.read(Sequence(sequence.begin(), sequence.end()));
        RC_ASSERT(said.size() == expected.size());
        for (std::size_t i = 0; i < said.size(); ++i)
          RC_ASSERT(std::abs(static_cast<double>(said[i]) - expected[i]) <
                    1e-4 * (1 + std::abs(expected[i])));
      }
    }));
  }
}

TEST(SequenceEncoder, SaysWhatTheModuleSays) {
  if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  for (const SequenceCell cell : kCells) {
    EXPECT_TRUE(rc::check([cell](std::uint64_t seed) {
      const Drawn network = drawn(cell, seed);
      const SequenceEncoder encoder(network.shape, network.weights);
      const auto states = sequence_networks().states(network.shape, network.weights, network.rows);
      SequenceEncoder::Scratch scratch;
      for (std::size_t row = 0; row < network.rows.size(); ++row) {
        const auto said = encoder.read(network.rows.items_of(row), network.weights, scratch);
        for (std::size_t i = 0; i < said.size(); ++i) {
          const float expected = states[row * network.shape.width + i];
          RC_ASSERT(std::abs(said[i] - expected) < 1e-4F * (1 + std::abs(expected)));
        }
      }
    }));
  }
}

TEST(SequenceShapes, HaveTensorsThatFollowEachOther) {
  for (const SequenceCell cell : kCells) {
    const SequenceShape shape{.cell = cell, .items = 7, .width = 6, .layers = 2, .heads = 2};
    std::size_t used = 0;
    for (const SequenceTensor& tensor : tensors_of(shape)) {
      EXPECT_EQ(tensor.begin, used);
      used += tensor.size();
    }
    EXPECT_EQ(weight_count(shape), used);
    EXPECT_EQ(initial_weights(shape, 3).size(), used);
    EXPECT_EQ(initial_weights(shape, 3), initial_weights(shape, 3));
  }
}

}  // namespace
}  // namespace perennial::models
