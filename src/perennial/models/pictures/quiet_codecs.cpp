#include "perennial/models/pictures/quiet_codecs.h"

#include <dlfcn.h>

#include <utility>

namespace perennial::models {
namespace {

thread_local bool jpeg_damage = false;

// The beginning of libjpeg's jpeg_error_mgr, the same in all its versions.
struct JpegErrors {
  void (*error_exit)(void*);
  void (*emit_message)(void*, int);
  void (*output_message)(void*);
};
// Level -1 is a warning: data that are cut or wrong. Higher ones tell what the file is like.
void keep_message(void*, int level) {
  if (level < 0) jpeg_damage = true;
}
void say_nothing(void*) {}

using PngMessage = void (*)(void*, const char*);
[[noreturn]] void leave_png(void* png, const char*) {
  using Jump = void (*)(void*, int);
  static const auto kJump = reinterpret_cast<Jump>(dlsym(RTLD_NEXT, "png_longjmp"));
  kJump(png, 1);
  __builtin_unreachable();
}
void ignore_png(void*, const char*) {}

}  // namespace

bool take_jpeg_damage() { return std::exchange(jpeg_damage, false); }

}  // namespace perennial::models

// The dynamic linker looks here before it looks into libjpeg and libpng.
extern "C" {

__attribute__((visibility("default"))) perennial::models::JpegErrors* jpeg_std_error(
    perennial::models::JpegErrors* errors) {
  using Original = perennial::models::JpegErrors* (*)(perennial::models::JpegErrors*);
  static const auto kOriginal = reinterpret_cast<Original>(dlsym(RTLD_NEXT, "jpeg_std_error"));
  perennial::models::JpegErrors* made = kOriginal(errors);
  made->emit_message = perennial::models::keep_message;
  made->output_message = perennial::models::say_nothing;
  return made;
}

__attribute__((visibility("default"))) void* png_create_read_struct(
    const char* version, void* context, perennial::models::PngMessage error,
    perennial::models::PngMessage warning) {
  using Original =
      void* (*)(const char*, void*, perennial::models::PngMessage, perennial::models::PngMessage);
  static const auto kOriginal =
      reinterpret_cast<Original>(dlsym(RTLD_NEXT, "png_create_read_struct"));
  return kOriginal(version, context, error == nullptr ? perennial::models::leave_png : error,
                   warning == nullptr ? perennial::models::ignore_png : warning);
}

}  // extern "C"
