// All that is the same for every customer: the shop itself. Built once, read by all threads.
#pragma once

#include <vector>

#include "perennial/base/money.h"
#include "perennial/simulate/campaigns.h"
#include "perennial/simulate/catalogue.h"
#include "perennial/simulate/channels.h"
#include "perennial/simulate/options.h"
#include "perennial/simulate/season_clock.h"
#include "perennial/simulate/shelf.h"

namespace perennial::simulate {

struct Scenario {
  explicit Scenario(const Options& given)
      : options(given),
        currency(given.currency),
        mean_order_value(given.mean_order_value()),
        spend_gamma(given.spend_gamma()),
        clock(given.start_day, given.days, given.season_strength),
        channels(given.channel_effect),
        catalogue(given),
        prices(plan_prices(given, catalogue)),
        stock(plan_stock(given, catalogue, clock)),
        shelf(given, catalogue, prices, stock),
        campaigns(plan_campaigns(given)) {}

  Time start() const { return to_time(options.start_day); }
  Time end() const { return to_time(options.end_day()); }
  int day_of(Time time) const { return to_day(time) - options.start_day; }
  double major(std::int64_t minor) const {
    return static_cast<double>(minor) / static_cast<double>(currency.minor_per_major());
  }

  Options options;
  Currency currency;
  double mean_order_value;
  double spend_gamma;
  SeasonClock clock;
  Channels channels;
  Catalogue catalogue;
  std::vector<std::vector<PriceSpell>> prices;
  std::vector<ItemStockPlan> stock;
  Shelf shelf;
  std::vector<Campaign> campaigns;
};

}  // namespace perennial::simulate
