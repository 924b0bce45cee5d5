// One registered customer's truth and the orders that follow from it, before any basket or click is drawn.
//
// Story    channel, then chance to buy at all; first purchase soon after registration (a third at once, the others
//          after an exponential wait); from there the purchase process of purchase_process.h, and campaigns that add
//          orders by campaigns.h; every order's target value is gamma around the customer's mean
#pragma once

#include <vector>

#include "perennial/simulate/purchase_process.h"
#include "perennial/simulate/scenario.h"
#include "perennial/simulate/taste.h"

namespace perennial::simulate {

struct PlannedOrder {
  Time time;
  double target = 0;     // money
  int coupon = -1;       // index of the campaign whose coupon is used
  bool brought = false;  // by the campaign
};

struct PlannedExposure {
  int campaign = 0;
  bool treated = false;
  double extra_orders = 0;  // expected if treated rather than held out
};

struct CustomerPlan {
  const Channel* channel = nullptr;
  Time registered;
  PurchaseRates rates;
  double nu = 0;  // of the gamma law of order values, the channel's factor included
  double uplift = 0;
  bool buys = false;
  Time first_purchase;  // if `buys`; may lie after the window
  Time dropout;         // if `buys`; may lie after the window
  bool opted_in = false;
  Time opted_out;  // the window's end when it never happens
  double expected_13_weeks = 0, expected_52_weeks = 0;
  std::vector<PlannedOrder> orders;  // by time
  std::vector<PlannedExposure> exposures;
};

CustomerPlan plan_customer(const Scenario& scenario, std::int64_t number, const Taste& taste,
                           RandomStream& random);

// The value that an order of somebody without a history aims at: a draw of the whole spend law.
double draw_guest_target(const Scenario& scenario, RandomStream& random);

}  // namespace perennial::simulate
