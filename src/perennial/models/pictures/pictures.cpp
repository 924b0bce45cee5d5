// The module libperennial_pictures.so: what models/recommend/pictures/picture_decoder.h promises, with OpenCV.
//
// Story    a JPEG is decoded at the smallest of libjpeg's scales that is still twice as large as what is wanted; what
//          remains is averaged by area. Everything in the thread that calls
#include "perennial/models/recommend/pictures/picture_decoder.h"

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <exception>

#include "perennial/models/pictures/quiet_codecs.h"

namespace perennial::models {
namespace {

// JPEG has no alpha, and only the reading in colour turns it as EXIF says; the others are read as they are.
int reading_flags(const PictureHeader& header, std::size_t side) {
  if (header.format != PictureFormat::kJpeg) return cv::IMREAD_UNCHANGED;
  const std::uint64_t longer = std::max(header.width, header.height);
  if (longer >= 16 * side) return cv::IMREAD_REDUCED_COLOR_8;
  if (longer >= 8 * side) return cv::IMREAD_REDUCED_COLOR_4;
  if (longer >= 4 * side) return cv::IMREAD_REDUCED_COLOR_2;
  return cv::IMREAD_COLOR;
}

// 8 bits of blue, green and red, alpha on white.
cv::Mat in_colour(const cv::Mat& read) {
  cv::Mat eight = read;
  if (read.depth() == CV_16U) read.convertTo(eight, CV_8U, 1.0 / 257);
  cv::Mat colour;
  if (eight.channels() == 1) {
    cv::cvtColor(eight, colour, cv::COLOR_GRAY2BGR);
  } else if (eight.channels() == 4) {
    colour.create(eight.size(), CV_8UC3);
    for (int y = 0; y < eight.rows; ++y) {
      const auto* from = eight.ptr<cv::Vec4b>(y);
      auto* to = colour.ptr<cv::Vec3b>(y);
      for (int x = 0; x < eight.cols; ++x) {
        const int alpha = from[x][3];
        for (int c = 0; c < 3; ++c)
          to[x][c] =
              static_cast<std::uint8_t>((from[x][c] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
    }
  } else {
    colour = eight;
  }
  return colour;
}

cv::Mat letterboxed(const cv::Mat& colour, int side) {
  const double scale = side / static_cast<double>(std::max(colour.cols, colour.rows));
  const auto scaled = [&](int length) {
    return std::clamp(static_cast<int>(std::lround(length * scale)), 1, side);
  };
  const cv::Size size(scaled(colour.cols), scaled(colour.rows));
  cv::Mat box(side, side, CV_8UC3, cv::Scalar::all(255));
  const cv::Mat inner =
      box(cv::Rect((side - size.width) / 2, (side - size.height) / 2, size.width, size.height));
  cv::resize(colour, inner, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return box;
}

class OpenCvDecoder final : public PictureDecoder {
 public:
  std::vector<std::uint8_t> decode(std::span<const std::uint8_t> bytes, const PictureHeader& header,
                                   std::size_t side) const override {
    try {
      take_jpeg_damage();
      // OpenCV reads through a view that could be written to, and does not write.
      const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8U,
                         const_cast<std::uint8_t*>(bytes.data()));
      const cv::Mat read = cv::imdecode(file, reading_flags(header, side));
      if (read.empty() || take_jpeg_damage()) return {};
      if (read.depth() != CV_8U && read.depth() != CV_16U) return {};
      cv::Mat picture = letterboxed(in_colour(read), static_cast<int>(side));
      cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
      return {picture.datastart, picture.dataend};
    } catch (
        const std::exception&) {  // cv::Exception, std::bad_alloc: what the bytes brought about
      return {};
    }
  }
};

}  // namespace
}  // namespace perennial::models

extern "C" __attribute__((visibility("default"))) perennial::models::PicturesModule
perennial_pictures() {
  static const perennial::models::OpenCvDecoder kDecoder;
  cv::setNumThreads(0);
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
  return {perennial::models::PicturesModule::kVersion, &kDecoder};
}
