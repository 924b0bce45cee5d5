// The family of next items: for each session asked for, the items that its visitor would most likely look at next.
//
// Story    fit learns from `sessions`; predict answers for each of its own `sessions`, which are still going on and
//          belong to anybody: no customer needs to be known
// Shapes   items are numbered alike in fit and predict, 0 .. items - 1; answer i is about session i
// Order    score descending, equal scores by lower item index
// Masks    blocked items, the latest item of the session and (with SeenItems::kMask) all its others are taken out
//          before the best n are chosen, so they are never returned and never cost a place
// Errors   kInvalidArgument names the field; kBadInput names the session; fit on nothing is kNotEnoughData
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/time.h"
#include "perennial/models/recommend/family.h"

namespace perennial::models {

// Compressed rows: session s looked at items[begin[s]] .. items[begin[s + 1] - 1], in this order, the last one at
// times[s]. Predict does not read the times; they may be left out there, and where a model's fit does not read them.
struct Sessions {
  std::span<const std::uint64_t> begin;
  std::span<const std::uint32_t> items;
  std::span<const Time> times;

  std::size_t size() const { return begin.empty() ? 0 : begin.size() - 1; }
  std::span<const std::uint32_t> items_of(std::size_t session) const {
    return items.subspan(begin[session], begin[session + 1] - begin[session]);
  }
};

// Sessions that own their rows.
struct SessionRows {
  std::vector<std::uint64_t> begin = {0};
  std::vector<std::uint32_t> items;
  std::vector<Time> times;

  Sessions view() const { return {begin, items, times}; }
  void append(std::span<const std::uint32_t> session, Time time) {
    items.insert(items.end(), session.begin(), session.end());
    begin.push_back(items.size());
    times.push_back(time);
  }
  bool operator==(const SessionRows&) const = default;
};

struct NextItem {
  struct Input {
    Sessions sessions;
    std::size_t items = 0;  // in the shop's numbering
    std::span<const std::uint8_t> blocked =
        {};  // per item: not 0 when hidden, out of stock...; empty: none is
    SeenItems seen = SeenItems::kKeep;  // visitors go back to what they saw
    std::size_t n = 20;
    Threads threads = {};
  };
  using Output = TopItems::Output;  // because: the item of the session that spoke loudest

  // One session and its answer, for serving: model.answer(request, scratch).
  struct Request {
    std::span<const std::uint32_t> session;  // oldest first
    std::span<const std::uint8_t> blocked = {};
    SeenItems seen = SeenItems::kKeep;
    std::size_t n = 20;
  };
  struct Offer {
    std::uint32_t item;
    double score;
    std::uint32_t because;
    bool operator==(const Offer&) const = default;
  };
};

// In the name of `model`: rows that do not fit together are kInvalidArgument, an item beyond the shop's kBadInput.
void validate(Sessions sessions, std::size_t items, std::string_view model);

}  // namespace perennial::models
