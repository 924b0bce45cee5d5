#include "perennial/models/recommend/sparse_rows.h"

#include <algorithm>
#include <numeric>

#include "perennial/base/error.h"

namespace perennial::models {

bool SparseView::is_consistent() const {
  return !begin.empty() && begin.front() == 0 && begin.back() == ids.size() &&
         std::is_sorted(begin.begin(), begin.end()) &&
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

void save_rows(SparseView rows, ByteWriter& writer) {
  writer.scalar<std::uint64_t>(rows.columns);
  writer.array(rows.begin);
  writer.array(rows.ids);
  writer.array(rows.values);
}

SparseRows load_rows(std::string_view id, ByteReader& reader) {
  SparseRows rows;
  rows.columns = reader.scalar<std::uint64_t>();
  rows.begin = reader.array<std::uint64_t>();
  rows.ids = reader.array<std::uint32_t>();
  rows.values = reader.array<float>();
  if (!rows.view().is_consistent() || rows.values.size() != rows.ids.size()) {
    fail(ErrorKind::kCorrupt,
         "saved {}: the rows do not fit together; run `perennial run` to make it anew", id);
  }
  return rows;
}

}  // namespace perennial::models
