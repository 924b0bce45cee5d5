#include "perennial/models/value/unique_histories.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

struct Row {
  double repeat_purchases, recency, age, weight;
};

bool same(const Row& l, const Row& r) {
  return l.repeat_purchases == r.repeat_purchases && l.recency == r.recency && l.age == r.age;
}

// The weight decides last, so that even sums of fractional weights do not depend on the order of the input.
bool before(const Row& l, const Row& r) {
  return std::tie(l.repeat_purchases, l.recency, l.age, l.weight) <
         std::tie(r.repeat_purchases, r.recency, r.age, r.weight);
}

std::vector<Row> sorted_rows(const Purchases::Input& input) {
  std::vector<Row> rows(input.size());
  constexpr std::size_t kChunk = 1 << 16;
  parallel_chunks(rows.size(), kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      rows[i] = {input.repeat_purchases[i], input.recency[i], input.age[i], input.weight(i)};
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(begin),
              rows.begin() + static_cast<std::ptrdiff_t>(end), before);
  });
  // Sorted runs are merged two by two; the pairs of one round run side by side.
  for (std::size_t run = kChunk; run < rows.size(); run *= 2) {
    std::vector<Row> merged(rows.size());
    parallel_chunks(rows.size(), 2 * run, input.threads, [&](std::size_t begin, std::size_t end) {
      const auto from = rows.begin();
      const auto first = from + static_cast<std::ptrdiff_t>(begin);
      const auto middle = from + static_cast<std::ptrdiff_t>(std::min(begin + run, end));
      const auto last = from + static_cast<std::ptrdiff_t>(end);
      std::merge(first, middle, middle, last, merged.begin() + static_cast<std::ptrdiff_t>(begin),
                 before);
    });
    rows.swap(merged);
  }
  return rows;
}

// ---- Times on a grid ------------------------------------------------------------------------------------------------

// The different values of a column, and which of them each row has: ascending, so that their numbers sort like the values.
struct Dictionary {
  std::vector<double> values;
  std::vector<std::uint16_t> of_row;
};

// Nothing when there are more than 65,536 different values.
std::optional<Dictionary> dictionary_of(std::span<const double> column) {
  constexpr std::size_t kMost = 1 << 16;
  constexpr std::size_t kSlots = 4 * kMost;
  constexpr std::uint32_t kFree = 0xFFFFFFFF;
  std::vector<std::uint32_t> slot_value(1024, kFree);
  Dictionary d;
  d.of_row.resize(column.size());
  const auto slot_of = [&](double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 is 0
    const std::uint64_t mixed = (bits ^ (bits >> 29)) * 0x9E3779B97F4A7C15U;
    std::size_t slot = (mixed >> 32) & (slot_value.size() - 1);
    while (slot_value[slot] != kFree && d.values[slot_value[slot]] != value)
      slot = (slot + 1) & (slot_value.size() - 1);
    return slot;
  };
  for (std::size_t i = 0; i < column.size(); ++i) {
    std::size_t slot = slot_of(column[i]);
    if (slot_value[slot] == kFree) {
      if (d.values.size() == kMost) return std::nullopt;
      if (4 * d.values.size() >= slot_value.size() && slot_value.size() < kSlots) {
        slot_value.assign(4 * slot_value.size(), kFree);
        for (std::uint32_t v = 0; v < d.values.size(); ++v) slot_value[slot_of(d.values[v])] = v;
        slot = slot_of(column[i]);
      }
      slot_value[slot] = static_cast<std::uint32_t>(d.values.size());
      d.values.push_back(column[i]);
    }
    d.of_row[i] = static_cast<std::uint16_t>(slot_value[slot]);
  }
  std::vector<std::uint16_t> order(d.values.size());
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  std::ranges::sort(order, {}, [&](std::uint16_t v) { return d.values[v]; });
  std::vector<std::uint16_t> rank(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) rank[order[r]] = static_cast<std::uint16_t>(r);
  for (std::uint16_t& value : d.of_row) value = rank[value];
  std::ranges::sort(d.values);
  return d;
}

// Least significant digit first, in chunks side by side.
void radix_sort(std::vector<std::uint64_t>& keys, int bits, Threads threads) {
  constexpr int kDigit = 11;
  constexpr std::size_t kBuckets = 1 << kDigit;
  constexpr std::size_t kChunk = 1 << 18;
  const std::size_t chunks = (keys.size() + kChunk - 1) / kChunk;
  std::vector<std::uint64_t> sorted(keys.size());
  std::vector<std::size_t> place(chunks * kBuckets);
  for (int shift = 0; shift < bits; shift += kDigit) {
    std::ranges::fill(place, 0);
    const auto bucket = [&](std::uint64_t key) { return (key >> shift) & (kBuckets - 1); };
    parallel_chunks(keys.size(), kChunk, threads, [&](std::size_t begin, std::size_t end) {
      std::size_t* count = &place[begin / kChunk * kBuckets];
      for (std::size_t i = begin; i < end; ++i) ++count[bucket(keys[i])];
    });
    std::size_t next = 0;
    for (std::size_t b = 0; b < kBuckets; ++b)
      for (std::size_t c = 0; c < chunks; ++c) next += std::exchange(place[c * kBuckets + b], next);
    parallel_chunks(keys.size(), kChunk, threads, [&](std::size_t begin, std::size_t end) {
      std::size_t* at = &place[begin / kChunk * kBuckets];
      for (std::size_t i = begin; i < end; ++i) sorted[at[bucket(keys[i])]++] = keys[i];
    });
    keys.swap(sorted);
  }
}

