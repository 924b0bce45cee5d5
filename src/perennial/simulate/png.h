// A picture as a PNG file: 8 bits of red, green and blue, every row as its difference to the row above.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace perennial::simulate {

// REQUIRES: pixels.size() == width * height * 3, both sides at least 1.
std::string encode_png(std::span<const std::uint8_t> pixels, std::size_t width, std::size_t height);

}  // namespace perennial::simulate
