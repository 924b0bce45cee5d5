// The shop's clock: time that runs faster when people buy more. Purchases and dropouts are stationary on this clock, so
// that a seasonal shop keeps exact laws; a year of it is a year.
//
// Story    rate(day) = 1 + strength * (year(day) * weekday(day) - 1), scaled to mean 1 over the first 365 days; within a
//          day the share of each hour is fixed. `clock` below means days on this clock since the start of the window
// Units    clock in days; Time is cut to whole seconds
// Range    after the tables' end (window plus three years) the clock runs at rate 1
#pragma once

#include <vector>

#include "perennial/base/time.h"

namespace perennial::simulate {

class SeasonClock {
 public:
  SeasonClock(Day start, int days, double strength);  // REQUIRES: days >= 1, 0 <= strength <= 1

  double at(Time time) const;
  Time time_of(double clock) const;  // REQUIRES: 0 <= clock <= 1e6
  double end() const { return at_day_[static_cast<std::size_t>(days_)]; }  // of the window
  double rate(int day) const;  // of the day start + day; mean 1
  Day start() const { return start_; }
  int days() const { return days_; }

 private:
  Day start_;
  int days_;
  std::vector<double> at_day_;   // clock at the start of each day
  std::vector<double> at_hour_;  // share of a day's clock before each hour; 25 entries
};

}  // namespace perennial::simulate
