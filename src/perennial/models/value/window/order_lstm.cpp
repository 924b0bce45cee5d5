#include "perennial/models/value/window/order_lstm.h"

#include <algorithm>
#include <array>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::size_t kMostSteps = 32;
constexpr std::size_t kColumns = 3;  // of a step, and of the silence after the last one
constexpr std::array<std::uint8_t, kColumns> kLogarithmic{1, 1, 1};
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

// Days since the purchase before, days before the customer is seen, amount in units of money; appended, the last
// kMostSteps purchases.
void add_steps(const PurchaseSequences& sequences, std::size_t row, double money_unit,
               std::vector<float>& out) {
  const std::size_t first = sequences.begin[row];
  const std::size_t end = sequences.begin[row + 1];
  if (first == end) out.insert(out.end(), kColumns, kNone);
  for (std::size_t k = std::max(first, end - std::min(end, kMostSteps)); k < end; ++k) {
    out.push_back(k == first ? kNone : sequences.days_before[k - 1] - sequences.days_before[k]);
    out.push_back(sequences.days_before[k]);
    out.push_back(static_cast<float>(sequences.amount[k] / money_unit));
  }
}

// Days since the last purchase, days since the first, and how many there were.
void add_silence(const PurchaseSequences& sequences, std::size_t row, std::vector<float>& out) {
  const std::size_t first = sequences.begin[row];
  const std::size_t end = sequences.begin[row + 1];
  out.push_back(first == end ? kNone : sequences.days_before[end - 1]);
  out.push_back(first == end ? kNone : sequences.days_before[first]);
  out.push_back(static_cast<float>(end - first));
}

void encode_row(const PurchaseSequences& sequences, std::size_t row, double money_unit,
                const Standardiser& steps, const Standardiser& silence, NetworkRows& rows) {
  std::vector<float> values;
  add_steps(sequences, row, money_unit, values);
  for (std::size_t k = 0; k < values.size(); k += kColumns)
    steps.apply(std::span(values).subspan(k, kColumns), rows.steps);
  rows.begin.push_back(rows.begin.back() + values.size() / kColumns);
  values.clear();
  add_silence(sequences, row, values);
  silence.apply(values, rows.features);
  ++rows.rows;
}

void require_sequences(const Window::Input& input) {
  if (input.sequences.empty())
    fail(ErrorKind::kBadInput, "{} reads the sequences of purchases, there are none",
         OrderLstm::kId);
}

}  // namespace

OrderLstm OrderLstm::fit(const Window::Input& input, const Options& options) {
  const NetworkSplit split = split_rows(input, options);
  require_sequences(input);
  std::vector<float> step_values, silence_values;
  for (const std::size_t row : split.training_rows()) {
    add_steps(input.sequences, row, split.money_unit, step_values);
    add_silence(input.sequences, row, silence_values);
  }
  Standardiser steps = Standardiser::fit(step_values, kColumns, kLogarithmic);
  Standardiser silence = Standardiser::fit(silence_values, kColumns, kLogarithmic);
  NetworkRows rows;
  rows.begin = {0};
  for (const std::size_t row : split.rows)
    encode_row(input.sequences, row, split.money_unit, steps, silence, rows);
  const NetworkShape shape{.features = silence.width(),
                           .step_width = steps.width(),
                           .recurrent = 32,
                           .dense = {},
                           .outputs = kPurchaseOutputs};
  WindowNetwork network = WindowNetwork::fit(input, split, rows, shape, options);
  return {std::move(steps), std::move(silence), std::move(network)};
}

Window::Output OrderLstm::predict(const Window::Input& input) const {
  validate(input, WindowUse::kPredict);
  if (input.size() > 0) require_sequences(input);
  return network_.predict(input, [&](std::size_t begin, std::size_t end) {
    NetworkRows rows;
    rows.begin = {0};
    for (std::size_t row = begin; row < end; ++row)
      encode_row(input.sequences, row, network_.money_unit(), steps_, silence_, rows);
    return rows;
  });
}

void OrderLstm::save(ByteWriter& writer) const {
  steps_.save(writer);
  silence_.save(writer);
  network_.save(writer);
}

OrderLstm OrderLstm::load(ByteReader& reader) {
  Standardiser steps = Standardiser::load(reader);
  Standardiser silence = Standardiser::load(reader);
  WindowNetwork network = WindowNetwork::load(reader);
  const NetworkShape& shape = network.shape();
  if (steps.columns() != kColumns || silence.columns() != kColumns ||
      shape.step_width != steps.width() || shape.features != silence.width() ||
      shape.recurrent == 0)
    fail(ErrorKind::kCorrupt, "saved {}: its columns do not fit its network", kId);
  return {std::move(steps), std::move(silence), std::move(network)};
}

}  // namespace perennial::models
