// Past sessions, and for every item the most recent of them that hold it: what session neighbours are found in.
//
// Story    a session counts as its different items, each once: in ascending order, or where it was looked at last
//          (kLastLooks). What has more than `longest` of them is a robot's and left out, as is an empty one. A session that is not among the `most_recent` of any of its items can never be
//          found again: only its items' counts are kept
// Shapes   sessions are numbered by time, equal times by their items; a higher number is more recent
// Order    the order of the rows does not matter; sessions added later give the same bytes as sessions there at first
// Cost     build and with: O(clicks log(session length) + batch log(batch)); memory 4 bytes a click kept and 4 an entry of
//          the lists, at most items * most_recent of these, 16 a session, 16 an item
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

// The order that a past session's items are kept in: what does not read it need not pay for searching it.
enum class ItemOrder : std::uint8_t { kAscending, kLastLooks };

class SessionIndex {
 public:
  struct Limits {
    std::size_t most_recent;  // sessions kept per item
    std::size_t longest;      // different items of a session
    ItemOrder order = ItemOrder::kAscending;
  };

  // No sessions yet. REQUIRES: both limits >= 1.
  explicit SessionIndex(Limits limits) : limits_(limits) {}
  // This index with the batch added. REQUIRES: a batch that is valid (next_item.h) with times; items >= items().
  SessionIndex with(Sessions batch, std::size_t items) const;

  std::size_t items() const { return counts_.size(); }
  std::size_t size() const { return sessions_.times.size(); }  // sessions kept
  Time time_of(std::uint32_t session) const { return sessions_.times[session]; }
  // In the order of the limits.
  std::span<const std::uint32_t> items_of(std::uint32_t session) const {
    const std::uint64_t first = sessions_.begin[session];
    return std::span(sessions_.items).subspan(first, sessions_.begin[session + 1] - first);
  }
  std::span<const std::uint32_t> sessions_of(std::uint32_t item) const {  // most recent first
    return std::span(lists_).subspan(list_begin_[item], list_begin_[item + 1] - list_begin_[item]);
  }
  // Asks the memory for what items_of(session) will read: first for where the items are, some sessions later for these.
  void fetch_begin(std::uint32_t session) const { __builtin_prefetch(&sessions_.begin[session]); }
  void fetch_items(std::uint32_t session) const {
    __builtin_prefetch(&sessions_.items[sessions_.begin[session]]);
  }
  // Of all sessions ever added, per item, how many held it; and the sum of these.
  std::span<const std::uint64_t> counts() const { return counts_; }
  std::uint64_t clicks() const;

  void save(ByteWriter& writer) const;
  // kCorrupt in the name of `id` when the parts do not fit together or break the limits.
  static SessionIndex load(Limits limits, std::string_view id, ByteReader& reader);

 private:
  bool is_consistent() const;
  void make_lists();
  void drop_unlisted();

  Limits limits_;
  SessionRows sessions_;
  std::vector<std::uint64_t> counts_;
  std::vector<std::uint64_t> list_begin_ = {0};
  std::vector<std::uint32_t> lists_;
};

}  // namespace perennial::models
