// The quality of the data as the report shows it.
#pragma once

#include <string>

#include "perennial/report/data.h"
#include "perennial/store/database.h"

namespace perennial::engine {

report::DataQuality gather_quality(store::Connection& connection, const std::string& currency);

}  // namespace perennial::engine
