// What the last run was: one row of derived.run_info, written when everything else is in place.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::engine {

struct RunInfo {
  Day as_of;
  std::string currency;  // "XXX" when no order names one
  int horizon_days = 365;
  int window_days = 91;  // of p_repurchase
  double annual_discount = 0.1;
  std::string value_version;        // of models/value; empty without buyers
  std::string recommender_version;  // of models/recommend; empty without items
  std::optional<double>
      increment_error;  // relative, of the measured response; nothing: the response is assumed
  std::string notes;    // JSON array of sentences: what could not be done, and why
};

void write_run_info(store::Connection& connection, const RunInfo& info);
// kNotFound with the way out when `run` has not come to its end since the derived tables were made.
RunInfo read_run_info(store::Connection& connection, const std::filesystem::path& shop);
// Marks the derived tables as unfinished.
void clear_run_info(store::Connection& connection);

}  // namespace perennial::engine
