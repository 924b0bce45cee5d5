// What a shop says of its items in words.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace perennial::models {

// One text per item in each field, "" when there is none; a field that the shop does not have is empty altogether.
struct ItemTexts {
  std::span<const std::string> titles = {};
  std::span<const std::string> descriptions = {};
  std::span<const std::string> categories = {};
  std::span<const std::string> attributes = {};  // brand, colour, material...

  std::size_t items() const {
    return std::max({titles.size(), descriptions.size(), categories.size(), attributes.size()});
  }
};

// What one occurrence counts; 0 leaves the field out.
struct FieldWeights {
  double titles = 3;
  double descriptions = 1;
  double categories = 2;
  double attributes = 2;
};

// Both as arrays, fields in the same order.
inline constexpr std::size_t kTextFields = 4;
inline std::array<std::span<const std::string>, kTextFields> fields_of(const ItemTexts& texts) {
  return {texts.titles, texts.descriptions, texts.categories, texts.attributes};
}
inline std::array<double, kTextFields> weights_of(const FieldWeights& fields) {
  return {fields.titles, fields.descriptions, fields.categories, fields.attributes};
}

}  // namespace perennial::models
