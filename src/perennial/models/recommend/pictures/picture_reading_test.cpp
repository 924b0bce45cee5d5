#include "perennial/models/recommend/pictures/picture_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "perennial/base/files.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/pictures/picture_decoder.h"
#include "perennial/models/recommend/pictures/picture_header.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

// 24 x 12: left half red, its upper left quarter green; right half blue, or transparent.
std::string file(const std::string& name) {
  return read_file(std::string(PERENNIAL_SOURCE_DIR "/tests/data/pictures/") + name);
}
std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
PictureReading read(const std::string& bytes) { return read_picture(bytes_of(bytes)); }

enum class Colour { kRed, kGreen, kBlue, kWhite, kBlack, kOther };
Colour colour_at(const PictureReading& reading, std::size_t x, std::size_t y) {
  const std::uint8_t* pixel = &reading.pixels[(y * kPictureSide + x) * 3];
  const auto is = [&](int r, int g, int b) {
    constexpr int kNear = 45;  // JPEG, and the inks of CMYK
    return std::abs(pixel[0] - r) < kNear && std::abs(pixel[1] - g) < kNear &&
           std::abs(pixel[2] - b) < kNear;
  };
  if (is(200, 30, 20)) return Colour::kRed;
  if (is(20, 180, 30)) return Colour::kGreen;
  if (is(20, 30, 200)) return Colour::kBlue;
  if (is(255, 255, 255)) return Colour::kWhite;
  if (is(0, 0, 0)) return Colour::kBlack;
  return Colour::kOther;
}

class PictureReadingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!picture_decoder_available()) GTEST_SKIP() << "this build has no module of pictures";
  }
};

TEST_F(PictureReadingTest, GivesTheSamePictureFromEveryFormat) {
  for (const std::string name : {"plain.png", "plain.jpg", "progressive.jpg", "lossy.webp",
                                 "lossless.webp", "deep.png", "cmyk.jpg"}) {
    const PictureReading reading = read(file(name));
    ASSERT_EQ(reading.pixels.size(), kPictureSize) << name << ": " << reading.fault;
    EXPECT_EQ(colour_at(reading, 6, 22), name == "cmyk.jpg" ? Colour::kRed : Colour::kGreen)
        << name;
    EXPECT_EQ(colour_at(reading, 10, 40), Colour::kRed) << name;
    EXPECT_EQ(colour_at(reading, 55, 32), Colour::kBlue) << name;
    EXPECT_EQ(colour_at(reading, 32, 5), Colour::kWhite) << name;
    EXPECT_EQ(colour_at(reading, 32, 60), Colour::kWhite) << name;
  }
}

TEST_F(PictureReadingTest, PutsWhatIsTransparentOnWhite) {
  for (const std::string name : {"alpha.png", "alpha.webp", "deep_alpha.png"}) {
    const PictureReading reading = read(file(name));
    ASSERT_EQ(reading.fault, "") << name;
    EXPECT_EQ(colour_at(reading, 10, 40), Colour::kRed) << name;
    EXPECT_EQ(colour_at(reading, 55, 32), Colour::kWhite) << name;
  }
}

TEST_F(PictureReadingTest, GivesGreyPicturesThreeEqualChannels) {
  for (const std::string name : {"grey.png", "grey.jpg"}) {
    const PictureReading reading = read(file(name));
    ASSERT_EQ(reading.fault, "") << name;
    for (std::size_t i = 0; i < kPictureSize; i += 3) {
      ASSERT_EQ(reading.pixels[i], reading.pixels[i + 1]);
      ASSERT_EQ(reading.pixels[i], reading.pixels[i + 2]);
    }
  }
}

TEST_F(PictureReadingTest, TurnsAPhotographAsItsExifSays) {
  const PictureReading reading = read(file("turned.jpg"));
  ASSERT_EQ(reading.fault, "");
  EXPECT_EQ(colour_at(reading, 5, 32), Colour::kWhite);  // upright now
  EXPECT_EQ(colour_at(reading, 42, 5), Colour::kGreen);  // the upper left is the upper right
  EXPECT_EQ(colour_at(reading, 20, 10), Colour::kRed);
  EXPECT_EQ(colour_at(reading, 32, 55), Colour::kBlue);
}

TEST_F(PictureReadingTest, KeepsALineOfAPictureThatIsAllLength) {
  const PictureReading reading = read(file("thin.png"));
  ASSERT_EQ(reading.fault, "");
  EXPECT_EQ(colour_at(reading, 32, 31), Colour::kRed);
  EXPECT_EQ(colour_at(reading, 32, 40), Colour::kWhite);
}

