#include "perennial/models/learn/image_networks.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/random.h"
#include "perennial/models/learn/networks.h"

namespace perennial::models {

std::vector<float> initial_weights(const ImageShape& shape, std::uint64_t seed) {
  RandomStream random(seed, 0);
  std::vector<float> weights;
  weights.reserve(weight_count(shape));
  const auto add_normal = [&](std::size_t count, double variance) {
    for (std::size_t i = 0; i < count; ++i)
      weights.push_back(static_cast<float>(std::sqrt(variance) * random.normal()));
  };
  std::size_t channels = 3;
  for (const std::size_t filters : shape.filters) {
    const std::size_t inputs = 9 * channels;
    add_normal(filters * inputs, 2 / static_cast<double>(inputs));
    weights.insert(weights.end(), filters, 1.0F);
    weights.insert(weights.end(), filters, 0.0F);
    channels = filters;
  }
  const std::size_t seen = seen_width(shape);
  add_normal(shape.embedding * seen, 1 / static_cast<double>(seen));
  weights.insert(weights.end(), shape.embedding, 0.0F);
  add_normal(shape.categories * shape.embedding, 1 / static_cast<double>(shape.embedding));
  return weights;
}

const ImageNetworks& image_networks() { return *networks_module().image_networks; }

}  // namespace perennial::models
