// What a product of each category looks like, in a few plain parts.
//
// Units    a square from -1 to 1, x to the right, y down; the parts later in the list lie above the earlier ones
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace perennial::simulate {

enum class PartShape : std::uint8_t {
  kNone,
  kBox,      // centre x, y; half sides w, h; corners of radius r
  kEllipse,  // centre x, y; half axes w, h
  kTaper,    // centre x, y; half sides w, h; at the bottom r times as wide as at the top
  kRing,     // the edge of an ellipse, half as thick as r inwards and outwards
  kBar,      // from x, y to w, h, with round ends of radius r
};
// Main: in the product's colour with its pattern; trim: in its second colour; plain: dark; label: light.
enum class PartPaint : std::uint8_t { kMain, kTrim, kPlain, kLabel };

struct Part {
  PartShape shape = PartShape::kNone;
  PartPaint paint = PartPaint::kMain;
  float x = 0, y = 0, w = 0, h = 0, r = 0;
};
using Outline = std::array<Part, 6>;  // the first kNone ends it

// REQUIRES: a category of category_words().
const Outline& outline_of(std::size_t category);

// Whether the point is in the part, at least `inset` from its edge.
bool is_inside(const Part& part, float x, float y, float inset);

}  // namespace perennial::simulate
