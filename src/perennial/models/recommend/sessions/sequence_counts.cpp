#include "perennial/models/recommend/sessions/sequence_counts.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <span>

#include "perennial/base/error.h"
#include "perennial/models/recommend/scratch_pool.h"

namespace perennial::models {
namespace {

// A click: what may have followed it lies in [next, end) of the sequences' items.
struct Followers {
  std::uint64_t next;
  std::uint64_t end;
};

struct Occurrences {
  std::vector<std::uint64_t> begin;  // per item
  std::vector<Followers> followers;

  std::span<const Followers> of(std::size_t item) const {
    return std::span(followers).subspan(begin[item], begin[item + 1] - begin[item]);
  }
};

Occurrences occurrences_of(Sessions sequences, std::size_t items, std::size_t steps) {
  Occurrences all{std::vector<std::uint64_t>(items + 1, 0), {}};
  for (const std::uint32_t item : sequences.items) ++all.begin[item + 1];
  std::partial_sum(all.begin.begin(), all.begin.end(), all.begin.begin());
  all.followers.resize(sequences.items.size());
  std::vector<std::uint64_t> slot(all.begin.begin(), all.begin.end() - 1);
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const std::uint64_t end = sequences.begin[s + 1];
    for (std::uint64_t k = sequences.begin[s]; k < end; ++k) {
      all.followers[slot[sequences.items[k]]++] = {k + 1, std::min(end, k + 1 + steps)};
    }
  }
  return all;
}

// One row after the other; clean between rows.
class RowCounter {
 public:
  explicit RowCounter(std::size_t items) : sums_(items, 0) {}

  void add(std::uint32_t item, std::uint64_t count) {
    if (sums_[item] == 0) touched_.push_back(item);
    sums_[item] += count;
  }
  void append_row(SequenceCounts& part) {
    std::sort(touched_.begin(), touched_.end());
    for (const std::uint32_t item : touched_) {
      part.ids.push_back(item);
      part.counts.push_back(sums_[item]);
      sums_[item] = 0;
    }
    touched_.clear();
    part.begin.push_back(part.ids.size());
  }

 private:
  std::vector<std::uint64_t> sums_;
  std::vector<std::uint32_t> touched_;
};

void append_rows(SequenceCounts& all, const SequenceCounts& part) {
  const std::uint64_t offset = all.ids.size();
  for (std::size_t i = 1; i < part.begin.size(); ++i) all.begin.push_back(offset + part.begin[i]);
  all.ids.insert(all.ids.end(), part.ids.begin(), part.ids.end());
  all.counts.insert(all.counts.end(), part.counts.begin(), part.counts.end());
}

}  // namespace

SequenceCounts count_sequences(const NextItem::Input& input, std::size_t steps, StepWeight weight) {
  const Occurrences occurrences = occurrences_of(input.sessions, input.items, steps);
  constexpr std::size_t kItemsPerChunk = 512;
  std::vector<SequenceCounts> parts((input.items + kItemsPerChunk - 1) / kItemsPerChunk);
  ScratchPool<RowCounter> pool;
  const auto make = [&] { return RowCounter(input.items); };
  const auto count_row = [&](std::uint32_t item, RowCounter& row) {
    for (const Followers& followers : occurrences.of(item)) {
      for (std::uint64_t k = followers.next; k < followers.end; ++k) {
        const std::uint64_t distance = k - followers.next + 1;
        const std::uint32_t other = input.sessions.items[k];
        if (other == item) continue;
        row.add(other, weight == StepWeight::kInverse ? kStepUnit / distance : kStepUnit);
      }
    }
  };
  parallel_chunks(input.items, kItemsPerChunk, input.threads,
                  [&](std::size_t first, std::size_t last) {
                    pool.lend(make, [&](RowCounter& row) {
                      for (std::size_t item = first; item < last; ++item) {
                        count_row(static_cast<std::uint32_t>(item), row);
                        row.append_row(parts[first / kItemsPerChunk]);
                      }
                    });
                  });
  SequenceCounts all;
  for (SequenceCounts& part : parts) {
    append_rows(all, part);
    part = {};
  }
  for (std::size_t i = 0; i < input.items; ++i) all.clicks.push_back(occurrences.of(i).size());
  return all;
}

