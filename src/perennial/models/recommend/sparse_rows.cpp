#include "perennial/models/recommend/sparse_rows.h"

#include <algorithm>
#include <numeric>

namespace perennial::models {

bool SparseView::is_consistent() const {
  return !begin.empty() && begin.front() == 0 && begin.back() == ids.size() &&
         std::is_sorted(begin.begin(), begin.end()) && ids.size() == values.size() &&
         std::all_of(ids.begin(), ids.end(), [&](std::uint32_t id) { return id < columns; });
}

SparseRows transpose(SparseView rows) {
  SparseRows out;
  out.columns = rows.rows();
  out.begin.assign(rows.columns + 1, 0);
  for (const std::uint32_t column : rows.ids) ++out.begin[column + 1];
  std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
  out.ids.resize(rows.ids.size());
  out.values.resize(rows.ids.size());
  std::vector<std::uint64_t> next(out.begin.begin(), out.begin.end() - 1);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::uint64_t k = rows.begin[row]; k < rows.begin[row + 1]; ++k) {
      const std::uint64_t slot = next[rows.ids[k]]++;
      out.ids[slot] = static_cast<std::uint32_t>(row);
      out.values[slot] = rows.values[k];
    }
  }
  return out;
}

}  // namespace perennial::models
