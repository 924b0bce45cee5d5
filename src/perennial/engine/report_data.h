// Gathers what the report shows: derived tables, the manifests of the model versions, and the quality of the data.
#pragma once

#include <filesystem>

#include "perennial/engine/context.h"
#include "perennial/report/data.h"
#include "perennial/store/shop.h"

namespace perennial::engine {

// kNotFound when the shop has no finished run.
report::ReportData gather_report(store::Shop& shop, Context& context);

}  // namespace perennial::engine
