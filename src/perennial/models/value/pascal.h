// The negative binomial: purchases within a horizon of a customer with a gamma-distributed rate who never leaves.
#pragma once

#include <cstddef>
#include <vector>

#include "perennial/base/random.h"

namespace perennial::models {

// A distribution of a number of purchases is kept for this many outcomes at most; the rest would be less than 1e-14 for
// any customer of flesh and blood.
inline constexpr std::size_t kMostOutcomes = 1 << 17;

struct Pascal {
  double shape;
  double odds;      // horizon / rate
  double z;         // odds / (1 + odds)
  double log_none;  // log P(K = 0)

  Pascal(double shape, double rate, double horizon);

  double mean() const { return shape * odds; }
  double deviation() const;
  double log_at(double k) const;  // log P(K = k)
  double above(double k) const;   // P(K > k)
  // Where the recursion for P(K = k) can start: below it nothing that counts.
  double first() const;
  // P(K = 0), P(K = 1), ... until what is left is below 1e-15, at most `most` of them.
  std::vector<double> pmf(std::size_t most) const;
};

// The wait for the next order of a customer whose rate is Gamma(shape, rate) and who never leaves: chance of one within
// `horizon`, and the time within which it comes with the given probability, below 1.
double gamma_order_probability(double shape, double rate, double horizon);
double gamma_order_time(double shape, double rate, double probability);

// A Poisson number; beyond means of 1e9 the mean itself.
double draw_poisson(RandomStream& stream, double mean);

// Cuts outcomes off the end that have less than 1e-14 together.
void drop_far_tail(std::vector<double>& pmf);

}  // namespace perennial::models
