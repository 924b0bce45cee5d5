#include "perennial/simulate/item_outline.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

constexpr auto kMain = PartPaint::kMain;
constexpr auto kTrim = PartPaint::kTrim;
constexpr auto kPlain = PartPaint::kPlain;
constexpr auto kLabel = PartPaint::kLabel;

constexpr Part box(PartPaint paint, float x, float y, float w, float h, float r = 0.05F) {
  return {PartShape::kBox, paint, x, y, w, h, r};
}
constexpr Part ellipse(PartPaint paint, float x, float y, float w, float h) {
  return {PartShape::kEllipse, paint, x, y, w, h, 0};
}
constexpr Part taper(PartPaint paint, float x, float y, float w, float h, float r) {
  return {PartShape::kTaper, paint, x, y, w, h, r};
}
constexpr Part ring(PartPaint paint, float x, float y, float w, float h, float r) {
  return {PartShape::kRing, paint, x, y, w, h, r};
}
constexpr Part bar(PartPaint paint, float x, float y, float to_x, float to_y, float r) {
  return {PartShape::kBar, paint, x, y, to_x, to_y, r};
}

// In the order of category_words().
// clang-format off
constexpr std::array<Outline, 48> kOutlines = {{
    /* Mugs */ {{ring(kTrim, .5F, .0F, .35F, .4F, .14F), box(kMain, -.1F, 0, .5F, .65F, .1F)}},
    /* Candles */ {{ellipse(kTrim, 0, -.62F, .1F, .2F), bar(kPlain, 0, -.5F, 0, -.3F, .03F), box(kMain, 0, .25F, .42F, .55F, .04F)}},
    /* Lamps */ {{bar(kPlain, 0, -.1F, 0, .75F, .06F), ellipse(kPlain, 0, .75F, .4F, .1F), taper(kMain, 0, -.4F, .3F, .4F, 2.2F)}},
    /* Storage */ {{box(kMain, 0, .2F, .75F, .5F, .03F), box(kTrim, 0, -.35F, .82F, .15F, .03F), box(kLabel, 0, .2F, .2F, .12F)}},
    /* Bedding */ {{box(kMain, 0, .1F, .85F, .5F, .3F), box(kTrim, 0, .1F, .85F, .07F, .02F)}},
    /* Frames */ {{box(kTrim, 0, 0, .7F, .85F, .02F), box(kLabel, 0, 0, .55F, .7F, 0), box(kMain, 0, 0, .4F, .52F, 0)}},
    /* Knives */ {{taper(kMain, -.12F, -.3F, .22F, .6F, .7F), box(kTrim, 0, .3F, .2F, .07F, .02F), box(kPlain, 0, .6F, .1F, .32F, .08F)}},
    /* Pans */ {{bar(kPlain, .3F, -.3F, .85F, -.85F, .09F), ellipse(kTrim, -.15F, .15F, .68F, .68F), ellipse(kMain, -.15F, .15F, .54F, .54F)}},
    /* Bakeware */ {{taper(kMain, 0, .2F, .8F, .4F, .75F), box(kTrim, 0, -.25F, .9F, .08F, .06F)}},
    /* Glasses */ {{taper(kMain, 0, -.4F, .42F, .45F, .5F), bar(kTrim, 0, 0, 0, .75F, .05F), ellipse(kTrim, 0, .78F, .36F, .08F)}},
    /* Teapots */ {{bar(kTrim, .4F, .1F, .88F, -.25F, .1F), ring(kTrim, -.6F, .1F, .28F, .3F, .12F), ellipse(kMain, 0, .15F, .6F, .5F), box(kTrim, 0, -.38F, .25F, .08F), ellipse(kPlain, 0, -.55F, .1F, .1F)}},
    /* Utensils */ {{bar(kPlain, -.5F, -.1F, -.5F, .85F, .07F), box(kMain, -.5F, -.5F, .22F, .38F, .08F), bar(kPlain, .4F, .1F, .4F, .85F, .07F), ring(kTrim, .4F, -.4F, .25F, .45F, .1F), bar(kTrim, .4F, -.85F, .4F, .1F, .04F)}},
    /* Seeds */ {{box(kMain, 0, 0, .55F, .8F, .02F), box(kTrim, 0, -.68F, .55F, .12F, .02F), ellipse(kLabel, 0, .1F, .3F, .3F), bar(kPlain, 0, .3F, 0, 0, .04F)}},
    /* Pots */ {{taper(kMain, 0, .3F, .6F, .5F, .7F), box(kTrim, 0, -.28F, .7F, .12F, .03F), ellipse(kPlain, -.2F, -.62F, .14F, .28F), ellipse(kPlain, .2F, -.62F, .14F, .28F)}},
    /* Tools */ {{ellipse(kMain, -.0F, -.45F, .3F, .48F), bar(kTrim, 0, 0, 0, .3F, .06F), box(kPlain, 0, .6F, .13F, .33F, .1F)}},
    /* Plant Food */ {{box(kTrim, 0, -.7F, .16F, .15F, .03F), taper(kMain, 0, .15F, .38F, .72F, 1.5F), box(kLabel, 0, .3F, .3F, .2F)}},
    /* Garden Lights */ {{bar(kPlain, 0, .1F, 0, .9F, .05F), taper(kTrim, 0, -.62F, .25F, .16F, 2.2F), box(kMain, 0, -.15F, .38F, .35F, .05F)}},
    /* Bird Care */ {{taper(kTrim, 0, -.52F, .05F, .3F, 14), box(kMain, 0, .2F, .45F, .48F, .02F), ellipse(kPlain, 0, .1F, .15F, .15F), bar(kPlain, 0, .45F, 0, .55F, .05F)}},
    /* Skin Care */ {{box(kMain, 0, .3F, .62F, .4F, .12F), box(kTrim, 0, -.28F, .66F, .2F, .06F), box(kLabel, 0, .3F, .35F, .14F)}},
    /* Hair Care */ {{box(kTrim, 0, -.7F, .2F, .2F, .04F), box(kMain, 0, .2F, .4F, .7F, .14F), box(kLabel, 0, .25F, .28F, .3F)}},
    /* Make-up */ {{box(kTrim, -.3F, .3F, .24F, .5F, .04F), taper(kMain, -.3F, -.45F, .12F, .28F, 1.3F), box(kMain, .4F, .1F, .14F, .7F, .1F), box(kPlain, .4F, -.45F, .15F, .25F, .04F)}},
    /* Fragrance */ {{box(kTrim, 0, -.65F, .2F, .22F, .05F), box(kPlain, 0, -.38F, .12F, .08F, 0), box(kMain, 0, .25F, .6F, .55F, .08F)}},
    /* Bath */ {{box(kMain, 0, .35F, .75F, .35F, .25F), ellipse(kTrim, -.3F, -.25F, .22F, .22F), ellipse(kTrim, .1F, -.5F, .16F, .16F), ellipse(kTrim, .4F, -.2F, .13F, .13F)}},
    /* Shaving */ {{box(kTrim, 0, -.6F, .6F, .2F, .05F), box(kPlain, 0, -.6F, .5F, .05F, 0), bar(kMain, 0, -.3F, 0, .8F, .14F)}},
    /* Coffee */ {{box(kMain, 0, .1F, .5F, .75F, .03F), taper(kTrim, 0, -.78F, .3F, .14F, 1.6F), ellipse(kPlain, 0, .2F, .2F, .28F), bar(kLabel, .06F, 0, -.06F, .4F, .03F)}},
    /* Tea */ {{box(kTrim, .35F, -.55F, .2F, .2F, .02F), bar(kPlain, 0, .0F, .3F, -.5F, .02F), taper(kMain, 0, .35F, .35F, .45F, 1.5F)}},
    /* Chocolate */ {{box(kPlain, 0, -.4F, .5F, .48F, .02F), box(kMain, 0, .3F, .55F, .55F, .02F), box(kTrim, 0, .3F, .55F, .12F, 0)}},
    /* Spices */ {{box(kTrim, 0, -.6F, .34F, .2F, .06F), box(kMain, 0, .2F, .36F, .62F, .1F), ellipse(kLabel, 0, .2F, .24F, .24F)}},
    /* Nuts */ {{taper(kMain, 0, .35F, .85F, .35F, .5F), ellipse(kTrim, -.4F, -.12F, .22F, .16F), ellipse(kTrim, .05F, -.22F, .22F, .16F), ellipse(kTrim, .45F, -.1F, .22F, .16F)}},
    /* Pet Food */ {{ellipse(kTrim, 0, -.55F, .62F, .16F), box(kMain, 0, .1F, .62F, .6F, .05F), ellipse(kLabel, 0, .2F, .18F, .14F), ellipse(kLabel, -.2F, -.05F, .08F, .09F), ellipse(kLabel, .2F, -.05F, .08F, .09F), ellipse(kLabel, 0, -.13F, .08F, .09F)}},
    /* Nappies */ {{taper(kMain, 0, .05F, .85F, .5F, .35F), box(kTrim, 0, -.45F, .88F, .12F, .05F)}},
    /* Toys */ {{ellipse(kTrim, -.35F, -.65F, .2F, .2F), ellipse(kTrim, .35F, -.65F, .2F, .2F), ellipse(kMain, 0, .5F, .5F, .42F), ellipse(kMain, 0, -.35F, .45F, .4F), ellipse(kPlain, -.15F, -.4F, .06F, .06F), ellipse(kPlain, .15F, -.4F, .06F, .06F)}},
    /* Puzzles */ {{box(kMain, -.05F, .1F, .6F, .6F, .03F), ellipse(kMain, -.05F, -.6F, .2F, .2F), ellipse(kMain, .65F, .1F, .2F, .2F), ellipse(kTrim, -.05F, .62F, .18F, .18F)}},
    /* Children's Books */ {{box(kTrim, .05F, .06F, .62F, .8F, .02F), box(kLabel, .02F, .02F, .6F, .78F, 0), box(kMain, -.05F, -.04F, .6F, .78F, .02F), ellipse(kLabel, -.05F, -.2F, .28F, .22F)}},
    /* Baby Clothes */ {{bar(kMain, -.4F, -.45F, -.72F, -.1F, .17F), bar(kMain, .4F, -.45F, .72F, -.1F, .17F), taper(kMain, 0, 0, .42F, .62F, .8F), bar(kMain, -.22F, .55F, -.25F, .75F, .18F), bar(kMain, .22F, .55F, .25F, .75F, .18F), ellipse(kTrim, 0, -.6F, .2F, .12F)}},
    /* School */ {{ring(kPlain, 0, -.5F, .25F, .25F, .1F), box(kMain, 0, .2F, .78F, .58F, .12F), box(kTrim, 0, .12F, .78F, .08F, 0), box(kLabel, 0, .12F, .1F, .13F)}},
    /* T-shirts */ {{bar(kMain, -.45F, -.5F, -.78F, -.2F, .2F), bar(kMain, .45F, -.5F, .78F, -.2F, .2F), box(kMain, 0, .1F, .5F, .75F, .04F), ellipse(kTrim, 0, -.65F, .22F, .12F)}},
    /* Knitwear */ {{bar(kMain, -.42F, -.45F, -.78F, .5F, .17F), bar(kMain, .42F, -.45F, .78F, .5F, .17F), box(kMain, 0, .05F, .48F, .7F, .06F), box(kTrim, 0, .72F, .48F, .1F, .03F), box(kTrim, 0, -.65F, .22F, .1F, .05F)}},
    /* Socks */ {{bar(kMain, -.2F, -.5F, -.2F, .45F, .26F), bar(kMain, -.2F, .5F, .5F, .58F, .26F), box(kTrim, -.2F, -.72F, .28F, .14F, .04F), ellipse(kTrim, .56F, .58F, .2F, .2F)}},
    /* Bags */ {{ring(kPlain, 0, -.35F, .35F, .5F, .1F), taper(kMain, 0, .3F, .55F, .55F, 1.3F), box(kTrim, 0, -.22F, .55F, .06F, 0)}},
    /* Jewellery */ {{ring(kTrim, 0, -.2F, .6F, .65F, .08F), ellipse(kMain, 0, .6F, .24F, .28F)}},
    /* Scarves */ {{bar(kMain, .15F, .0F, .4F, .8F, .2F), bar(kMain, -.2F, .0F, -.35F, .7F, .2F), ring(kMain, 0, -.35F, .5F, .3F, .34F), bar(kTrim, .38F, .72F, .4F, .8F, .2F), bar(kTrim, -.33F, .65F, -.35F, .7F, .2F)}},
    /* Notebooks */ {{box(kMain, .05F, 0, .58F, .82F, .06F), box(kTrim, -.42F, 0, .12F, .82F, .02F), box(kLabel, .15F, -.3F, .3F, .15F)}},
    /* Pens */ {{bar(kMain, -.45F, .45F, .5F, -.5F, .13F), bar(kTrim, .42F, -.42F, .66F, -.66F, .14F), bar(kPlain, -.5F, .5F, -.68F, .68F, .05F)}},
    /* Cards */ {{box(kTrim, .08F, .08F, .78F, .52F, .01F), box(kLabel, -.02F, -.02F, .78F, .52F, .01F), box(kMain, -.02F, -.02F, .62F, .38F, .01F)}},
    /* Gift Wrap */ {{box(kMain, 0, .25F, .68F, .55F, .01F), box(kTrim, 0, .25F, .1F, .55F, 0), box(kTrim, 0, .2F, .68F, .09F, 0), ring(kTrim, -.25F, -.48F, .26F, .18F, .12F), ring(kTrim, .25F, -.48F, .26F, .18F, .12F)}},
    /* Craft */ {{ellipse(kMain, 0, .0F, .65F, .65F), bar(kTrim, -.5F, -.3F, .4F, .5F, .05F), bar(kTrim, -.55F, .0F, .2F, .6F, .05F), bar(kTrim, -.2F, -.58F, .58F, .2F, .05F), bar(kPlain, .5F, .5F, .85F, .75F, .04F)}},
    /* Ink */ {{box(kPlain, 0, -.6F, .25F, .18F, .04F), taper(kMain, 0, .2F, .45F, .55F, 1.6F), box(kTrim, 0, -.38F, .2F, .07F, 0), box(kLabel, 0, .3F, .35F, .18F)}},
}};
// clang-format on

}  // namespace

