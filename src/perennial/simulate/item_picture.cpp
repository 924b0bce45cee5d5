#include "perennial/simulate/item_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/simulate/item_outline.h"
#include "perennial/simulate/streams.h"

namespace perennial::simulate {
namespace {

using Rgb = std::array<float, 3>;  // 0 to 1

// In the order of product_colours().
constexpr std::array<Rgb, 16> kMainColours = {{
    {0.25F, 0.45F, 0.80F},
    {0.80F, 0.20F, 0.20F},
    {0.28F, 0.60F, 0.32F},
    {0.94F, 0.94F, 0.94F},
    {0.18F, 0.18F, 0.20F},
    {0.95F, 0.90F, 0.78F},
    {0.88F, 0.55F, 0.62F},
    {0.90F, 0.62F, 0.20F},
    {0.58F, 0.60F, 0.62F},
    {0.62F, 0.86F, 0.74F},
    {0.16F, 0.22F, 0.42F},
    {0.95F, 0.50F, 0.42F},
    {0.80F, 0.66F, 0.28F},
    {0.76F, 0.78F, 0.82F},
    {0.52F, 0.36F, 0.70F},
    {0.18F, 0.55F, 0.58F},
}};

Rgb mix(const Rgb& a, const Rgb& b, float share) {
  Rgb mixed{};
  for (std::size_t c = 0; c < 3; ++c) mixed[c] = a[c] + (b[c] - a[c]) * share;
  return mixed;
}

// Of full saturation and medium lightness; `turn` from 0 to 1.
Rgb hue_colour(float turn) {
  const auto wave = [turn](float shift) {
    const float x = std::abs(std::fmod(turn + shift, 1.0F) * 6 - 3) - 1;
    return 0.15F + 0.75F * std::clamp(x, 0.0F, 1.0F);
  };
  return {wave(0), wave(2.0F / 3), wave(1.0F / 3)};
}

float soft_step(float x) { return 1 / (1 + std::exp(-2 * x)); }

// How the product is made: from its factors.
struct Style {
  Rgb main{}, trim{}, wall{};
  float stripes = 0;  // contrast; above 0 across, below 0 along
  float dots = 0;     // radius, of the distance of two
  float gloss = 0, weave = 0;
  float slender = 1;
  float edge = 0;

  explicit Style(const Item& item) {
    constexpr float kSpread = 0.138F;  // of one factor: brand and item together
    Factor z = item.factor;
    for (float& x : z) x /= kSpread;
    main = kMainColours[static_cast<std::size_t>(item.colour)];
    const float turn = std::atan2(z[1], z[0]) / 6.2831853F + 0.5F;
    trim = mix({0.5F, 0.5F, 0.5F}, hue_colour(turn), std::min(std::hypot(z[0], z[1]) / 1.5F, 1.0F));
    stripes = std::clamp(0.6F * z[2], -0.9F, 0.9F);
    dots = 0.48F * soft_step(z[3] - 0.3F);
    gloss = std::clamp(0.5F * z[4], 0.0F, 0.8F);
    weave = std::clamp(-0.35F * z[4], 0.0F, 0.5F);
    slender = std::exp(-0.16F * std::clamp(z[5], -2.0F, 2.0F));
    edge = 0.09F * soft_step(z[6]);
    wall = mix({0.98F, 0.90F, 0.80F}, {0.80F, 0.89F, 0.98F}, soft_step(z[7]));
  }
};

// Where the product stands and how the light falls: nothing that anybody's taste asks for.
struct Pose {
  float x, y, size, sine, cosine, light_x, light_y;

  explicit Pose(RandomStream& random) {
    const auto within = [&](double low, double high) {
      return static_cast<float>(low + (high - low) * random.uniform());
    };
    x = within(-0.08, 0.08);
    y = within(-0.08, 0.08);
    size = within(0.68, 0.84);
    const float slant = within(-0.15, 0.15);
    sine = std::sin(slant);
    cosine = std::cos(slant);
    light_x = within(-0.14, 0.14);
    light_y = within(0.0, 0.12);
  }
};

Rgb patterned(const Style& style, float x, float y) {
  Rgb colour = style.main;
  const float along = style.stripes > 0 ? y : x;
  if (std::sin(along * 15) > 0) colour = mix(colour, style.trim, std::abs(style.stripes));
  const auto to_grid = [](float v) { return std::abs(v * 3 - std::round(v * 3)); };
  if (std::hypot(to_grid(x + 0.16F), to_grid(y + 0.16F)) < style.dots)
    colour = mix(style.trim, {1, 1, 1}, 0.35F);
  if (std::sin((x + y) * 34) * std::sin((x - y) * 34) > 0)
    colour = mix(colour, {0, 0, 0}, style.weave);
  const float shine = std::exp(-18 * ((x + 0.2F) * (x + 0.2F) + (y + 0.3F) * (y + 0.3F) / 3));
  return mix(colour, {1, 1, 1}, style.gloss * shine);
}

Rgb painted(const Style& style, const Part& part, float x, float y) {
  if (!is_inside(part, x, y, style.edge)) return {0.12F, 0.11F, 0.14F};
  switch (part.paint) {
    case PartPaint::kMain:
      return patterned(style, x, y);
    case PartPaint::kTrim:
      return style.trim;
    case PartPaint::kPlain:
      return {0.30F, 0.26F, 0.24F};
    case PartPaint::kLabel:
      return {0.97F, 0.96F, 0.93F};
  }
  return style.main;
}

// The colour at a point of the picture, from -1 to 1.
Rgb colour_at(const Outline& outline, const Style& style, const Pose& pose, float x, float y) {
  const float dx = (x - pose.x) / pose.size;
  const float dy = (y - pose.y) / pose.size;
  const float across = (dx * pose.cosine + dy * pose.sine) / style.slender;
  const float down = (dy * pose.cosine - dx * pose.sine) * style.slender;
  const auto top = std::find_if(outline.rbegin(), outline.rend(),
                                [&](const Part& part) { return is_inside(part, across, down, 0); });
  Rgb colour = top == outline.rend() ? style.wall : painted(style, *top, across, down);
  const float light = 1 - pose.light_x * x - pose.light_y * (y + 1) / 2;
  for (float& channel : colour) channel = std::clamp(channel * light, 0.0F, 1.0F);
  return colour;
}

}  // namespace

std::vector<std::uint8_t> draw_item_picture(const Item& item, std::size_t number,
                                            std::uint64_t seed) {
  constexpr int kSide = static_cast<int>(kItemPictureSide);
  constexpr int kSamples = 2;  // on each side of a pixel
  RandomStream random(seed, kPictureStream + number);
  const Pose pose(random);
  const Style style(item);
  const Outline& outline = outline_of(static_cast<std::size_t>(item.category));
  std::vector<std::uint8_t> pixels;
  pixels.reserve(kItemPictureSide * kItemPictureSide * 3);
  const auto place = [](int pixel, int sample) {
    return (static_cast<float>(pixel * kSamples + sample) + 0.5F) * 2 / (kSide * kSamples) - 1;
  };
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      Rgb sum{};
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const Rgb colour =
            colour_at(outline, style, pose, place(x, s % kSamples), place(y, s / kSamples));
        for (std::size_t c = 0; c < 3; ++c) sum[c] += colour[c];
      }
      for (const float channel : sum)
        pixels.push_back(
            static_cast<std::uint8_t>(std::lround(channel * 255 / (kSamples * kSamples))));
    }
  }
  return pixels;
}

}  // namespace perennial::simulate
