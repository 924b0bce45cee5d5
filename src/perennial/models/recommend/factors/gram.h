// The Gram matrix of the items, a row at a time: for how many customers each item comes together with one item.
//
// Cost     a row: the sum, over the item's customers, of their items; memory 8 bytes x items a thread
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

class GramRow {
 public:
  // REQUIRES: items is the transpose of customers; both outlive this. Values do not matter: an entry is 1.
  GramRow(SparseView customers, SparseView items)
      : customers_(customers), items_(items), counts_(items.rows(), 0) {}

  // The items that come with this one and itself, ascending; valid until the next call.
  std::span<const std::uint32_t> count(std::uint32_t item) {
    for (const std::uint32_t other : others_) counts_[other] = 0;
    others_.clear();
    for (const std::uint32_t customer : items_.row_ids(item)) {
      for (const std::uint32_t other : customers_.row_ids(customer)) {
        if (counts_[other]++ == 0) others_.push_back(other);
      }
    }
    std::sort(others_.begin(), others_.end());
    return others_;
  }
  // Customers of both `other` and the item counted last.
  std::uint32_t of(std::uint32_t other) const { return counts_[other]; }

 private:
  SparseView customers_;
  SparseView items_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint32_t> others_;
};

}  // namespace perennial::models
