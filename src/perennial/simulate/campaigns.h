// Coupons sent at random: who may get one is held out by a coin of known chance, so that the effect can be measured.
//
// Story    every 42 days a coupon of 10, 15 or 20 percent goes by e-mail to customers who take marketing. One that is sent
//          brings an active buyer (first purchase before it, dropout after) one more order within 14 days with
//          probability `uplift`, the customer's own; it never takes an order away. Orders that would have come anyway use
//          it in 60 of 100 cases
#pragma once

#include <string>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/simulate/batches.h"
#include "perennial/simulate/options.h"

namespace perennial::simulate {

inline constexpr int kFirstCampaignDay = 28;
inline constexpr int kCampaignEveryDays = 42;
inline constexpr int kCampaignDays = 14;
inline constexpr double kCouponUse = 0.6;

struct Campaign {
  std::string id, name, coupon, event_id;
  Time starts_at;
  double discount_rate = 0;
  double propensity = 0;  // chance to be treated
  Time ends_at() const { return {starts_at.micros + kCampaignDays * kMicrosPerDay}; }
};

std::vector<Campaign> plan_campaigns(const Options& options);
CampaignBatch to_batch(const std::vector<Campaign>& campaigns);

// Days from coupon to the order it brings: exponential with mean 3 days, cut at 14. P(lag < days).
double coupon_lag_below(double days);
double coupon_lag_quantile(double probability);

}  // namespace perennial::simulate
