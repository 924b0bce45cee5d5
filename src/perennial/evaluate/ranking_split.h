// What a recommender learns from and what it is judged by.
//
// Time cut        train: records before the cut; test: records on the cut day and later. The only split without leaks:
//                 nobody's future is in anybody's past
// Leave last out  test: each customer's last item (equal last days: the higher item index), train: all others.
//                 Customers with one item stay in train whole. Other customers' futures are in train: use it to compare
//                 with published figures, not to choose a model
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

// `test` without the items the customer has in `train`: what a recommender that masks seen items can be judged by.
models::Interactions without_seen(const models::Interactions& test,
                                  const models::Interactions& train, Threads threads = {});

}  // namespace perennial::evaluate
