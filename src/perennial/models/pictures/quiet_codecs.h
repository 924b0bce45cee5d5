// libjpeg and libpng print what they dislike to stderr, and OpenCV leaves them at that. They do so through functions that
// OpenCV asks them for by name; quiet_codecs.cpp stands in for those inside this module and keeps the damage instead.
#pragma once

namespace perennial::models {

// Of the pictures that this thread decoded since the last call: whether libjpeg had to make up for damage.
bool take_jpeg_damage();

}  // namespace perennial::models
