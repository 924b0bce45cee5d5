// What the networks of the Window family share: which rows they learn from, the outputs and what becomes of them.
//
// Story    the network says the log-odds of coming back, the lognormal law (mu, sigma) of the spend of those who spend,
//          and lambda, the further purchases of those who come back (Poisson). The odds are calibrated to a probability p:
//              expected purchases = p (1 + lambda) and expected spend = p exp(mu + sigma^2 / 2),
//          lambda and the spend scaled so that their totals are those of what happened
// Honest   early stopping and calibration look at a fifth of the rows, which the weights were not learned from; the
//          scales look at all
// Bounds   sigma <= 2, the mean of a lognormal law and lambda at most the greatest seen: a heavy tail does not blow up
// Money    in units of the mean positive spend of the rows learned from, so that money x 100 gives money x 100
// Source   Wang, Liu & Miao (2019), "A Deep Probabilistic Model for Customer Lifetime Value Prediction"
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/learn/calibration.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/value/window/window.h"

namespace perennial::models {

struct NetworkOptions {
  int epochs = 30;  // at most; it stops early
  double learning_rate = 3e-3;
  std::size_t most_rows = 100'000;  // more are not learned from
};

// The rows to learn from: the first `training` for the weights, the others to stop and to calibrate. The share of
// customers who came back is the same in both.
struct NetworkSplit {
  std::vector<std::size_t> rows;
  std::size_t training = 0;
  double money_unit = 1;

  std::span<const std::size_t> training_rows() const { return std::span(rows).first(training); }
};
// kInvalidArgument for options; kBadInput and kNotEnoughData as validate() and require_enough().
NetworkSplit split_rows(const Window::Input& input, const NetworkOptions& options);

// exp(mu + sigma^2 / 2), sigma = softplus(raw_spread) within its bounds: the mean of a lognormal law.
double lognormal_mean(double mu, double raw_spread);

class WindowNetwork {
 public:
  // `rows` are those of `split`. kUnsupported without the module of networks; kNoConvergence
  static WindowNetwork fit(const Window::Input& input, const NetworkSplit& split,
                           const NetworkRows& rows, const NetworkShape& shape,
                           const NetworkOptions& options);

  // `encode` gives rows begin .. end - 1 as the network reads them; called from several threads.
  using Encode = std::function<NetworkRows(std::size_t begin, std::size_t end)>;
  Window::Output predict(const Window::Input& input, const Encode& encode) const;

  double money_unit() const { return money_unit_; }
  const NetworkShape& shape() const { return shape_; }

  void save(ByteWriter& writer) const;
  static WindowNetwork load(ByteReader& reader);

 private:
  WindowNetwork() = default;
  // Before calibration and scales; the spend in units of money.
  struct Answer {
    double active = 0, further = 0, spend = 0;
  };
  Answer answer(std::span<const float> outputs) const;
  void calibrate(const Window::Input& input, const NetworkSplit& split,
                 std::span<const float> outputs);

  NetworkShape shape_;
  std::vector<float> weights_;
  Calibration calibration_;
  double window_days_ = 0;
  double money_unit_ = 1;
  double most_further_ = 0,
         most_spend_ = 0;  // of the rows learned from; a most_spend_ of 0: no amounts were seen
  double further_scale_ = 1, spend_scale_ = 1;
};

}  // namespace perennial::models
