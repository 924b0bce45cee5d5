// Picture files of items, read to small pictures of one size, as the picture encoder sees them.
//
// Reads    JPEG (grey, colour, CMYK; turned as its EXIF says), PNG and WebP (with alpha: on white; 16 bits a channel: the
//          upper 8); the whole picture in its proportions, centred on white
// Refuses  with a reason, never an exception: empty files, other formats, more than kMostPicturePixels pixels,
//          kMostPictureSide on a side, kMostPictureScans scans or kMostPictureBytes (looked up in the header before
//          anything is decoded), and files that are cut or damaged. A JPEG with any damage is refused, an animated WebP too
// Prints   nothing
// Errors   kUnsupported without the module of pictures (picture_decoder.h)
// Cost     a photograph of 12 megapixels about 40 ms, one of 0.5 about 3 ms; read_pictures in parallel
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "perennial/base/parallel.h"

namespace perennial::models {

inline constexpr std::size_t kPictureSide = 64;
inline constexpr std::size_t kPictureSize = kPictureSide * kPictureSide * 3;  // bytes

inline constexpr std::uint64_t kMostPicturePixels = 50'000'000;
inline constexpr std::uint64_t kMostPictureSide = 65'535;
inline constexpr std::size_t kMostPictureScans = 100;
inline constexpr std::size_t kMostPictureBytes = 64ULL << 20;

struct PictureReading {
  std::vector<std::uint8_t> pixels;  // kPictureSide rows of red, green, blue; or empty
  std::string fault;                 // why: "it is cut or damaged"
};
PictureReading read_picture(std::span<const std::uint8_t> file);

// Pictures of items, one after the other: picture k, at pixels[k * kPictureSize], shows item item[k].
struct ItemPictures {
  std::vector<std::uint32_t> item;  // ascending, each at most once
  std::vector<std::uint8_t> pixels;

  std::size_t size() const { return item.size(); }
  bool operator==(const ItemPictures&) const = default;
};
struct RefusedPicture {
  std::uint32_t item;
  std::string fault;
};
struct PicturesRead {
  ItemPictures pictures;
  std::vector<RefusedPicture> refused;  // in the order of the items
};
// File i is of item i; one without bytes belongs to an item without picture, which is in neither list.
PicturesRead read_pictures(std::span<const std::span<const std::uint8_t>> files,
                           Threads threads = {});

}  // namespace perennial::models
