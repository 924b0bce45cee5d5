#include "perennial/store/import/formats.h"

#include <algorithm>

#include "perennial/base/error.h"

namespace perennial::store {

const std::vector<Format>& all_formats() {
  static const std::vector<Format> kFormats{
      formats::perennial(), formats::online_retail(), formats::online_retail_ii(),
      formats::cdnow(),     formats::retailrocket(),  formats::rees46(),
      formats::olist(),     formats::instacart(),     formats::h_and_m(),
      formats::ta_feng(),   formats::dunnhumby(),     formats::yoochoose(),
      formats::segment(),   formats::ga4(),
  };
  return kFormats;
}

const Format& find_format(std::string_view id) {
  const auto& list = all_formats();
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Format& format) { return format.info.id == id; });
  if (found != list.end()) return *found;
  std::string ids;
  for (const Format& format : list) ids += (ids.empty() ? "" : ", ") + format.info.id;
  fail(ErrorKind::kInvalidArgument, "--format {}: there is no such format; there are {}", id, ids);
}

}  // namespace perennial::store
