// What the first bytes of a picture file say: format and size, without decoding anything.
//
// Story    a file of some hundred bytes can claim 50,000 x 50,000 pixels, or the same pixels in thousands of scans; whoever
//          decodes it first and asks afterwards has lost the memory or the minute. So this is read before
// Formats  JPEG, PNG, WebP (VP8, VP8L, VP8X)
// Source   ITU-T T.81 annex B; RFC 2083; RFC 9649
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace perennial::models {

enum class PictureFormat : std::uint8_t { kJpeg, kPng, kWebp };

struct PictureHeader {
  PictureFormat format;
  std::uint64_t width = 0, height = 0;  // 0: not found, the file is broken
  std::size_t scans = 1;                // of a JPEG: how often it goes over its pixels
  bool ends = true;  // of a JPEG: its end marker is there; OpenCV would make up the rest
};

// Nothing when the bytes are none of these formats.
std::optional<PictureHeader> picture_header(std::span<const std::uint8_t> bytes);

}  // namespace perennial::models
