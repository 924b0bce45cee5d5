// The best few of many scored ids, in a strict order: score descending, then lower id.
//
// Cost     offer O(1) amortised: candidates gather in a buffer of twice the limit, halved by selection when full
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace perennial::models {

class Selection {
 public:
  struct Candidate {
    double score;
    std::uint32_t id;
  };

  // A closure, not a function: sorts then compare in place.
  static constexpr auto better = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  };

  // limit 0 keeps everything.
  explicit Selection(std::size_t limit) : limit_(limit) {}

  void offer(std::uint32_t id, double score) {
    if (full_ && !better({score, id}, worst_)) return;
    candidates_.push_back({score, id});
    if (limit_ != 0 && candidates_.size() >= 2 * limit_) shrink();
  }

  // What scores below this is not chosen: a cheap test before work is spent on a candidate.
  double floor() const { return full_ ? worst_.score : -std::numeric_limits<double>::infinity(); }

  // The chosen ones in no order; valid until the next offer or clear.
  std::span<const Candidate> chosen() {
    if (limit_ != 0 && candidates_.size() > limit_) shrink();
    return candidates_;
  }
  // The same, best first.
  std::span<const Candidate> sorted() {
    chosen();
    std::sort(candidates_.begin(), candidates_.end(), better);
    return candidates_;
  }

  void clear() {
    candidates_.clear();
    full_ = false;
  }
  void clear(std::size_t limit) {
    limit_ = limit;
    clear();
  }

 private:
  void shrink() {
    const auto last = candidates_.begin() + static_cast<std::ptrdiff_t>(limit_) - 1;
    std::nth_element(candidates_.begin(), last, candidates_.end(), better);
    candidates_.resize(limit_);
    worst_ = candidates_.back();
    full_ = true;
  }

  std::size_t limit_;
  std::vector<Candidate> candidates_;
  Candidate worst_{};
  bool full_ = false;
};

}  // namespace perennial::models
