// The journey of every customer, worked out anew from the facts: who they are, what they bought and kept, when they
// looked around.
//
// Writes   derived.identity, orders, purchase_days, returns, customers, catalogue, item_days, interactions, browse_days,
//          visitors; one row of each is described at the head of sql/<table>.sql
// As of    facts of the as-of day count, facts after it are not seen, so a build as of the day before a holdout period
//          knows nothing of it
// Guests   lines without a customer, or with an id that names nobody ("null", "undefined", "0"), count in orders and
//          in the catalogue and never become a customer
// Returns  net_returns.h says what they are netted against. A day whose net spend is not positive is no purchase day
// Money    sums are exact; lines in another currency than the shop's are left out of all amounts
// Atomic   all tables are replaced in one transaction: after an error, a stop or a kill the former tables stand
// Errors   kInterrupted between two steps when `progress` is stopped, or within one by Connection::interrupt()
// REQUIRES the connection's current catalog holds the facts and `derived` is attached for writing
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "perennial/base/progress.h"
#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

// Days on which a customer kept goods and paid nothing: a sample, a replacement, a gift card. Published figures of CDNOW
// count them; a mean spend of 0 is outside of what spend models take.
enum class FreeDays { kNoPurchase, kPurchase };

struct BuildOptions {
  Day as_of;
  std::string currency;  // ISO 4217; empty: main_currency()
  FreeDays free_days = FreeDays::kNoPurchase;

  // Limits of joining, against shared terminals and broken trackers; docs/models/journey.identity.md.
  int customers_per_anonymous_id = 5;
  int anonymous_ids_per_customer = 100;
};

void build(store::Connection& connection, const BuildOptions& options, Progress& progress);

// The UTC day of the last order line or event; of the last word about a customer when there is neither; nothing in an
// empty shop.
std::optional<Day> latest_fact_day(store::Connection& connection);

// kPurchase for a shop whose sale lines in the currency all cost nothing (baskets without prices), else kNoPurchase.
FreeDays purchases_at_price_zero(store::Connection& connection, const std::string& currency);

// The shop's setting "currency", else the currency of most sale lines (the first by letter of several), else "".
std::string main_currency(store::Connection& connection);

}  // namespace perennial::journey
