// Neural networks, trained and asked through LibTorch, which is loaded with the first one that is needed.
//
// Story    LibTorch brings 288 shared libraries: half a second at every start of a program that links it. So all code
//          that includes it is a module (models/networks), and this is what the program sees of it: plain arrays
// Network  an LSTM over the steps of a row if it has any (its state after the last step), beside that the features of
//          the row; then layers of ReLU; then the outputs. The weights are one array, which the caller keeps
// Weights  LSTM: input (4 units x step_width), state (4 units x units), two biases (4 units each), gates in the order
//          input, forget, cell, output; then of each layer, the outputs last: units x inputs, then units biases
// Module   libperennial_networks.so, looked for where module.h says
// Threads  a call computes in the thread that makes it, and several threads may call at once
// Errors   kUnsupported when the module is not there, cannot be loaded or is of another version
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace perennial::models {

struct NetworkShape {
  std::size_t features = 0;        // numbers of a row
  std::size_t step_width = 0;      // numbers of a step
  std::size_t recurrent = 0;       // units of the LSTM; 0: there is none
  std::vector<std::size_t> dense;  // units of the layers between
  std::size_t outputs = 1;

  bool operator==(const NetworkShape&) const = default;
};
inline std::size_t weight_count(const NetworkShape& shape) {
  std::size_t inputs = shape.recurrent + shape.features;
  std::size_t count =
      shape.recurrent == 0 ? 0 : 4 * shape.recurrent * (shape.step_width + shape.recurrent + 2);
  for (const std::size_t units : shape.dense) {
    count += units * (inputs + 1);
    inputs = units;
  }
  return count + shape.outputs * (inputs + 1);
}
// Uniform within 1 / sqrt(inputs of the layer) as is usual, 0 for the biases, 1 for those of the forget gates.
std::vector<float> initial_weights(const NetworkShape& shape, std::uint64_t seed);

struct NetworkRows {
  std::size_t rows = 0;
  std::vector<float> features;  // rows x features
  std::vector<std::size_t>
      begin;  // row i has the steps begin[i] .. begin[i + 1] - 1, at least one; empty without LSTM
  std::vector<float> steps;  // steps x step_width
};

// What a network says of a stretch of time, in the order of its outputs: the log-odds of coming back; mean and spread
// of the logarithm of the spend of those who spend; the logarithm of the further purchases of those who come back.
enum PurchaseOutput : std::size_t { kActiveLogit, kLogSpend, kRawSpread, kLogFurther };
inline constexpr std::size_t kPurchaseOutputs = 4;

// The standard deviation of the log spend is softplus(raw) within these: the lower one is the square root of the float
// epsilon; the upper one keeps exp(mu + sigma^2 / 2) below 7.4 times the median, however heavy the tail.
inline constexpr double kLeastSpread = 3.4526698300124393e-4;
inline constexpr double kMostSpread = 2;

struct PurchaseTargets {
  std::vector<float> active;   // 0 or 1
  std::vector<float> further;  // purchases after the first; not read when inactive
  std::vector<float> spend;    // not read unless above 0
};

struct NetworkTraining {
  std::size_t training_rows = 0;  // the first ones; early stopping looks at the others
  std::size_t batch = 64;
  int epochs = 30;
  int patience = 5;  // epochs without a lower loss on the other rows, then it stops
  double learning_rate = 1e-3;
  std::uint64_t seed = 1;
};

class Networks {
 public:
  virtual ~Networks() = default;

  // The weights, from `start` on, with the lowest loss on the rows after training_rows; Adam. The loss of a row is the
  // cross-entropy of `active`, the lognormal loss of `spend` and the Poisson loss of `further` together.
  // kNoConvergence when it is never finite. REQUIRES: outputs == kPurchaseOutputs, shapes that match
  virtual std::vector<float> train_purchases(const NetworkShape& shape, std::vector<float> start,
                                             const NetworkRows& rows,
                                             const PurchaseTargets& targets,
                                             const NetworkTraining& training) const = 0;

  // rows x outputs. REQUIRES: shapes that match
  virtual std::vector<float> outputs(const NetworkShape& shape, std::span<const float> weights,
                                     const NetworkRows& rows) const = 0;

  // By row, the zero-inflated lognormal loss: cross-entropy of `active` plus the lognormal loss where spend is above 0.
  // `outputs` is rows x kPurchaseOutputs.
  virtual std::vector<float> zero_inflated_lognormal_loss(std::span<const float> outputs,
                                                          const PurchaseTargets& targets) const = 0;
};

class ImageNetworks;     // image_networks.h
class SequenceNetworks;  // sequence_networks.h

// What the module holds. A new kind of network or of loss is a new function or class, and a new version.
struct NetworksModule {
  static constexpr std::uint32_t kVersion = 4;
  std::uint32_t version = 0;
  const Networks* networks = nullptr;
  const ImageNetworks* image_networks = nullptr;
  const SequenceNetworks* sequence_networks = nullptr;
};
inline constexpr const char* kNetworksSymbol = "perennial_networks";  // NetworksModule (*)()

bool networks_available();                // the module is there; nothing is loaded
const NetworksModule& networks_module();  // loaded once a process
const Networks& networks();
// From the first of the files that exists.
NetworksModule load_networks(std::span<const std::filesystem::path> files);

}  // namespace perennial::models
