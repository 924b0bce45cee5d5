// A sequence network trained for a shop: followed, stopped and gone on with.
//
// Progress epoch, loss per wanted item, sequences a second, and how long it takes at most
// Kept     the state after an epoch, at most every kKeepEvery seconds and when it is stopped, where there is a place for
//          it; a training that took longer stays, finished, so that an interrupted run does not learn it twice
#pragma once

#include "perennial/base/progress.h"
#include "perennial/engine/kept_trainings.h"
#include "perennial/models/recommend/sequences/sequence_network.h"

namespace perennial::engine {

inline constexpr double kKeepEvery = 10;  // seconds

// How a fit that takes minutes is followed and stopped, and where it is kept.
struct FitWatch {
  FitWatch(Progress& shown, KeptTrainings* place = nullptr) : progress(shown), trainings(place) {}

  Progress& progress;
  KeptTrainings* trainings;  // absent: nothing is kept
};

models::SequenceNetwork train_network(const models::NextItem::Input& sequences,
                                      const models::SequenceNetwork::Options& options,
                                      const FitWatch& watch);

}  // namespace perennial::engine
