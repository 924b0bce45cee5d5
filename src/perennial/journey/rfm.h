// RFM: recency, frequency and monetary value of every customer, scored against the shop's other buyers, and the two
// usual sets of group names.
//
// Units    recency in days since the last purchase day; frequency in purchase days; monetary is net revenue to date in
//          the shop's currency (the sum, not the mean)
// Scores   1 to 5 and 1 to 3, the best highest: ceil(k * (2 * worse + equal) / (2 * n)) where `worse` of the n buyers
//          are worse and `equal` are the same, the customer included. Equal values get equal scores, whatever their
//          number; when all are equal, all stand in the middle
// Groups   Klaviyo's six and Shopify's eleven names, in our spelling. The vendors publish what the names mean and not
//          where the borders are; ours are in sql/rfm.sql: every customer has one, and a better score never leads to a
//          worse group
// Writes   derived.rfm. Reads derived.customers
#pragma once

#include <array>
#include <string_view>

#include "perennial/base/time.h"
#include "perennial/store/database.h"

namespace perennial::journey {

// Worst first.
inline constexpr std::array<std::string_view, 6> kKlaviyoGroups = {
    "inactive", "at_risk", "needs_attention", "recent", "loyal", "champions"};
inline constexpr std::array<std::string_view, 11> kShopifyGroups = {
    "prospects", "dormant", "almost_lost", "at_risk", "previously_loyal", "needs_attention",
    "promising", "new",     "active",      "loyal",   "champions"};

void rfm(store::Connection& connection, Day as_of);

}  // namespace perennial::journey
