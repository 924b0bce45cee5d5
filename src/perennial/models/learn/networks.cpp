#include "perennial/models/learn/networks.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/learn/module.h"

namespace perennial::models {
namespace {

constexpr ModuleName kNetworksModule{
    "libperennial_networks.so", "neural networks",
    "install LibTorch (libtorch-dev) and build Perennial with PERENNIAL_TORCH=ON"};

// Uniform within `bound`, appended.
void add_uniform(std::vector<float>& weights, std::size_t count, double bound,
                 RandomStream& random) {
  for (std::size_t i = 0; i < count; ++i)
    weights.push_back(static_cast<float>((2 * random.uniform() - 1) * bound));
}

double inverse_root(std::size_t inputs) {
  return 1 / std::sqrt(static_cast<double>(std::max<std::size_t>(inputs, 1)));
}

}  // namespace

std::vector<float> initial_weights(const NetworkShape& shape, std::uint64_t seed) {
  RandomStream random(seed, 0);
  std::vector<float> weights;
  weights.reserve(weight_count(shape));
  const std::size_t units = shape.recurrent;
  if (units > 0) {
    add_uniform(weights, 4 * units * (shape.step_width + units), inverse_root(units), random);
    const std::size_t biases = weights.size();
    weights.resize(biases + 8 * units);
    std::fill_n(weights.begin() + static_cast<std::ptrdiff_t>(biases + units), units, 1.0F);
  }
  std::size_t inputs = units + shape.features;
  const auto add_layer = [&](std::size_t outputs) {
    add_uniform(weights, outputs * inputs, inverse_root(inputs), random);
    weights.resize(weights.size() + outputs);
    inputs = outputs;
  };
  for (const std::size_t layer : shape.dense) add_layer(layer);
  add_layer(shape.outputs);
  return weights;
}

bool networks_available() { return module_available(kNetworksModule.file); }

NetworksModule load_networks(std::span<const std::filesystem::path> files) {
  const LoadedModule module = load_module(kNetworksModule, kNetworksSymbol, files);
  const auto entry = reinterpret_cast<NetworksModule (*)()>(module.entry);
  const NetworksModule offered = entry == nullptr ? NetworksModule{} : entry();
  if (offered.version != NetworksModule::kVersion)
    fail(
        ErrorKind::kUnsupported,
        "{} has version {} of the networks, this program needs {}; build and install both together",
        module.file.string(), offered.version, NetworksModule::kVersion);
  return offered;
}

const NetworksModule& networks_module() {
  // Code that is loaded is of the process by nature; a load that failed is tried again at the next call.
  static const NetworksModule kLoaded = load_networks(module_files(kNetworksModule.file));
  return kLoaded;
}

const Networks& networks() { return *networks_module().networks; }

}  // namespace perennial::models
