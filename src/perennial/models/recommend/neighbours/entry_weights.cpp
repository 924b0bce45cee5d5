#include "perennial/models/recommend/neighbours/entry_weights.h"

#include <cmath>
#include <numeric>

#include "perennial/base/error.h"

namespace perennial::models {

void validate(const WeightingOptions& options, std::string_view model) {
  if (!(options.k1 > 0) || !std::isfinite(options.k1)) {
    fail(ErrorKind::kInvalidArgument, "{}: k1 is {}, needs to be above 0", model, options.k1);
  }
  if (!(options.b >= 0 && options.b <= 1)) {
    fail(ErrorKind::kInvalidArgument, "{}: b is {}, needs to be from 0 to 1", model, options.b);
  }
}

EntryWeights::EntryWeights(SparseView rows, const WeightingOptions& options)
    : options_(options), idf_(rows.columns, 0.0), average_length_(0) {
  for (const std::uint32_t column : rows.ids) ++idf_[column];
  const auto n = static_cast<double>(rows.rows());
  for (double& idf : idf_) idf = std::log(n / (1 + idf));
  for (const float value : rows.values) average_length_ += static_cast<double>(value);
  average_length_ /= n;
}

void EntryWeights::weigh(std::span<const std::uint32_t> ids, std::span<const float> values,
                         Row& row) const {
  row.ids.clear();
  row.values.clear();
  const double length = std::accumulate(values.begin(), values.end(), 0.0);
  const double half = options_.k1 * (1 - options_.b + options_.b * length / average_length_);
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const auto value = static_cast<double>(values[k]);
    const double frequency = options_.weighting == Weighting::kTfIdf
                                 ? std::sqrt(value)
                                 : value * (options_.k1 + 1) / (half + value);
    const auto weight = static_cast<float>(frequency * idf_[ids[k]]);
    if (!(weight > 0)) continue;
    row.ids.push_back(ids[k]);
    row.values.push_back(weight);
  }
}

SparseRows EntryWeights::weigh(SparseView rows) const {
  SparseRows out;
  out.columns = rows.columns;
  out.begin = {0};
  Row row;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    weigh(rows.row_ids(r), rows.row_values(r), row);
    out.ids.insert(out.ids.end(), row.ids.begin(), row.ids.end());
    out.values.insert(out.values.end(), row.values.begin(), row.values.end());
    out.begin.push_back(out.ids.size());
  }
  return out;
}

}  // namespace perennial::models
