// libjpeg and libpng print what they dislike to stderr, and OpenCV leaves them at that. They do so through functions that
// OpenCV asks them for by name; this library stands in for those and keeps the damage instead. It has to be the first that
// a module links: OpenCV is loaded once a process, and keeps to whom it was bound then.
#pragma once

namespace perennial::models {

// Of the pictures that this thread decoded since the last call: whether libjpeg had to make up for damage.
__attribute__((visibility("default"))) bool take_jpeg_damage();

}  // namespace perennial::models
