// What a recommender learns from and what it is judged by.
//
// Time cut        train: records before the cut; test: records on the cut day and later. The only split without leaks:
//                 nobody's future is in anybody's past
// Leave last out  test: each customer's last item (equal last days: the higher item index), train: all others.
//                 Customers with one item stay in train whole. Other customers' futures are in train: use it to compare
//                 with published figures, not to choose a model
// Strong          generalisation: some customers are not learned from at all; of their items, in the order of last days,
//                 the earlier ones are what the model is asked with and the later ones the test
// Source          Liang, Krishnan, Hoffman & Jebara (2018) for strong generalisation, there with random items
#pragma once

#include "perennial/models/recommend/interactions.h"

namespace perennial::evaluate {

struct RankingSplit {
  models::Interactions train;
  models::Interactions test;  // same customers, same items
};

// kNotEnoughData when either side is empty.
RankingSplit split_at(const models::InteractionLog& log, Day cut, Threads threads = {});
RankingSplit leave_last_out(const models::Interactions& interactions, Threads threads = {});

struct StrongSplit {
  models::Interactions train;    // the rows of tested customers are empty
  models::Interactions history;  // of tested customers only
  models::Interactions test;     // likewise
};
// Tests every customer with two items or more whom the seed's draw takes, with the given probability; of n items the
// last max(1, n * test_share) are the test. kNotEnoughData when nobody is tested or nothing is left to learn from.
// REQUIRES: customers in (0, 1), test_share in (0, 1)
struct StrongOptions {
  double customers = 0.2;   // probability of being tested
  double test_share = 0.2;  // of a tested customer's items
  std::uint64_t seed = 1;
};
StrongSplit strong_generalisation(const models::Interactions& interactions,
                                  const StrongOptions& options, Threads threads = {});

// `test` without the items the customer has in `train`: what a recommender that masks seen items can be judged by.
models::Interactions without_seen(const models::Interactions& test,
                                  const models::Interactions& train, Threads threads = {});

}  // namespace perennial::evaluate
