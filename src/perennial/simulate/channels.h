// Where people come from: channels that differ in size, in how many register and buy, and in how much they buy.
#pragma once

#include <string_view>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/simulate/options.h"

namespace perennial::simulate {

struct Channel {
  std::string_view name;
  double visits;     // share of people who come
  double registers;  // chance to register
  double buys;       // chance that a registered customer ever buys
  double rate;       // factor on lambda; mean 1 over registered customers
  double spend;      // factor on order values; mean 1 over registered customers
};

class Channels {
 public:
  // effect 0 gives every channel the mean chance to buy and factors of 1.
  explicit Channels(double effect);

  const std::vector<Channel>& all() const { return channels_; }
  const Channel& draw_of_customer(RandomStream& random) const;  // visits * registers
  const Channel& draw_of_visitor(RandomStream& random) const;   // visits * (1 - registers)

 private:
  std::vector<Channel> channels_;
  std::vector<double> customers_below_, visitors_below_;  // cumulative shares
};

}  // namespace perennial::simulate
