// One function per format, each in formats/<id>.cpp with its SQL beside it; formats.cpp lists them.
#pragma once

#include "perennial/store/import/format.h"

namespace perennial::store::formats {

Format perennial();
Format online_retail();
Format online_retail_ii();
Format cdnow();
Format segment();

}  // namespace perennial::store::formats
