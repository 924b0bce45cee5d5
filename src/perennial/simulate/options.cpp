#include "perennial/simulate/options.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "perennial/base/error.h"
#include "perennial/base/money.h"
#include "perennial/simulate/campaigns.h"

namespace perennial::simulate {
namespace {

// Round figures: what a currency is worth, so that a shop's prices look right in it.
struct Level {
  std::string_view code;
  double per_pound;
};
constexpr double kPounds = 35;
constexpr double kOtherPerPound = 1.2;
constexpr Level kLevels[] = {
    {"GBP", 1},  {"CNY", 9},      {"JPY", 190},    {"KRW", 1700}, {"INR", 105}, {"HKD", 10},
    {"TWD", 40}, {"SGD", 1.7},    {"MYR", 5.5},    {"THB", 45},   {"SEK", 13},  {"NOK", 13},
    {"DKK", 9},  {"PLN", 5},      {"CZK", 29},     {"TRY", 40},   {"ZAR", 23},  {"BRL", 7},
    {"MXN", 23}, {"IDR", 20'000}, {"VND", 30'000}, {"PHP", 72},   {"HUF", 450}};

void within(std::string_view name, double value, double low, double high) {
  if (!(value >= low && value <= high)) {
    fail(ErrorKind::kInvalidArgument, "simulate: {} is {}, needs {} to {}", name, value, low, high);
  }
}

int campaigns_that_fit(int days) {
  const int room = days - kFirstCampaignDay - kCampaignDays;
  return room < 0 ? 0 : room / kCampaignEveryDays + 1;
}

}  // namespace

void Options::check() const {
  within("customers", static_cast<double>(customers), 1, 100e6);
  within("days", days, 1, 3660);
  within("chinese share", chinese_share, 0, 1);
  if (items != 0) within("items", items, 48, 100'000);
  if (campaigns >= 0) within("campaigns", campaigns, 0, campaigns_that_fit(days));
  within("visitors per customer", visitors_per_customer, 0, 8);
  within("return share", return_share, 0, 0.3);
  within("season strength", season_strength, 0, 1);
  within("price spread", price_spread, 0, 1);
  within("stock pressure", stock_pressure, 0, 1);
  within("channel effect", channel_effect, 0, 1);
  within("purchase r", purchase.r, 0.01, 1000);
  within("purchase alpha", purchase.alpha, 0.01, 1e6);
  within("purchase s", purchase.s, 0.01, 1000);
  within("purchase beta", purchase.beta, 0.01, 1e6);
  within("Erlang k", purchase.erlang_k, 1, 20);
  within("purchases a week, r / alpha,", purchase.r / purchase.alpha, 0, 10);
  within("spend p", spend.p, 0.1, 1000);
  within("spend q", spend.q, 1.01, 1000);
  if (spend.mean != 0) within("mean order value", spend.mean, 1, 1e7);
  static_cast<void>(Currency(currency));
  within("first year", to_civil(start_day).year, 1970, 2200);
}

int Options::item_count() const {
  if (items > 0) return items;
  return static_cast<int>(
      std::clamp(20 * std::sqrt(static_cast<double>(customers)), 240.0, 5000.0));
}

double Options::mean_order_value() const {
  if (spend.mean > 0) return spend.mean;
  for (const Level& level : kLevels) {
    if (level.code == Currency(currency).code()) return kPounds * level.per_pound;
  }
  return kPounds * kOtherPerPound;
}

double Options::spend_gamma() const { return mean_order_value() * (spend.q - 1) / spend.p; }

int Options::campaign_count() const {
  return campaigns >= 0 ? campaigns : campaigns_that_fit(days);
}

}  // namespace perennial::simulate
