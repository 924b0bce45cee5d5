#include "perennial/models/recommend/pictures/picture_decoder.h"

#include "perennial/base/error.h"
#include "perennial/models/learn/module.h"

namespace perennial::models {
namespace {

constexpr ModuleName kPicturesModule{
    "libperennial_pictures.so", "pictures",
    "install OpenCV (libopencv-imgcodecs-dev) and build Perennial with PERENNIAL_OPENCV=ON"};

PicturesModule load_pictures() {
  const LoadedModule module =
      load_module(kPicturesModule, kPicturesSymbol, module_files(kPicturesModule.file));
  const auto entry = reinterpret_cast<PicturesModule (*)()>(module.entry);
  const PicturesModule offered = entry == nullptr ? PicturesModule{} : entry();
  if (offered.version != PicturesModule::kVersion)
    fail(ErrorKind::kUnsupported,
         "{} has version {}, this program needs {}; build and install both together",
         module.file.string(), offered.version, PicturesModule::kVersion);
  return offered;
}

}  // namespace

bool picture_decoder_available() { return module_available(kPicturesModule.file); }

const PictureDecoder& picture_decoder() {
  static const PicturesModule kLoaded = load_pictures();
  return *kLoaded.decoder;
}

}  // namespace perennial::models
