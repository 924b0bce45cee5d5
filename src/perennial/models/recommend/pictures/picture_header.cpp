#include "perennial/models/recommend/pictures/picture_header.h"

#include <algorithm>
#include <string_view>

namespace perennial::models {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool holds(Bytes bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

PictureHeader png_header(Bytes bytes) {
  PictureHeader header{.format = PictureFormat::kPng};
  if (!holds(bytes, 12, "IHDR") || bytes.size() < 24) return header;
  header.width = big_endian(bytes.subspan(16, 4));
  header.height = big_endian(bytes.subspan(20, 4));
  return header;
}

PictureHeader webp_header(Bytes bytes) {
  PictureHeader header{.format = PictureFormat::kWebp};
  constexpr std::size_t kShortest = 32;  // that OpenCV looks into
  if (bytes.size() < kShortest) return header;
  if (holds(bytes, 12, "VP8X")) {
    header.width = little_endian(bytes.subspan(24, 3)) + 1;
    header.height = little_endian(bytes.subspan(27, 3)) + 1;
  } else if (holds(bytes, 12, "VP8L")) {
    const std::uint64_t bits = little_endian(bytes.subspan(21, 4));
    header.width = (bits & 0x3FFF) + 1;
    header.height = (bits >> 14 & 0x3FFF) + 1;
  } else if (holds(bytes, 12, "VP8 ")) {
    header.width = little_endian(bytes.subspan(26, 2)) & 0x3FFF;
    header.height = little_endian(bytes.subspan(28, 2)) & 0x3FFF;
  }
  return header;
}

constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kEndOfImage = 0xD9;

bool is_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool stands_alone(std::uint8_t marker) {
  return (marker >= 0xD0 && marker <= 0xD8) || marker == 0x01;
}

// The place behind the next marker; 0: there is none. What stands before it (the pixels of a scan) is passed over.
std::size_t after_next_marker(Bytes bytes, std::size_t at) {
  while (at + 1 < bytes.size()) {
    const auto found =
        std::find(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), 0xFF);
    at = static_cast<std::size_t>(found - bytes.begin());
    while (at + 1 < bytes.size() && bytes[at + 1] == 0xFF) ++at;
    if (at + 1 >= bytes.size()) return 0;
    at += 2;
    if (bytes[at - 1] != 0x00) return at;
  }
  return 0;
}

PictureHeader jpeg_header(Bytes bytes) {
  PictureHeader header{.format = PictureFormat::kJpeg, .scans = 0, .ends = false};
  std::size_t at = 2;
  while ((at = after_next_marker(bytes, at)) != 0) {
    const std::uint8_t marker = bytes[at - 1];
    header.ends = marker == kEndOfImage;
    if (header.ends) break;
    if (stands_alone(marker)) continue;
    if (at + 2 > bytes.size()) break;
    const std::uint64_t length = big_endian(bytes.subspan(at, 2));
    if (is_frame(marker) && length >= 7 && at + 7 <= bytes.size()) {
      header.height = big_endian(bytes.subspan(at + 3, 2));
      header.width = big_endian(bytes.subspan(at + 5, 2));
    }
    if (marker == kStartOfScan) ++header.scans;
    if (length < 2 || length > bytes.size() - at) break;
    at += length;
  }
  return header;
}

}  // namespace

std::optional<PictureHeader> picture_header(std::span<const std::uint8_t> bytes) {
  if (holds(bytes, 0, "\xFF\xD8\xFF")) return jpeg_header(bytes);
  if (holds(bytes, 0, "\x89PNG\r\n\x1A\n")) return png_header(bytes);
  if (holds(bytes, 0, "RIFF") && holds(bytes, 8, "WEBP")) return webp_header(bytes);
  return std::nullopt;
}

}  // namespace perennial::models
