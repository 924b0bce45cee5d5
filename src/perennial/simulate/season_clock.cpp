#include "perennial/simulate/season_clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

constexpr int kTailDays = 3 * 366;
constexpr std::array<double, 7> kWeekday = {1.06, 1.01, 0.98, 1.0, 1.03, 0.88, 1.04};
constexpr std::array<double, 24> kHour = {0.5, 0.3, 0.2, 0.15, 0.15, 0.25, 0.6, 1.1,
                                          1.6, 2.0, 2.3, 2.3,  2.2,  2.1,  2.0, 2.0,
                                          2.1, 2.2, 2.4, 2.8,  3.0,  2.6,  1.7, 0.9};

// Quiet summer, a peak three weeks before the end of the year.
double year_rate(Day day) {
  const CivilDate date = to_civil(day);
  const int day_of_year = day - to_day(CivilDate{date.year, 1, 1});
  const double summer = 0.10 * std::cos(2 * std::numbers::pi * (day_of_year - 15) / 365.25);
  const double gifts = (day_of_year - 338) / 14.0;
  return 1 + summer + 0.75 * std::exp(-gifts * gifts);
}

}  // namespace

SeasonClock::SeasonClock(Day start, int days, double strength) : start_(start), days_(days) {
  CHECK(days >= 1 && strength >= 0 && strength <= 1);
  std::vector<double> rates(static_cast<std::size_t>(std::max(days, 365) + kTailDays));
  double first_year = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const Day day = start + static_cast<int>(i);
    const double full = year_rate(day) * kWeekday[static_cast<std::size_t>(weekday(day))];
    rates[i] = 1 + strength * (full - 1);
    if (i < 365) first_year += rates[i];
  }
  at_day_.push_back(0);
  for (const double rate : rates) at_day_.push_back(at_day_.back() + rate * 365 / first_year);

  double total = 0;
  for (const double weight : kHour) total += weight;
  at_hour_.push_back(0);
  for (const double weight : kHour) at_hour_.push_back(at_hour_.back() + weight / total);
  at_hour_.back() = 1;
}

double SeasonClock::rate(int day) const {
  const auto i = static_cast<std::size_t>(day);
  CHECK(day >= 0 && i + 1 < at_day_.size());
  return at_day_[i + 1] - at_day_[i];
}

double SeasonClock::at(Time time) const {
  const double days = static_cast<double>(time.micros - to_time(start_).micros) /
                      static_cast<double>(kMicrosPerDay);
  CHECK(days >= 0);
  const double whole = std::floor(days);
  const auto last = static_cast<double>(at_day_.size() - 1);
  if (whole >= last) return at_day_.back() + days - last;
  const auto day = static_cast<std::size_t>(whole);
  const double hours = (days - whole) * 24;
  const auto hour = static_cast<std::size_t>(hours);
  const double share =
      at_hour_[hour] + (hours - static_cast<double>(hour)) * (at_hour_[hour + 1] - at_hour_[hour]);
  return at_day_[day] + share * (at_day_[day + 1] - at_day_[day]);
}

Time SeasonClock::time_of(double clock) const {
  CHECK(clock >= 0 && clock <= 1e6);
  double days;
  if (clock >= at_day_.back()) {
    days = static_cast<double>(at_day_.size() - 1) + clock - at_day_.back();
  } else {
    const auto next = std::upper_bound(at_day_.begin(), at_day_.end(), clock);
    const double share = (clock - *(next - 1)) / (*next - *(next - 1));
    const auto next_hour = std::upper_bound(at_hour_.begin() + 1, at_hour_.end() - 1, share);
    const double hour = static_cast<double>(next_hour - at_hour_.begin() - 1) +
                        (share - *(next_hour - 1)) / (*next_hour - *(next_hour - 1));
    days = static_cast<double>(next - at_day_.begin() - 1) + std::min(hour, 23.99999) / 24;
  }
  const auto seconds = static_cast<std::int64_t>(days * 86'400);
  return {to_time(start_).micros + seconds * kMicrosPerSecond};
}

}  // namespace perennial::simulate
