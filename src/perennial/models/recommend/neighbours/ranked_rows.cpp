#include "perennial/models/recommend/neighbours/ranked_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace perennial::models {
namespace {

std::vector<std::uint32_t> longest_first(SparseView rows) {
  std::vector<std::uint32_t> order(rows.rows());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return rows.row_size(a) > rows.row_size(b);
  });
  return order;
}

}  // namespace

template <typename Value>
RankedRows<Value>::RankedRows(const SimilarityIndex& index, Threads threads)
    : row_of(longest_first(index.weighted_rows())), rank_of(row_of.size()) {
  constexpr std::size_t kColumnsPerChunk = 1024;
  for (std::size_t rank = 0; rank < size(); ++rank) {
    rank_of[row_of[rank]] = static_cast<std::uint32_t>(rank);
  }
  const SparseView columns = index.weighted_columns();
  entries.resize(columns.ids.size());
  auto* const all = entries.data();
  parallel_chunks(
      columns.rows(), kColumnsPerChunk, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t c = first; c < last; ++c) {
          for (std::uint64_t k = columns.begin[c]; k < columns.begin[c + 1]; ++k) {
            const std::uint32_t row = columns.ids[k];
            entries[k] = {rank_of[row], static_cast<Value>(index.value(row, columns.values[k]))};
          }
          std::sort(all + columns.begin[c], all + columns.begin[c + 1],
                    [](const auto& a, const auto& b) { return a.rank < b.rank; });
        }
      });
  products.assign(size() + 1, 0);
  for (std::size_t c = 0; c < columns.rows(); ++c) {
    for (std::uint64_t k = columns.begin[c]; k < columns.begin[c + 1]; ++k) {
      products[entries[k].rank + 1] += k - columns.begin[c];
    }
  }
  std::partial_sum(products.begin(), products.end(), products.begin());
}

template struct RankedRows<float>;
template struct RankedRows<double>;

bool sums_fit_float(const SimilarityIndex& index) {
  constexpr double kMost = 1U << 24U;
  const SparseView rows = index.weighted_rows();
  for (std::uint32_t row = 0; row < rows.rows(); ++row) {
    double squares = 0;
    for (const float entry : rows.row_values(row)) {
      const double value = index.value(row, entry);
      if (value != std::floor(value)) return false;
      squares += value * value;
    }
    if (squares > kMost) return false;
  }
  return true;
}

}  // namespace perennial::models
