#include "perennial/models/learn/sequence_networks.h"

#include <cmath>

#include "perennial/base/random.h"
#include "perennial/models/learn/networks.h"

namespace perennial::models {

std::vector<float> initial_weights(const SequenceShape& shape, std::uint64_t seed) {
  RandomStream random(seed, 0);
  std::vector<float> weights;
  weights.reserve(weight_count(shape));
  const double bound = 1 / std::sqrt(static_cast<double>(shape.width));
  for (const SequenceTensor& tensor : tensors_of(shape)) {
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      double value = tensor.kind == SequenceTensor::Kind::kGain ? 1 : 0;
      if (tensor.kind == SequenceTensor::Kind::kVectors) value = 0.02 * random.normal();
      if (tensor.kind == SequenceTensor::Kind::kMatrix) value = (2 * random.uniform() - 1) * bound;
      weights.push_back(static_cast<float>(value));
    }
  }
  return weights;
}

const SequenceNetworks& sequence_networks() { return *networks_module().sequence_networks; }

}  // namespace perennial::models
