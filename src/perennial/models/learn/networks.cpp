#include "perennial/models/learn/networks.h"

#include <dlfcn.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <system_error>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

std::vector<std::filesystem::path> module_files() {
  constexpr const char* kFile = "libperennial_networks.so";
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!program.empty())
    files.push_back(
        (program.parent_path() / PERENNIAL_MODULE_FROM_PROGRAM / kFile).lexically_normal());
  for (const char* folder : {PERENNIAL_MODULE_BUILT, PERENNIAL_MODULE_INSTALLED}) {
    const std::filesystem::path file = std::filesystem::path(folder) / kFile;
    if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  }
  return files;
}

bool exists(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

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

bool networks_available() { return std::ranges::any_of(module_files(), exists); }

const Networks& load_networks(std::span<const std::filesystem::path> files) {
  const auto file = std::ranges::find_if(files, exists);
  if (file == files.end()) {
    std::vector<std::string> places;
    for (const auto& place : files) places.push_back(place.string());
    fail(ErrorKind::kUnsupported,
         "neural networks need the module libperennial_networks.so, and there is no {}; install "
         "libtorch-dev and build Perennial with PERENNIAL_TORCH=ON",
         fmt::join(places, ", no "));
  }
  // Never closed: what comes of it lives as long as the process.
  void* module = dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* reason = dlerror();
    fail(ErrorKind::kUnsupported,
         "the module for neural networks cannot be loaded: {}; install LibTorch (libtorch-dev)",
         reason == nullptr ? "no reason given" : reason);
  }
  const auto entry = reinterpret_cast<NetworksModule (*)()>(dlsym(module, kNetworksSymbol));
  const NetworksModule offered = entry == nullptr ? NetworksModule{0, nullptr} : entry();
  if (offered.version != Networks::kVersion)
    fail(
        ErrorKind::kUnsupported,
        "{} has version {} of the networks, this program needs {}; build and install both together",
        file->string(), offered.version, Networks::kVersion);
  return *offered.networks;
}

const Networks& networks() {
  // Code that is loaded is of the process by nature; a load that failed is tried again at the next call.
  static const Networks& loaded = load_networks(module_files());
  return loaded;
}

}  // namespace perennial::models
