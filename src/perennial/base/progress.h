// Progress of long work, and the way to stop it.
//
// The library reports through this interface and never prints. `advance` may be called from any thread; it throws
// kInterrupted once a stop was asked for, so a loop that reports progress can be interrupted between its steps. A task
// begun inside another is part of it and not shown.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>

namespace perennial {

class Progress {
 public:
  virtual ~Progress() = default;

  void begin(std::string_view task, std::uint64_t total);  // total 0: not known beforehand
  void advance(std::uint64_t steps);                       // throws kInterrupted after stop()
  // Where a step that takes minutes stands, such as "epoch 5 of 100, loss 7.31"; shown until the next advance.
  void tell(std::string_view where) { on_tell(where); }
  void end();

  // Asks the work to stop; safe in a signal handler.
  void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }
  bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }
  void check_stopped() const;

 private:
  virtual void on_begin(std::string_view task, std::uint64_t total) = 0;
  virtual void on_advance(std::uint64_t done) = 0;
  virtual void on_tell(std::string_view) {}
  virtual void on_end(std::uint64_t done) = 0;

  std::atomic<std::uint64_t> done_{0};
  std::atomic<int> depth_{0};  // of tasks begun and not ended
  std::atomic<bool> stopped_{false};
};

std::unique_ptr<Progress> make_quiet_progress();
// A bar that redraws itself when `stream` is a terminal, else one plain line per finished task and every half minute one
// of where a long step stands.
std::unique_ptr<Progress> make_stream_progress(std::FILE* stream);

// One task of a Progress: begun here, ended when it goes out of scope.
class ProgressTask {
 public:
  ProgressTask(Progress& progress, std::string_view task, std::uint64_t total = 0)
      : progress_(progress) {
    progress_.begin(task, total);
  }
  ~ProgressTask() { progress_.end(); }
  ProgressTask(const ProgressTask&) = delete;
  ProgressTask& operator=(const ProgressTask&) = delete;
  void advance(std::uint64_t steps = 1) { progress_.advance(steps); }

 private:
  Progress& progress_;
};

}  // namespace perennial
