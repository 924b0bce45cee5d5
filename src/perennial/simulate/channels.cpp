#include "perennial/simulate/channels.h"

#include <algorithm>

namespace perennial::simulate {
namespace {

const Channel& draw(const std::vector<Channel>& channels, const std::vector<double>& below,
                    RandomStream& random) {
  const auto place = std::upper_bound(below.begin(), below.end() - 1, random.uniform());
  return channels[static_cast<std::size_t>(place - below.begin())];
}

}  // namespace

Channels::Channels(double effect)
    : channels_{{"direct", 0.20, 0.40, 0.66, 1.15, 1.05},
                {"organic_search", 0.27, 0.28, 0.58, 1.0, 1.0},
                {"paid_search", 0.20, 0.22, 0.50, 0.85, 1.0},
                {"social", 0.16, 0.18, 0.40, 0.8, 0.85},
                {"email", 0.06, 0.45, 0.68, 1.25, 1.05},
                {"affiliate", 0.06, 0.20, 0.46, 0.85, 0.95},
                {"referral", 0.05, 0.42, 0.72, 1.2, 1.1}} {
  double customers = 0;
  double visitors = 0;
  double buys = 0;
  double rate = 0;
  double spend = 0;
  for (const Channel& channel : channels_) {
    const double weight = channel.visits * channel.registers;
    customers += weight;
    visitors += channel.visits - weight;
    buys += weight * channel.buys;
    rate += weight * channel.rate;
    spend += weight * channel.spend;
    customers_below_.push_back(customers);
    visitors_below_.push_back(visitors);
  }
  for (double& x : customers_below_) x /= customers;
  for (double& x : visitors_below_) x /= visitors;
  for (Channel& channel : channels_) {
    channel.buys = buys / customers + effect * (channel.buys - buys / customers);
    channel.rate = 1 + effect * (channel.rate * customers / rate - 1);
    channel.spend = 1 + effect * (channel.spend * customers / spend - 1);
  }
}

const Channel& Channels::draw_of_customer(RandomStream& random) const {
  return draw(channels_, customers_below_, random);
}

const Channel& Channels::draw_of_visitor(RandomStream& random) const {
  return draw(channels_, visitors_below_, random);
}

}  // namespace perennial::simulate
