// Working memory that outlives a chunk of a parallel loop: big arrays that are made once per thread, not once per chunk.
//
// Assumes  whoever borrows leaves the scratch as clean as it was, so that results do not depend on who used it before
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace perennial::models {

template <typename Scratch>
class ScratchPool {
 public:
  // Lends a free scratch to use(scratch), or what make() returns when none is free.
  template <typename Make, typename Use>
  void lend(Make make, Use use) {
    std::unique_ptr<Scratch> scratch = take();
    if (!scratch) scratch = std::make_unique<Scratch>(make());
    use(*scratch);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(scratch));
  }

 private:
  std::unique_ptr<Scratch> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return nullptr;
    std::unique_ptr<Scratch> scratch = std::move(free_.back());
    free_.pop_back();
    return scratch;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> free_;
};

}  // namespace perennial::models
