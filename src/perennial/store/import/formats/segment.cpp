#include "perennial/store/import/formats.h"
namespace perennial::store::formats {
Format segment() { return {{"segment", "", ""}, {}, ""}; }
}  // namespace perennial::store::formats
