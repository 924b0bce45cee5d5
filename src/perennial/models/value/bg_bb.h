// BG/BB: at every opportunity an active customer leaves with one coin, then buys with another. For purchases that come
// only at given times: yearly donations, weekly boxes, a cruise a season.
//
// Story    before each of n opportunities an active customer leaves for good with probability theta ~ Beta(gamma, delta),
//          then buys with probability p ~ Beta(alpha, beta)
// Assumes  p and theta are independent; one purchase at most at an opportunity; every customer could buy at each
// Units    opportunities: whole numbers, in histories, horizons and the discount rate
// Params   alpha, beta, gamma, delta without unit, all > 0
// Cost     fit: about 10 passes over the distinct histories, 20 ns a missed opportunity each; predict: 0.2 us a row and
//          opportunity of the horizon
// Errors   kBadInput names the row; kNotEnoughData when there is no opportunity to learn from
// Source   Fader, Hardie & Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting"
// Golden   tests/golden/value.bg_bb/donations.json
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/model.h"
#include "perennial/models/value/maximum_likelihood.h"

namespace perennial::models {

// All that BG/BB needs to know of one customer. `Chances{}` is a new customer.
struct Chances {
  double purchases =
      0;            // opportunities taken, the first purchase, which made the customer, not counted
  double last = 0;  // number of the last opportunity taken, from 1; 0 without one
  double opportunities = 0;  // that there were
};

// How often will a customer buy at the opportunities to come?
struct DiscretePurchases {
  struct Input {
    std::span<const double> purchases;      // whole, as the next two
    std::span<const double> last;           // purchases .. opportunities
    std::span<const double> opportunities;  // 0 .. 10,000
    std::span<const double> weights;        // how many customers a row stands for; empty: one each
    int horizon = 1;  // opportunities that predict looks ahead; fit does not read it
    Threads threads;

    std::size_t size() const { return opportunities.size(); }
    Chances chances(std::size_t i) const { return {purchases[i], last[i], opportunities[i]}; }
    double weight(std::size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
  };
  struct Output {
    std::vector<double> p_alive;             // does not leave before the next opportunity
    std::vector<double> p_active;            // buys at least once within the horizon
    std::vector<double> expected_purchases;  // within the horizon
  };
};

struct SimulatedChances {
  std::vector<double> purchases, last, opportunities;
  std::vector<double> holdout_purchases;

  DiscretePurchases::Input input() const {
    DiscretePurchases::Input input;
    input.purchases = purchases;
    input.last = last;
    input.opportunities = opportunities;
    return input;
  }
};

class BgBb {
 public:
  static constexpr std::string_view kId = "value.bg_bb/1";
  using Options = LikelihoodOptions;
  struct Params {
    double alpha = 1, beta = 1;   // of the chance to buy
    double gamma = 1, delta = 1;  // of the chance to leave
  };

  explicit BgBb(const Params& params);  // kInvalidArgument
  static BgBb fit(const DiscretePurchases::Input& input, const Options& options);
  DiscretePurchases::Output predict(const DiscretePurchases::Input& input) const;

  // One customer. Chances{} asks about a new customer.
  double log_likelihood(const Chances& chances) const;
  double p_alive(const Chances& chances) const;
  double p_active(const Chances& chances, int horizon) const;
  double expected_purchases(const Chances& chances, int horizon) const;
  // Without horizon; a purchase at the k-th opportunity from now counts (1 + discount_rate)^-k.
  // REQUIRES: discount_rate > 0, per opportunity.
  double discounted_residual_purchases(const Chances& chances, double discount_rate) const;
  std::vector<double> purchase_pmf(const Chances& chances, int horizon) const;  // 0 .. horizon

  double log_likelihood(const DiscretePurchases::Input& input) const;
  // Customer i has opportunities[i] of them, and `holdout` more; the result does not depend on the threads.
  SimulatedChances simulate(std::span<const double> opportunities, int holdout, std::uint64_t seed,
                            Threads threads = {}) const;

  const Params& params() const { return params_; }
  const FitReport& report() const { return report_; }  // empty unless it comes from fit

  void save(ByteWriter& writer) const;
  static BgBb load(ByteReader& reader);

 private:
  Params params_;
  FitReport report_;
};
static_assert(Model<BgBb, DiscretePurchases>);

// Throws kBadInput for the first row that is wrong.
void validate(const DiscretePurchases::Input& input);

// Minus the log-likelihood of all rows, by the logarithms of alpha, beta, gamma and delta.
math::Evaluation bg_bb_evaluation(std::span<const double> log_params,
                                  const DiscretePurchases::Input& input);

}  // namespace perennial::models
