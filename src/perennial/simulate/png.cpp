#include "perennial/simulate/png.h"

#include <zlib.h>

#include <vector>

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

void append_number(std::string& to, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) to.push_back(static_cast<char>(value >> shift & 0xFF));
}

void append_chunk(std::string& to, std::string_view type, std::string_view data) {
  append_number(to, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = to.size();
  to.append(type).append(data);
  const std::string_view checked = std::string_view(to).substr(begin);
  append_number(to,
                static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                                                 static_cast<uInt>(checked.size()))));
}

std::string deflated(std::span<const std::uint8_t> data) {
  uLongf size = compressBound(static_cast<uLong>(data.size()));
  std::string out(size, '\0');
  const int done = compress2(reinterpret_cast<Bytef*>(out.data()), &size, data.data(),
                             static_cast<uLong>(data.size()), Z_DEFAULT_COMPRESSION);
  CHECK(done == Z_OK);
  out.resize(size);
  return out;
}

}  // namespace

std::string encode_png(std::span<const std::uint8_t> pixels, std::size_t width,
                       std::size_t height) {
  CHECK(width >= 1 && height >= 1 && pixels.size() == width * height * 3);
  constexpr std::uint8_t kDifferenceToAbove = 2;
  const std::size_t row = width * 3;
  std::vector<std::uint8_t> filtered;
  filtered.reserve(height * (row + 1));
  for (std::size_t y = 0; y < height; ++y) {
    filtered.push_back(kDifferenceToAbove);
    for (std::size_t i = y * row; i < (y + 1) * row; ++i)
      filtered.push_back(static_cast<std::uint8_t>(pixels[i] - (y == 0 ? 0 : pixels[i - row])));
  }
  std::string header;
  append_number(header, static_cast<std::uint32_t>(width));
  append_number(header, static_cast<std::uint32_t>(height));
  header.append("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB, deflate, filters, not interlaced
  std::string file("\x89PNG\r\n\x1A\n");
  append_chunk(file, "IHDR", header);
  append_chunk(file, "IDAT", deflated(filtered));
  append_chunk(file, "IEND", {});
  return file;
}

}  // namespace perennial::simulate
