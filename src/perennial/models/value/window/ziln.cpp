#include "perennial/models/value/window/ziln.h"

#include <algorithm>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

// The features of a row, appended, money in its unit.
void add_features(const Window::Input& input, std::size_t row, double money_unit,
                  std::vector<float>& out) {
  const std::span<const float> values = input.row(row);
  for (std::size_t j = 0; j < values.size(); ++j)
    out.push_back(input.is_money[j] != 0 ? static_cast<float>(values[j] / money_unit) : values[j]);
}

void encode_row(const Window::Input& input, std::size_t row, double money_unit,
                const Standardiser& standardiser, NetworkRows& rows) {
  std::vector<float> values;
  add_features(input, row, money_unit, values);
  standardiser.apply(values, rows.features);
  ++rows.rows;
}

}  // namespace

Ziln Ziln::fit(const Window::Input& input, const Options& options) {
  const NetworkSplit split = split_rows(input, options);
  if (input.features.empty()) fail(ErrorKind::kBadInput, "{} needs features, there are none", kId);
  std::vector<float> values;
  for (const std::size_t row : split.training_rows())
    add_features(input, row, split.money_unit, values);
  Standardiser standardiser = Standardiser::fit(values, input.features.size(), input.is_money);
  NetworkRows rows;
  for (const std::size_t row : split.rows)
    encode_row(input, row, split.money_unit, standardiser, rows);
  const NetworkShape shape{
      .features = standardiser.width(), .dense = {64, 32}, .outputs = kPurchaseOutputs};
  WindowNetwork network = WindowNetwork::fit(input, split, rows, shape, options);
  return {
      {input.features.begin(), input.features.end()}, std::move(standardiser), std::move(network)};
}

Window::Output Ziln::predict(const Window::Input& input) const {
  validate(input, WindowUse::kPredict);
  if (!std::ranges::equal(input.features, features_))
    fail(ErrorKind::kBadInput, "{} features that are not those the network learned from",
         input.features.size());
  return network_.predict(input, [&](std::size_t begin, std::size_t end) {
    NetworkRows rows;
    for (std::size_t row = begin; row < end; ++row)
      encode_row(input, row, network_.money_unit(), standardiser_, rows);
    return rows;
  });
}

void Ziln::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(features_.size());
  for (const std::string& feature : features_) writer.text(feature);
  standardiser_.save(writer);
  network_.save(writer);
}

Ziln Ziln::load(ByteReader& reader) {
  std::vector<std::string> features;
  for (auto count = reader.scalar<std::uint64_t>(); count > 0; --count)
    features.push_back(reader.text());
  Standardiser standardiser = Standardiser::load(reader);
  WindowNetwork network = WindowNetwork::load(reader);
  if (standardiser.columns() != features.size() ||
      network.shape().features != standardiser.width() || network.shape().recurrent != 0)
    fail(ErrorKind::kCorrupt, "saved {}: {} features do not fit its network", kId, features.size());
  return {std::move(features), std::move(standardiser), std::move(network)};
}

}  // namespace perennial::models
