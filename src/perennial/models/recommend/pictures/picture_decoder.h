// What the module libperennial_pictures.so offers: OpenCV's decoders and scaling (models/pictures).
//
// Story    OpenCV's imgcodecs bring 140 shared libraries, 0.06 s at every start of a program that links them, so they are
//          loaded with the first picture: models/learn/module.h
// Threads  a call computes in the thread that makes it, and several threads may call at once
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/recommend/pictures/picture_header.h"

namespace perennial::models {

class PictureDecoder {
 public:
  virtual ~PictureDecoder() = default;

  // side x side x 3 bytes, red, green, blue, the whole picture in its proportions on white; empty when it cannot be decoded
  // to its end. Prints nothing. REQUIRES: a header within the limits of picture_reading.h
  virtual std::vector<std::uint8_t> decode(std::span<const std::uint8_t> bytes,
                                           const PictureHeader& header, std::size_t side) const = 0;
};

struct PicturesModule {
  static constexpr std::uint32_t kVersion = 1;
  std::uint32_t version = 0;
  const PictureDecoder* decoder = nullptr;
};
inline constexpr const char* kPicturesSymbol = "perennial_pictures";  // PicturesModule (*)()

bool picture_decoder_available();         // the module is there; nothing is loaded
const PictureDecoder& picture_decoder();  // loaded once a process; kUnsupported without the module

}  // namespace perennial::models
