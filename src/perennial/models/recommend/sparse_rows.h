// Compressed sparse rows: for every row the ids of its non-empty columns, ascending, and their values.
//
// Shapes   begin has rows + 1 entries; row r is ids[begin[r] .. begin[r + 1]) and the same range of values
// Units    ids are 32-bit, so at most 2^32 - 1 rows and columns; offsets are 64-bit
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"

namespace perennial::models {

// Somebody else's rows; valid as long as their owner.
struct SparseView {
  std::span<const std::uint64_t> begin;
  std::span<const std::uint32_t> ids;
  std::span<const float> values;
  std::size_t columns = 0;

  std::size_t rows() const { return begin.empty() ? 0 : begin.size() - 1; }
  std::size_t row_size(std::size_t row) const { return begin[row + 1] - begin[row]; }
  std::span<const std::uint32_t> row_ids(std::size_t row) const {
    return ids.subspan(begin[row], row_size(row));
  }
  std::span<const float> row_values(std::size_t row) const {
    return values.subspan(begin[row], row_size(row));
  }
  // Offsets ascend from 0 to the number of ids, and every id names a column.
  bool is_consistent() const;
};

struct SparseRows {
  std::vector<std::uint64_t> begin;
  std::vector<std::uint32_t> ids;
  std::vector<float> values;
  std::size_t columns = 0;

  SparseView view() const { return {begin, ids, values, columns}; }
  bool operator==(const SparseRows&) const = default;
};

// Rows become columns. O(entries), two passes.
SparseRows transpose(SparseView rows);

void save_rows(SparseView rows, ByteWriter& writer);
// kCorrupt in the name of `id` when the rows do not fit together.
SparseRows load_rows(std::string_view id, ByteReader& reader);

}  // namespace perennial::models