const Outline& outline_of(std::size_t category) {
  CHECK(category < kOutlines.size());
  return kOutlines[category];
}

bool is_inside(const Part& part, float x, float y, float inset) {
  const float dx = x - part.x;
  const float dy = y - part.y;
  const auto in_ellipse = [&](float w, float h) {
    return w > 0 && h > 0 && dx * dx / (w * w) + dy * dy / (h * h) < 1;
  };
  switch (part.shape) {
    case PartShape::kNone:
      return false;
    case PartShape::kBox: {
      const float over_x = std::max(std::abs(dx) - part.w + part.r, 0.0F);
      const float over_y = std::max(std::abs(dy) - part.h + part.r, 0.0F);
      if (std::abs(dx) > part.w - inset || std::abs(dy) > part.h - inset) return false;
      return std::hypot(over_x, over_y) <= std::max(part.r - inset, 0.0F) || part.r <= inset;
    }
    case PartShape::kEllipse:
      return in_ellipse(part.w - inset, part.h - inset);
    case PartShape::kTaper: {
      const float down = (dy + part.h) / (2 * part.h);
      const float width = part.w * (1 + (part.r - 1) * down);
      return std::abs(dy) < part.h - inset && std::abs(dx) < width - inset;
    }
    case PartShape::kRing: {
      const float half = part.r / 2 - inset;
      return half > 0 && in_ellipse(part.w + half, part.h + half) &&
             !in_ellipse(part.w - half, part.h - half);
    }
    case PartShape::kBar: {
      const float along_x = part.w - part.x;
      const float along_y = part.h - part.y;
      const float length = along_x * along_x + along_y * along_y;
      const float at =
          length > 0 ? std::clamp((dx * along_x + dy * along_y) / length, 0.0F, 1.0F) : 0;
      return std::hypot(dx - at * along_x, dy - at * along_y) < part.r - inset;
    }
  }
  return false;
}

}  // namespace perennial::simulate
