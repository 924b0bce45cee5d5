#include "perennial/engine/network_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/base/time.h"

namespace perennial::engine {
namespace {

using models::NextItem;
using models::SequenceNetwork;
using models::SequenceProgress;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The sequences tell trainings apart; whether the options are the same the network sees for itself.
std::string name_of(const NextItem::Input& sequences) {
  ByteWriter writer;
  writer.scalar<std::uint64_t>(sequences.items);
  writer.array(sequences.sessions.begin);
  writer.array(sequences.sessions.items);
  return fmt::format("sequence_network-{:016x}", fnv1a(writer.bytes()));
}

class Training {
 public:
  Training(const NextItem::Input& sequences, const SequenceNetwork::Options& options,
           const FitWatch& watch)
      : sequences_(sequences), options_(options), watch_(watch) {
    if (watch.trainings != nullptr) name_ = name_of(sequences);
  }

  SequenceNetwork run() {
    const std::string kept = name_.empty() ? "" : watch_.trainings->find(name_);
    if (kept.empty()) return fit("");
    try {
      return fit(kept);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kCorrupt && error.kind() != ErrorKind::kInvalidArgument) throw;
      watch_.trainings->note(
          fmt::format("An interrupted training could not be gone on with, so it began afresh: {}.",
                      error.what()));
    }
    return fit("");
  }

 private:
  SequenceNetwork fit(std::string_view kept) {
    SequenceNetwork::Watch watch;
    watch.progress = [&](const SequenceProgress& progress) { return go_on(progress); };
    if (!name_.empty()) watch.keep = [&](std::string_view state) { hold(state); };
    watch.kept = kept;
    try {
      SequenceNetwork network = SequenceNetwork::fit(sequences_, options_, watch);
      if (is_written_) write();
      return network;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) throw;
      write();
      fail(ErrorKind::kInterrupted, "stopped on request; {}",
           kept.empty() && !is_written_
               ? "what was committed is kept"
               : "what the sequence network has learnt is kept, and the same run goes on from it");
    }
  }

  bool go_on(const SequenceProgress& progress) {
    if (rows_done_ == 0) first_epoch_ = progress.epoch;
    const auto rows = static_cast<double>(progress.rows);
    rows_done_ = (progress.epoch - first_epoch_) * rows + static_cast<double>(progress.rows_done);
    const double rate = rows_done_ / std::max(seconds_since(start_), 1e-3);
    const double left = (options_.epochs - first_epoch_ + 1) * rows - rows_done_;
    watch_.progress.tell(
        fmt::format("network epoch {} of {}, loss {:.3f}, {} rows/s, {} left at most",
                    progress.epoch, options_.epochs, progress.loss,
                    with_thousands(std::llround(rate)), format_duration(left / rate)));
    return !watch_.progress.stopped();
  }

  void hold(std::string_view state) {
    held_ = state;
    if (seconds_since(last_written_) >= kKeepEvery) write();
  }

  void write() {
    if (held_.empty()) return;
    watch_.trainings->keep(name_, held_);
    held_.clear();
    is_written_ = true;
    last_written_ = Clock::now();
  }

  const NextItem::Input& sequences_;
  const SequenceNetwork::Options& options_;
  const FitWatch& watch_;
  std::string name_;  // empty: nothing is kept
  std::string held_;  // the latest state, when it is not written
  bool is_written_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_written_ = start_;
  int first_epoch_ = 1;
  double rows_done_ = 0;
};

}  // namespace

SequenceNetwork train_network(const NextItem::Input& sequences,
                              const SequenceNetwork::Options& options, const FitWatch& watch) {
  return Training(sequences, options, watch).run();
}

}  // namespace perennial::engine