TEST_F(PictureReadingTest, SaysWhyAFileIsNotRead) {
  EXPECT_EQ(read("").fault, "the file is empty");
  EXPECT_EQ(read(file("other.bmp")).fault, "it is neither JPEG nor PNG nor WebP");
  EXPECT_EQ(read(file("plain.png").substr(0, 20)).fault, "its header is cut or damaged");
  EXPECT_EQ(read("\xFF\xD8\xFF").fault, "its header is cut or damaged");
  for (const std::string name : {"plain.png", "plain.jpg", "lossy.webp", "lossless.webp"}) {
    const std::string whole = file(name);
    const PictureReading reading = read(whole.substr(0, whole.size() - 20));
    EXPECT_EQ(reading.fault, "it is cut or damaged") << name;
    EXPECT_TRUE(reading.pixels.empty());
  }
}

// None of these is decoded: what their headers claim is enough.
TEST_F(PictureReadingTest, RefusesBombsByTheirHeaders) {
  std::string png = file("plain.png");
  png.replace(16, 8, std::string("\x00\x00\xC3\x50\x00\x00\xC3\x50", 8));
  EXPECT_EQ(read(png).fault, "it claims 50000 x 50000 pixels, at most 50000000 are read");
  std::string webp = file("alpha.webp");
  webp.replace(12, 4, "VP8X");
  webp.replace(24, 6, std::string("\xFF\xFF\x00\xFF\xFF\x00", 6));
  EXPECT_THAT(read(webp).fault, HasSubstr("it claims 65536 x 65536 pixels"));

  const std::string jpeg = file("plain.jpg");
  const std::size_t scan = jpeg.find("\xFF\xDA");
  std::string scans = jpeg.substr(0, jpeg.size() - 2);
  for (int i = 0; i < 200; ++i) scans += jpeg.substr(scan, jpeg.size() - 2 - scan);
  EXPECT_EQ(read(scans + jpeg.substr(jpeg.size() - 2)).fault,
            "it has 201 scans, at most 100 are read");
}

TEST_F(PictureReadingTest, ReadsManyAndNamesTheItemsWhosePictureIsRefused) {
  const std::string good = file("plain.png"), bad = "GIF89a", turned = file("turned.jpg");
  const std::array files{bytes_of(good), bytes_of(""), bytes_of(bad), bytes_of(turned)};
  for (const int threads : {1, 2}) {
    const PicturesRead read = read_pictures(files, {threads});
    EXPECT_THAT(read.pictures.item, ::testing::ElementsAre(0, 3));
    EXPECT_EQ(read.pictures.pixels.size(), 2 * kPictureSize);
    ASSERT_EQ(read.refused.size(), 1U);
    EXPECT_EQ(read.refused[0].item, 2U);
    EXPECT_EQ(read.refused[0].fault, "it is neither JPEG nor PNG nor WebP");
  }
}

TEST_F(PictureReadingTest, ReadsFlippedAndCutBytesOrSaysWhyNotAndPrintsNothing) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  RandomStream random(5, 0);
  std::size_t refused = 0, tried = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PERENNIAL_SOURCE_DIR "/tests/data/pictures")) {
    const std::string whole = read_file(entry.path());
    for (int round = 0; round < 60; ++round) {
      std::string bytes =
          whole.substr(0, round % 3 == 0 ? random.below(whole.size()) : whole.size());
      for (std::uint64_t flips = random.below(4); flips > 0 && !bytes.empty(); --flips)
        bytes[random.below(bytes.size())] = static_cast<char>(random());
      const PictureReading reading = read(bytes);
      EXPECT_EQ(reading.pixels.empty(), !reading.fault.empty());
      ++tried;
      if (reading.pixels.empty()) ++refused;
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_GT(refused, tried / 3);
  EXPECT_LT(refused, tried);
}

TEST(PictureHeader, FindsTheSizeInEveryFormat) {
  for (const auto& [name, format] : {std::pair{"plain.png", PictureFormat::kPng},
                                     {"plain.jpg", PictureFormat::kJpeg},
                                     {"progressive.jpg", PictureFormat::kJpeg},
                                     {"turned.jpg", PictureFormat::kJpeg},
                                     {"lossy.webp", PictureFormat::kWebp},
                                     {"lossless.webp", PictureFormat::kWebp},
                                     {"alpha.webp", PictureFormat::kWebp}}) {
    const std::string bytes = file(name);
    const auto header = picture_header(bytes_of(bytes));
    ASSERT_TRUE(header) << name;
    EXPECT_EQ(header->format, format) << name;
    EXPECT_EQ(header->width, 24U) << name;
    EXPECT_EQ(header->height, 12U) << name;
  }
}

}  // namespace
}  // namespace perennial::models
