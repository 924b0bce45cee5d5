// ZILN: a network on journey features that says who will be back within the window and, for those who spend, the whole
// lognormal law of how much.
//
// Story    two layers of 64 and 32 units with ReLU; then the odds of coming back, mu and sigma of the log spend, and
//          the logarithm of the further purchases. The loss is the sum of their negative log-likelihoods, so one
//          network learns of the many who come back and of the few who spend much alike
// Needs    features; the sequences are not read
// Missing  NaN is the mean, and a mark beside it
// Bounds, Money, Honest: as in window_network.h
// Cost     one thread learns: see docs/models/value.ziln.md; predict in parallel
// Errors   kNotEnoughData below require_enough(); kUnsupported without the module of networks; kNoConvergence
// Source   Wang, Liu & Miao (2019), "A Deep Probabilistic Model for Customer Lifetime Value Prediction"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/models/learn/standardiser.h"
#include "perennial/models/model.h"
#include "perennial/models/value/window/window.h"
#include "perennial/models/value/window/window_network.h"

namespace perennial::models {

class Ziln {
 public:
  static constexpr std::string_view kId = "value.ziln/1";
  using Options = NetworkOptions;

  static Ziln fit(const Window::Input& input, const Options& options);
  Window::Output predict(const Window::Input& input) const;

  const std::vector<std::string>& features() const { return features_; }

  void save(ByteWriter& writer) const;
  static Ziln load(ByteReader& reader);

 private:
  Ziln(std::vector<std::string> features, Standardiser standardiser, WindowNetwork network)
      : features_(std::move(features)),
        standardiser_(std::move(standardiser)),
        network_(std::move(network)) {}

  std::vector<std::string> features_;
  Standardiser standardiser_;
  WindowNetwork network_;
};
static_assert(Model<Ziln, Window>);

}  // namespace perennial::models
