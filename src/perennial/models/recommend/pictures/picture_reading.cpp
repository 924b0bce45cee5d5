#include "perennial/models/recommend/pictures/picture_reading.h"

#include <fmt/format.h>

#include <optional>

#include "perennial/models/recommend/pictures/picture_decoder.h"
#include "perennial/models/recommend/pictures/picture_header.h"

namespace perennial::models {
namespace {

constexpr const char* kDamaged = "it is cut or damaged";

// Why the file is not to be decoded; empty: it may be.
std::string fault_of(std::span<const std::uint8_t> file,
                     const std::optional<PictureHeader>& header) {
  if (file.empty()) return "the file is empty";
  if (file.size() > kMostPictureBytes)
    return fmt::format("it has {} bytes, at most {} are read", file.size(), kMostPictureBytes);
  if (!header) return "it is neither JPEG nor PNG nor WebP";
  if (header->width == 0 || header->height == 0) return "its header is cut or damaged";
  if (header->width > kMostPictureSide || header->height > kMostPictureSide ||
      header->width * header->height > kMostPicturePixels)
    return fmt::format("it claims {} x {} pixels, at most {} are read", header->width,
                       header->height, kMostPicturePixels);
  if (!header->ends) return kDamaged;
  if (header->scans > kMostPictureScans)
    return fmt::format("it has {} scans, at most {} are read", header->scans, kMostPictureScans);
  return "";
}

}  // namespace

PictureReading read_picture(std::span<const std::uint8_t> file) {
  const auto header = picture_header(file);
  PictureReading reading{.pixels = {}, .fault = fault_of(file, header)};
  if (!reading.fault.empty()) return reading;
  reading.pixels = picture_decoder().decode(file, *header, kPictureSide);
  if (reading.pixels.empty()) reading.fault = kDamaged;
  return reading;
}

PicturesRead read_pictures(std::span<const std::span<const std::uint8_t>> files, Threads threads) {
  constexpr std::size_t kFilesPerChunk = 16;
  return ordered_reduce(
      files.size(), kFilesPerChunk, threads, PicturesRead{},
      [&](std::size_t begin, std::size_t end) {
        PicturesRead part;
        for (std::size_t i = begin; i < end; ++i) {
          if (files[i].empty()) continue;
          const auto item = static_cast<std::uint32_t>(i);
          PictureReading reading = read_picture(files[i]);
          if (!reading.fault.empty()) {
            part.refused.push_back({item, std::move(reading.fault)});
            continue;
          }
          part.pictures.item.push_back(item);
          part.pictures.pixels.insert(part.pictures.pixels.end(), reading.pixels.begin(),
                                      reading.pixels.end());
        }
        return part;
      },
      [](PicturesRead all, const PicturesRead& part) {
        const auto append = [](auto& to, const auto& from) {
          to.insert(to.end(), from.begin(), from.end());
        };
        append(all.pictures.item, part.pictures.item);
        append(all.pictures.pixels, part.pictures.pixels);
        append(all.refused, part.refused);
        return all;
      });
}

}  // namespace perennial::models
