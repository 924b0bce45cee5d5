// The version of Perennial.
#pragma once

#include <string_view>

namespace perennial::engine {

inline constexpr std::string_view kVersion =
    "0.1.0";  // as in CMakeLists.txt; the configure step checks it

}  // namespace perennial::engine
