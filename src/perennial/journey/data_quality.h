// What is in the facts that does not count everywhere, and what could not be taken: the figures under a report.
//
// Counts are of all facts, whatever their day.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

struct DataQuality {
  struct Currency {
    std::string code;
    std::int64_t lines = 0;
    double amount = 0;  // in that currency
  };
  struct Reject {
    std::string reason;
    std::int64_t rows = 0;
  };

  std::string currency;  // the shop's
  std::int64_t order_lines = 0;
  std::int64_t guest_lines = 0;    // sales that name no customer
  std::int64_t blocked_lines = 0;  // of them: with an id that names nobody, like "null"
  double guest_amount = 0;
  double sale_amount = 0;       // guests included
  std::int64_t free_lines = 0;  // sales at price 0
  std::int64_t return_lines = 0;
  double returned_amount = 0;  // positive
  std::int64_t cancellation_lines = 0;
  std::vector<Currency> other_currencies;  // most lines first
  std::int64_t events = 0;
  std::int64_t nameless_events = 0;  // with neither customer nor anonymous id
  std::int64_t rows_stored = 0;      // by imports
  std::int64_t rows_known = 0;       // were stored before, or came twice
  std::vector<Reject> rejects;       // most rows first
  std::optional<Day> first_order, last_order;
  std::optional<Day> first_event, last_event;
};

// `currency` as in BuildOptions; amounts are in it.
DataQuality data_quality(store::Connection& connection, std::string_view currency = {});

}  // namespace perennial::journey
