#include "perennial/simulate/campaigns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace perennial::simulate {
namespace {

constexpr double kMeanLagDays = 3;
constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;

}  // namespace

std::vector<Campaign> plan_campaigns(const Options& options) {
  constexpr std::array<double, 3> kRates = {0.10, 0.15, 0.20};
  constexpr std::array<double, 3> kPropensities = {0.5, 0.5, 0.7};
  const bool chinese = options.chinese_share > 0.5;
  std::vector<Campaign> campaigns;
  for (int i = 0; i < options.campaign_count(); ++i) {
    const auto kind = static_cast<std::size_t>(i) % kRates.size();
    Campaign campaign;
    campaign.id = fmt::format("K{:03}", i + 1);
    campaign.event_id = fmt::format("k{:03}", i + 1);
    campaign.discount_rate = kRates[kind];
    campaign.propensity = kPropensities[kind];
    const int percent = static_cast<int>(std::lround(campaign.discount_rate * 100));
    campaign.coupon = fmt::format("SAVE{}-{:02}", percent, i + 1);
    campaign.name = chinese ? fmt::format("第{}期优惠券：优惠{}%", i + 1, percent)
                            : fmt::format("Coupon {}: {} % off", i + 1, percent);
    campaign.starts_at = {
        to_time(options.start_day + (kFirstCampaignDay + i * kCampaignEveryDays)).micros +
        9 * kHour};
    campaigns.push_back(std::move(campaign));
  }
  return campaigns;
}

CampaignBatch to_batch(const std::vector<Campaign>& campaigns) {
  CampaignBatch batch;
  for (const Campaign& campaign : campaigns) {
    batch.event_id.emplace_back(campaign.event_id);
    batch.campaign_id.emplace_back(campaign.id);
    batch.time.push_back(campaign.starts_at);
    batch.name.emplace_back(campaign.name);
    batch.channel.emplace_back("email");
    batch.coupon.emplace_back(campaign.coupon);
    batch.discount_rate.push_back(campaign.discount_rate);
    batch.starts_at.push_back(campaign.starts_at);
    batch.ends_at.push_back(campaign.ends_at());
  }
  return batch;
}

double coupon_lag_below(double days) {
  if (days <= 0) return 0;
  return std::min(1.0,
                  std::expm1(-days / kMeanLagDays) / std::expm1(-kCampaignDays / kMeanLagDays));
}

double coupon_lag_quantile(double probability) {
  return -kMeanLagDays * std::log1p(probability * std::expm1(-kCampaignDays / kMeanLagDays));
}

}  // namespace perennial::simulate
