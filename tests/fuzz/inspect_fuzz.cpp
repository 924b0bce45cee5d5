// Any bytes are recognised as something, or refused with an Error.
#include <cstdint>
#include <string_view>

#include "perennial/base/error.h"
#include "perennial/store/import/match.h"
#include "perennial/store/import/source_file.h"

using namespace perennial;
using namespace perennial::store;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool complete : {true, false}) {
    try {
      const std::vector<SourceFile> files{inspect_text(bytes, complete, "input")};
      make_plan(all_formats(), files, {false});
    } catch (const Error&) {  // of no known format
    }
  }
  return 0;
}
