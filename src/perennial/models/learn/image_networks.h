// Convolutional networks over pictures, trained and asked through LibTorch (networks.h tells how it is reached).
//
// Network  blocks of convolution 3 x 3 with stride 2, normalisation within the picture and ReLU, each halving the side; a
//          linear layer over what is left gives the picture's own direction, of unit length. Each category has a direction
//          too; the vector of a picture is the mean of the categories' directions by how much it looks like each (softmax
//          of cosines over a temperature), and 0.15 of its own, brought to unit length
// Weights  of each block: filters x channels x 3 x 3, then filters scales and filters offsets; embedding x seen_width and
//          embedding biases; categories x embedding
// Loss     cross-entropy of the category, and half of the contrastive loss InfoNCE for pairs of pictures that go together:
//          of all partners in the batch, each picture has to tell its own, by the cosine of vectors over the temperature
// Threads  on the processor one thread, the one that calls; with CUDA, on the device. The same again on the same machine
// Source   van den Oord, Li & Vinyals (2018), "Representation Learning with Contrastive Predictive Coding"; Wu & He (2018),
//          "Group Normalization"
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "perennial/base/progress.h"

namespace perennial::models {

struct ImageShape {
  std::size_t side = 64;  // of the square picture in pixels, red, green and blue each
  std::vector<std::size_t> filters;
  std::size_t embedding = 64;
  std::size_t categories = 0;

  std::size_t pixels() const { return side * side * 3; }
  bool operator==(const ImageShape&) const = default;
};
// What the convolutions leave of a picture: a quarter of its places after each block, and the last filters at each.
inline std::size_t seen_width(const ImageShape& shape) {
  const std::size_t side = shape.side >> shape.filters.size();
  return side * side * (shape.filters.empty() ? 3 : shape.filters.back());
}
inline std::size_t weight_count(const ImageShape& shape) {
  std::size_t channels = 3;
  std::size_t count = 0;
  for (const std::size_t filters : shape.filters) {
    count += filters * (9 * channels + 2);
    channels = filters;
  }
  return count + shape.embedding * (seen_width(shape) + 1) + shape.categories * shape.embedding;
}
// Normal with variance 2 / inputs for convolutions, 1 / inputs for the layers; scales 1, offsets and biases 0.
std::vector<float> initial_weights(const ImageShape& shape, std::uint64_t seed);

inline constexpr std::uint32_t kNoCategory = std::numeric_limits<std::uint32_t>::max();

struct ImageTargets {
  std::vector<std::uint32_t> category;  // of each picture, or kNoCategory
  // Picture i goes together with partner[begin[i]] .. partner[begin[i + 1] - 1], as often as their weights say.
  std::vector<std::size_t> begin;
  std::vector<std::uint32_t> partner;
  std::vector<float> weight;  // above 0
};

struct ImageTraining {
  std::size_t training_pictures = 0;  // the first ones; early stopping looks at the others
  std::size_t batch = 32;
  int epochs = 20;
  int patience = 5;             // epochs without a lower loss on the other pictures, then it stops
  double learning_rate = 3e-3;  // at the start; it falls to 0 over the epochs
  std::uint64_t seed = 1;
  Progress* progress = nullptr;  // one step an epoch; may stop it
};

class ImageNetworks {
 public:
  virtual ~ImageNetworks() = default;

  // The weights, from `start` on, with the lowest loss on the pictures after training_pictures; Adam. `pixels` is
  // pictures x side x side x 3. kNoConvergence when the loss is never finite. REQUIRES: shapes that match
  virtual std::vector<float> train_pictures(const ImageShape& shape, std::vector<float> start,
                                            std::span<const std::uint8_t> pixels,
                                            const ImageTargets& targets,
                                            const ImageTraining& training) const = 0;

  // pictures x embedding, rows of unit length (or zero). REQUIRES: shapes that match
  virtual std::vector<float> embeddings(const ImageShape& shape, std::span<const float> weights,
                                        std::span<const std::uint8_t> pixels) const = 0;
};

const ImageNetworks& image_networks();  // kUnsupported as networks()

}  // namespace perennial::models