SequenceCounts sum_of(const SequenceCounts& counts, const SequenceCounts& more) {
  CHECK(more.items() >= counts.items());
  SequenceCounts sum;
  sum.ids.reserve(counts.ids.size() + more.ids.size());
  sum.counts.reserve(sum.ids.capacity());
  sum.clicks = more.clicks;
  for (std::size_t i = 0; i < counts.items(); ++i) sum.clicks[i] += counts.clicks[i];
  for (std::size_t i = 0; i < more.items(); ++i) {
    std::uint64_t a = i < counts.items() ? counts.begin[i] : 0;
    const std::uint64_t a_end = i < counts.items() ? counts.begin[i + 1] : 0;
    std::uint64_t b = more.begin[i];
    while (a < a_end || b < more.begin[i + 1]) {
      const std::uint32_t left = a < a_end ? counts.ids[a] : kNoItem;
      const std::uint32_t right = b < more.begin[i + 1] ? more.ids[b] : kNoItem;
      const std::uint32_t id = std::min(left, right);
      sum.ids.push_back(id);
      sum.counts.push_back((left == id ? counts.counts[a++] : 0) +
                           (right == id ? more.counts[b++] : 0));
    }
    sum.begin.push_back(sum.ids.size());
  }
  return sum;
}

void save_counts(const SequenceCounts& counts, ByteWriter& writer) {
  writer.array(counts.begin);
  writer.array(counts.ids);
  writer.array(counts.counts);
  writer.array(counts.clicks);
}

namespace {

// Rows of other items, ascending.
bool has_rows(const SequenceCounts& all) {
  if (all.items() >= kNoItem || all.begin.size() != all.items() + 1 || all.begin.front() != 0 ||
      all.begin.back() != all.ids.size() || all.counts.size() != all.ids.size() ||
      !std::is_sorted(all.begin.begin(), all.begin.end())) {
    return false;
  }
  for (std::size_t i = 0; i < all.items(); ++i) {
    const auto row = std::span(all.ids).subspan(all.begin[i], all.begin[i + 1] - all.begin[i]);
    if (!row.empty() && row.back() >= all.items()) return false;
    if (std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) != row.end() ||
        std::binary_search(row.begin(), row.end(), i)) {
      return false;
    }
  }
  return true;
}

// Each count a sum of weights, at most `steps` of them for each click on what followed. REQUIRES: has_rows.
bool has_counts(const SequenceCounts& all, std::size_t steps, StepWeight weight) {
  constexpr std::uint64_t kMostClicks = std::numeric_limits<std::uint32_t>::max();
  std::uint64_t grain = kStepUnit;
  for (std::uint64_t d = 2; d <= steps && weight == StepWeight::kInverse; ++d) {
    grain = std::gcd(grain, kStepUnit / d);
  }
  if (std::any_of(all.clicks.begin(), all.clicks.end(),
                  [](std::uint64_t clicks) { return clicks > kMostClicks; })) {
    return false;
  }
  for (std::size_t k = 0; k < all.ids.size(); ++k) {
    const std::uint64_t most = all.clicks[all.ids[k]] * steps;
    if (all.counts[k] == 0 || all.counts[k] % grain != 0) return false;
    if ((all.counts[k] - 1) / kStepUnit >= most) return false;
  }
  return true;
}

}  // namespace

SequenceCounts load_counts(std::size_t steps, StepWeight weight, std::string_view id,
                           ByteReader& reader) {
  SequenceCounts all;
  all.begin = reader.array<std::uint64_t>();
  all.ids = reader.array<std::uint32_t>();
  all.counts = reader.array<std::uint64_t>();
  all.clicks = reader.array<std::uint64_t>();
  if (!has_rows(all) || !has_counts(all, steps, weight)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", id);
  }
  return all;
}

}  // namespace perennial::models
