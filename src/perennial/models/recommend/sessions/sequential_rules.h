// Sequential rules: what tended to follow this item, a few steps later.
//
// Count    c(a, b) = sum over ordered pairs a before b of one past session (or purchase history), at a distance d of at
//          most `steps` places, of 1/d (or of 1, kEqual); a pair of the same item does not count. clicks(i): how often
//          item i stands in all of them
// Rule     r(a, b) = c(a, b) / sqrt((1 + clicks(a)) * (1 + clicks(b))) (kPopularity), or c(a, b) (kNone)
// Kept     per item its `top` strongest rules (0: all), equal ones by lower item; all counts, so that updates are exact
// Score    score(b) = sum over the `last` latest items a of the session, at place p (0 for the latest), of
//          decay^p * r(a, b)
// Because  the a with the largest part of that sum
// Variants as published (SR): last 1, kNone. Markov chain: that with steps 1. The defaults are the variant that did better
//          on purchase histories: docs/models/recommend.sequential_rules.md
// Times    are not read, neither in fit nor in predict
// Cost     fit O(clicks * steps); update O(rules); a query: `last` rows of rules, twice, without allocation once the
//          scratch has grown to 17 bytes an item; memory 12 bytes a pair counted and 8 a rule kept
// Limits   says nothing of what never followed anything in a session; an item that follows itself is never offered by itself
// Source   Ludewig & Jannach (2018), "Evaluation of Session-based Recommendation Algorithms" (SR, MC)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/sessions/next_item.h"
#include "perennial/models/recommend/sessions/next_item_answering.h"
#include "perennial/models/recommend/sessions/sequence_counts.h"

namespace perennial::models {

// Whether rules between popular items, which meet often by chance, count less.
enum class RuleWeight : std::uint8_t { kPopularity, kNone };

class SequentialRules {
 public:
  static constexpr std::string_view kId = "recommend.sequential_rules/1";
  struct Options {
    std::size_t steps = 10;  // longest distance within a rule; 1..20
    StepWeight step_weight = StepWeight::kInverse;
    RuleWeight rule_weight = RuleWeight::kPopularity;
    std::size_t last = 20;  // latest items of the session that are read; 1..100
    double decay = 0.8;     // of an item's say with each later one; above 0, at most 1
    std::size_t top = 200;  // rules kept per item: bounds the cost of a query; 0: all
  };

  static SequentialRules fit(const NextItem::Input& input, const Options& options);
  // A new value that has learnt from these sessions too: the same as fit on all of them. `items` may have grown.
  SequentialRules update(const NextItem::Input& batch) const;
  NextItem::Output predict(const NextItem::Input& input) const;

  using Request = NextItem::Request;
  using Offer = NextItem::Offer;
  // Working memory for one query after the other, of any model; one for each thread.
  class Scratch;
  // predict for one session, best first; valid until the scratch is used again.
  std::span<const Offer> answer(const Request& request, Scratch& scratch) const;
  // What follows this item: its rules, strongest first; at most n of those kept, blocked ones left out.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return counts_.items(); }
  std::size_t rules() const { return ids_.size(); }
  const Options& options() const { return options_; }
  void save(ByteWriter& writer) const;
  static SequentialRules load(ByteReader& reader);

 private:
  SequentialRules(const Options& options, SequenceCounts counts);
  std::span<const Offer> offers(const Request& request, Scratch& scratch) const;
  void read_window(std::span<const std::uint32_t> session, Scratch& scratch) const;

  Options options_;
  SequenceCounts counts_;
  // Rules of item a, strongest first: [begin[a], begin[a + 1]).
  std::vector<std::uint64_t> begin_ = {0};
  std::vector<std::uint32_t> ids_;
  std::vector<float> weights_;
};
static_assert(Updatable<SequentialRules, NextItem>);

class SequentialRules::Scratch {
 private:
  friend class SequentialRules;
  struct Speaker {
    std::uint32_t item;
    double weight;  // decay^p, summed over the places of the item
  };
  std::vector<Speaker> speakers_;
  ItemSums sums_;
};

}  // namespace perennial::models
