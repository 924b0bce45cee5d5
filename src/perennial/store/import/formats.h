// One function per format, each in formats/<id>.cpp with its SQL beside it; formats.cpp lists them.
#pragma once

#include "perennial/store/import/format.h"

namespace perennial::store::formats {

Format perennial();
Format online_retail();
Format online_retail_ii();
Format cdnow();
Format retailrocket();
Format rees46();
Format olist();
Format instacart();
Format h_and_m();
Format ta_feng();
Format dunnhumby();
Format yoochoose();
Format segment();
Format ga4();

// The columns of raw_messages and raw_products, which Segment and GA4 share.
std::vector<Field> message_fields();
std::vector<Field> product_fields();

}  // namespace perennial::store::formats
