// An LSTM over the purchases of a customer, one step each: it sees their rhythm, where features see only its average.
//
// Story    a step is the days since the purchase before, the days until the customer is seen, and the amount; the state
//          after the last one (32 units) stands beside the silence since, the tenure and the number of purchases. Then
//          the odds of coming back, mu and sigma of the log spend, and the logarithm of the further purchases
// Needs    the sequences, of which the last 32 purchases are read; the features are not
// Missing  a first purchase has no days since the one before: the mean, and a mark beside it. A customer without
//          purchases is a step without anything
// Bounds, Money, Honest: as in window_network.h
// Cost     one thread learns: see docs/models/value.order_lstm.md; predict in parallel
// Errors   kBadInput without sequences; kNotEnoughData below require_enough(); kUnsupported without the module of
//          networks; kNoConvergence
// Source   Hochreiter & Schmidhuber (1997), "Long Short-Term Memory"; outputs and loss: Wang, Liu & Miao (2019)
#pragma once

#include <string_view>

#include "perennial/models/learn/standardiser.h"
#include "perennial/models/model.h"
#include "perennial/models/value/window/window.h"
#include "perennial/models/value/window/window_network.h"

namespace perennial::models {

class OrderLstm {
 public:
  static constexpr std::string_view kId = "value.order_lstm/1";
  using Options = NetworkOptions;

  static OrderLstm fit(const Window::Input& input, const Options& options);
  Window::Output predict(const Window::Input& input) const;

  void save(ByteWriter& writer) const;
  static OrderLstm load(ByteReader& reader);

 private:
  OrderLstm(Standardiser steps, Standardiser silence, WindowNetwork network)
      : steps_(std::move(steps)), silence_(std::move(silence)), network_(std::move(network)) {}

  Standardiser steps_, silence_;
  WindowNetwork network_;
};
static_assert(Model<OrderLstm, Window>);

}  // namespace perennial::models
