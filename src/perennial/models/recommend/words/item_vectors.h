// Item vectors: what an item is like by its words or its picture, in as many numbers as the encoder has dimensions.
//
// Shapes   row i belongs to item i; `width` numbers a row
// Units    a row has unit length, so that a product of two rows is their cosine, or is all zero: nothing is known of
//          the item
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace perennial::models {

struct ItemVectors {
  std::size_t width = 0;
  std::vector<float> values;  // items x width

  std::size_t items() const { return width == 0 ? 0 : values.size() / width; }
  std::span<const float> row(std::size_t item) const {
    return std::span<const float>(values).subspan(item * width, width);
  }
  bool operator==(const ItemVectors&) const = default;
};

}  // namespace perennial::models