// Equal rows counted, by their place in three dictionaries. False where times are not of a grid.
bool count_on_grid(UniqueHistories& out, const Purchases::Input& input) {
  constexpr std::size_t kWorthIt = 10'000;
  const std::size_t n = input.size();
  if (!input.weights.empty() || n < kWorthIt) return false;
  const std::span<const double> columns[] = {input.repeat_purchases, input.recency, input.age};
  std::optional<Dictionary> dictionaries[3];
  parallel_chunks(3, 1, input.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) dictionaries[c] = dictionary_of(columns[c]);
  });
  for (const auto& dictionary : dictionaries)
    if (!dictionary) return false;
  const Dictionary& x = *dictionaries[0];
  const Dictionary& recency = *dictionaries[1];
  const Dictionary& age = *dictionaries[2];
  const int age_bits = static_cast<int>(std::bit_width(age.values.size() - 1));
  const int recency_bits = static_cast<int>(std::bit_width(recency.values.size() - 1));
  const int x_bits = static_cast<int>(std::bit_width(x.values.size() - 1));
  std::vector<std::uint64_t> keys(n);
  for (std::size_t i = 0; i < n; ++i)
    keys[i] = (std::uint64_t{x.of_row[i]} << (recency_bits + age_bits)) |
              (std::uint64_t{recency.of_row[i]} << age_bits) | age.of_row[i];
  radix_sort(keys, x_bits + recency_bits + age_bits, input.threads);
  std::size_t different = 1;
  for (std::size_t i = 1; i < n; ++i) different += keys[i] != keys[i - 1] ? 1 : 0;
  for (auto* column : {&out.repeat_purchases, &out.recency, &out.age, &out.weight})
    column->reserve(different);
  const auto low = [](std::uint64_t key, int bits) {
    return key & ((std::uint64_t{1} << bits) - 1);
  };
  for (std::size_t i = 0; i < n;) {
    const std::uint64_t key = keys[i];
    const std::size_t first = i;
    while (i < n && keys[i] == key) ++i;
    out.repeat_purchases.push_back(x.values[key >> (recency_bits + age_bits)]);
    out.recency.push_back(recency.values[low(key >> age_bits, recency_bits)]);
    out.age.push_back(age.values[low(key, age_bits)]);
    out.weight.push_back(static_cast<double>(i - first));
  }
  return true;
}

void push(UniqueHistories& out, const Row& row) {
  out.repeat_purchases.push_back(row.repeat_purchases);
  out.recency.push_back(row.recency);
  out.age.push_back(row.age);
  out.weight.push_back(row.weight);
}

void summarise(UniqueHistories& out) {
  double age = 0;
  double purchases = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out.customers += out.weight[i];
    age += out.weight[i] * out.age[i];
    purchases += out.weight[i] * out.repeat_purchases[i];
  }
  out.mean_age = age / out.customers;
  out.mean_purchases = purchases / out.customers;
  out.weight_above.assign(static_cast<std::size_t>(out.repeat_purchases.back()), 0.0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = static_cast<std::size_t>(out.repeat_purchases[i]);
    if (x > 0) out.weight_above[x - 1] += out.weight[i];
  }
  for (std::size_t k = out.weight_above.size(); k-- > 1;)
    out.weight_above[k - 1] += out.weight_above[k];
}

}  // namespace

UniqueHistories unique_histories(const Purchases::Input& input) {
  validate(input);
  UniqueHistories out;
  if (!count_on_grid(out, input)) {
    const std::vector<Row> rows = sorted_rows(input);
    for (std::size_t i = 0; i < rows.size();) {
      Row row = rows[i];
      for (++i; i < rows.size() && same(rows[i], row); ++i) row.weight += rows[i].weight;
      push(out, row);
    }
  }
  summarise(out);
  out.know_log_gaps = !input.log_gaps.empty();
  // Whole numbers add up to the same sum in any order of the rows.
  constexpr double kMillionths = 1 << 20;
  for (std::size_t i = 0; i < input.log_gaps.size(); ++i)
    out.log_gaps += input.weight(i) * std::round(input.log_gaps[i] * kMillionths);
  out.log_gaps /= kMillionths;
  return out;
}

UniqueHistories histories_to_fit(const Purchases::Input& input) {
  UniqueHistories data = unique_histories(input);
  if (!(data.mean_age > 0))
    fail(ErrorKind::kNotEnoughData,
         "all {} customers made their first purchase on the last day: there is no time after it to "
         "learn from; wait, or end the observation later",
         data.customers);
  return data;
}

UniqueHistories thinned(const UniqueHistories& histories, std::size_t rows) {
  const std::size_t step = (histories.size() + rows - 1) / rows;
  UniqueHistories out;
  for (std::size_t i = 0; i < histories.size(); i += step)
    push(out, {histories.repeat_purchases[i], histories.recency[i], histories.age[i],
               histories.weight[i]});
  summarise(out);
  out.know_log_gaps = histories.know_log_gaps;
  // Its share of the sum: enough to compare k before the whole is fitted.
  const double purchases = histories.customers * histories.mean_purchases;
  if (purchases > 0)
    out.log_gaps = histories.log_gaps * out.customers * out.mean_purchases / purchases;
  return out;
}

Samples samples_of(const UniqueHistories& histories) {
  constexpr std::size_t kFew = 4'000;
  constexpr std::size_t kMany = 40'000;
  Samples samples{std::make_shared<const UniqueHistories>(thinned(histories, kFew)), nullptr};
  if (histories.size() > 2 * kMany)
    samples.many = std::make_shared<const UniqueHistories>(thinned(histories, kMany));
  return samples;
}

}  // namespace perennial::models
