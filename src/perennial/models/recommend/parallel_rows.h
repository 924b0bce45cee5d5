// Compressed rows made by several threads, the same for any number of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/scratch_pool.h"
#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

// Rows under construction; a row's entries are appended.
struct RowPart {
  std::vector<std::uint32_t> ids;
  std::vector<float> values;
};

// A square matrix of n rows: fill(row, scratch, part) appends the entries of one row, with ids below n. Scratches come from
// make().
template <typename Scratch, typename Make, typename Fill>
SparseRows make_rows(std::size_t n, Threads threads, Make make, Fill fill) {
  constexpr std::size_t kRowsPerChunk = 16;
  std::vector<RowPart> parts((n + kRowsPerChunk - 1) / kRowsPerChunk);
  SparseRows out;
  out.columns = n;
  out.begin.assign(n + 1, 0);
  ScratchPool<Scratch> pool;
  parallel_chunks(n, kRowsPerChunk, threads, [&](std::size_t first, std::size_t last) {
    RowPart& part = parts[first / kRowsPerChunk];
    pool.lend(make, [&](Scratch& scratch) {
      for (std::size_t row = first; row < last; ++row) {
        const std::size_t before = part.ids.size();
        fill(static_cast<std::uint32_t>(row), scratch, part);
        out.begin[row + 1] = part.ids.size() - before;
      }
    });
  });
  std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
  out.ids.reserve(out.begin.back());
  out.values.reserve(out.begin.back());
  for (RowPart& part : parts) {
    out.ids.insert(out.ids.end(), part.ids.begin(), part.ids.end());
    out.values.insert(out.values.end(), part.values.begin(), part.values.end());
    part = {};
  }
  return out;
}

}  // namespace perennial::models
