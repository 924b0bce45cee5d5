#include "perennial/models/recommend/sessions/session_index.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

// By time, equal times by their items: sessions equal in both cannot be told apart.
bool earlier(Sessions a, std::size_t i, Sessions b, std::size_t j) {
  if (a.times[i] != b.times[j]) return a.times[i] < b.times[j];
  const auto left = a.items_of(i);
  const auto right = b.items_of(j);
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
}

// Each item once, where it comes last; by brute force, as nearly all sessions are short.
void keep_last_looks(std::vector<std::uint32_t>& items) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto later = items.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    if (std::find(later, items.end(), items[i]) == items.end()) items[kept++] = items[i];
  }
  items.resize(kept);
}

void keep_once(std::vector<std::uint32_t>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

// The sessions without repetitions; empty ones and those too long are left out.
SessionRows without_repetitions(Sessions batch, SessionIndex::Limits limits) {
  SessionRows rows;
  std::vector<std::uint32_t> set;
  for (std::size_t s = 0; s < batch.size(); ++s) {
    const auto items = batch.items_of(s);
    set.assign(items.begin(), items.end());
    keep_once(set);
    if (set.empty() || set.size() > limits.longest) continue;
    if (limits.order == ItemOrder::kLastLooks) {
      set.assign(items.begin(), items.end());
      keep_last_looks(set);
    }
    rows.append(set, batch.times[s]);
  }
  return rows;
}

std::vector<std::size_t> order_of(Sessions sessions) {
  std::vector<std::size_t> order(sessions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return earlier(sessions, a, sessions, b); });
  return order;
}

// `kept` is in order already, `added` is taken in the given order.
SessionRows merged(Sessions kept, Sessions added, std::span<const std::size_t> order) {
  SessionRows all;
  all.items.reserve(kept.items.size() + added.items.size());
  all.begin.reserve(kept.size() + added.size() + 1);
  all.times.reserve(kept.size() + added.size());
  std::size_t next = 0;
  for (const std::size_t s : order) {
    while (next < kept.size() && !earlier(added, s, kept, next)) {
      all.append(kept.items_of(next), kept.times[next]);
      ++next;
    }
    all.append(added.items_of(s), added.times[s]);
  }
  for (; next < kept.size(); ++next) all.append(kept.items_of(next), kept.times[next]);
  return all;
}

}  // namespace

SessionIndex SessionIndex::with(Sessions batch, std::size_t items) const {
  const SessionRows added = without_repetitions(batch, limits_);
  SessionIndex index(limits_);
  index.counts_ = counts_;
  index.counts_.resize(items, 0);
  for (const std::uint32_t item : added.items) ++index.counts_[item];
  index.sessions_ = merged(sessions_.view(), added.view(), order_of(added.view()));
  if (index.size() >= std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorKind::kUnsupported, "session index: {} sessions are more than can be numbered",
         index.size());
  }
  index.make_lists();
  index.drop_unlisted();
  return index;
}

void SessionIndex::make_lists() {
  std::vector<std::uint64_t> left(items(), 0);
  for (const std::uint32_t item : sessions_.items) ++left[item];
  list_begin_.assign(1, 0);
  list_begin_.reserve(items() + 1);
  for (std::uint64_t& count : left) {
    count = std::min<std::uint64_t>(count, limits_.most_recent);
    list_begin_.push_back(list_begin_.back() + count);
  }
  lists_.resize(list_begin_.back());
  for (auto session = static_cast<std::uint32_t>(size()); session-- > 0;) {
    for (const std::uint32_t item : items_of(session)) {
      if (left[item] > 0) lists_[list_begin_[item + 1] - left[item]--] = session;
    }
  }
}

// The lists stay as they are but for the numbers: what is in none of them is in none of them without it either.
void SessionIndex::drop_unlisted() {
  constexpr std::uint32_t kDropped = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> number(size(), kDropped);
  for (const std::uint32_t session : lists_) number[session] = 0;
  if (std::find(number.begin(), number.end(), kDropped) == number.end()) return;
  SessionRows kept;
  for (std::uint32_t s = 0; s < number.size(); ++s) {
    if (number[s] == kDropped) continue;
    number[s] = static_cast<std::uint32_t>(kept.times.size());
    kept.append(items_of(s), sessions_.times[s]);
  }
  sessions_ = std::move(kept);
  for (std::uint32_t& session : lists_) session = number[session];
}

std::uint64_t SessionIndex::clicks() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

void SessionIndex::save(ByteWriter& writer) const {
  writer.array(sessions_.begin);
  writer.array(sessions_.items);
  std::vector<std::int64_t> micros;
  micros.reserve(size());
  for (const Time time : sessions_.times) micros.push_back(time.micros);
  writer.array(micros);
  writer.array(counts_);
}

SessionIndex SessionIndex::load(Limits limits, std::string_view id, ByteReader& reader) {
  SessionIndex index(limits);
  index.sessions_.begin = reader.array<std::uint64_t>();
  index.sessions_.items = reader.array<std::uint32_t>();
  for (const std::int64_t micros : reader.array<std::int64_t>()) {
    index.sessions_.times.push_back({micros});
  }
  index.counts_ = reader.array<std::uint64_t>();
  bool consistent = index.is_consistent();
  if (consistent) {
    const std::size_t saved = index.size();
    index.make_lists();
    for (std::size_t i = 0; i < index.items() && consistent; ++i) {
      const std::size_t listed = index.sessions_of(static_cast<std::uint32_t>(i)).size();
      // Below the limit nothing was dropped, so the list holds all that were counted.
      consistent = listed == std::min<std::uint64_t>(index.counts_[i], limits.most_recent);
    }
    index.drop_unlisted();
    consistent = consistent && index.size() == saved;
  }
  if (!consistent) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", id);
  }
  return index;
}

// Everything that make_lists relies on, and the order and limits of the sessions.
bool SessionIndex::is_consistent() const {
  const auto& begin = sessions_.begin;
  if (begin.size() < 2 || begin.front() != 0 || begin.back() != sessions_.items.size() ||
      begin.size() != sessions_.times.size() + 1 || items() >= kNoItem ||
      size() >= std::numeric_limits<std::uint32_t>::max()) {
    return false;
  }
  std::vector<std::uint32_t> set;
  for (std::size_t s = 0; s < size(); ++s) {
    if (begin[s + 1] <= begin[s] || begin[s + 1] > sessions_.items.size()) return false;
    const auto kept = items_of(static_cast<std::uint32_t>(s));
    set.assign(kept.begin(), kept.end());
    if (limits_.order == ItemOrder::kLastLooks) std::sort(set.begin(), set.end());
    if (set.size() > limits_.longest || set.back() >= items()) return false;
    if (std::adjacent_find(set.begin(), set.end(), std::greater_equal<>()) != set.end()) {
      return false;
    }
    if (s > 0 && earlier(sessions_.view(), s, sessions_.view(), s - 1)) return false;
  }
  // Their sum must not overflow.
  return std::all_of(counts_.begin(), counts_.end(), [](std::uint64_t count) {
    return count <= std::numeric_limits<std::uint32_t>::max();
  });
}

}  // namespace perennial::models
