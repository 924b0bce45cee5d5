// What every recommender does around its scores: check the request, walk the customers in parallel, keep masked items
// out, and lay the lists end to end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/scratch_pool.h"
#include "perennial/models/recommend/selection.h"

namespace perennial::models {

// kInvalidArgument in the name of `model` when the request does not fit a model of `items` items.
void validate(const TopItems::Input& input, std::string_view model, std::size_t items);
// kInvalidArgument in the name of `model` when `similar` is asked for what a model of `items` items does not have.
void validate_similar(std::uint32_t item, std::span<const std::uint8_t> blocked,
                      std::string_view model, std::size_t items);
// kNotEnoughData when there is nothing to learn from.
void validate_fit(const Interactions& interactions, std::string_view model);

// The items that must not be recommended to one customer after the other.
class CandidateMask {
 public:
  CandidateMask(const TopItems::Input& input)
      : blocked_(input.blocked),
        seen_(input.seen == SeenItems::kMask ? input.interactions.items() : 0) {}

  void mark(std::span<const std::uint32_t> history) { set(history, 1); }
  void unmark(std::span<const std::uint32_t> history) { set(history, 0); }
  bool allows(std::uint32_t item) const {
    return (blocked_.empty() || blocked_[item] == 0) && (seen_.empty() || seen_[item] == 0);
  }

 private:
  void set(std::span<const std::uint32_t> history, std::uint8_t value) {
    if (seen_.empty()) return;
    for (const std::uint32_t item : history) seen_[item] = value;
  }
  std::span<const std::uint8_t> blocked_;
  std::vector<std::uint8_t> seen_;
};

// One customer's list at the end of `part`, reasons not yet known.
void append_list(TopItems::Output& part, std::span<const Selection::Candidate> chosen);
void append_lists(TopItems::Output& all, const TopItems::Output& part);

// answer(customer, scratch, part) appends one list to part; scratches come from make().
template <typename Scratch, typename Make, typename Answer>
TopItems::Output answer_all(const TopItems::Input& input, Make make, Answer answer) {
  constexpr std::size_t kCustomersPerChunk = 256;
  const std::size_t n = input.customers ? input.customers->size() : input.interactions.customers();
  std::vector<TopItems::Output> parts((n + kCustomersPerChunk - 1) / kCustomersPerChunk);
  ScratchPool<Scratch> pool;
  parallel_chunks(n, kCustomersPerChunk, input.threads, [&](std::size_t first, std::size_t last) {
    pool.lend(make, [&](Scratch& scratch) {
      for (std::size_t i = first; i < last; ++i) {
        const auto customer =
            input.customers ? (*input.customers)[i] : static_cast<std::uint32_t>(i);
        answer(customer, scratch, parts[first / kCustomersPerChunk]);
      }
    });
  });
  TopItems::Output all;
  for (TopItems::Output& part : parts) {
    append_lists(all, part);
    part = {};
  }
  return all;
}

}  // namespace perennial::models
