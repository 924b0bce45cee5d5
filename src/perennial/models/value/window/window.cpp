#include "perennial/models/value/window/window.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"

namespace perennial::models {
namespace {

void require_rows(std::string_view name, std::size_t rows, std::size_t n) {
  if (rows != n)
    fail(ErrorKind::kBadInput, "{} has {} rows, there are {} customers", name, rows, n);
}

void validate(const PurchaseSequences& sequences, std::size_t n) {
  require_rows("sequences", sequences.begin.size() - 1, n);
  const std::size_t steps = sequences.begin.back();
  if (sequences.begin.front() != 0 || !std::ranges::is_sorted(sequences.begin))
    fail(ErrorKind::kBadInput, "sequences: begin must rise from 0");
  require_rows("days_before of the sequences", sequences.days_before.size(), steps);
  require_rows("amount of the sequences", sequences.amount.size(), steps);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = sequences.begin[i]; k < sequences.begin[i + 1]; ++k) {
      const bool first = k == sequences.begin[i];
      const float days = sequences.days_before[k];
      if (!(days >= 0) || !std::isfinite(days) || (!first && days > sequences.days_before[k - 1]))
        fail(
            ErrorKind::kBadInput,
            "row {}: a purchase {} days before the day; purchases are in time, none after that day",
            i + 1, days);
      if (!std::isfinite(sequences.amount[k]))
        fail(ErrorKind::kBadInput, "row {}: an amount is {}, needs a finite number", i + 1,
             sequences.amount[k]);
    }
  }
}

}  // namespace

void validate(const Window::Input& input, WindowUse use) {
  const std::size_t n = input.size();
  const std::size_t m = input.features.size();
  require_rows("values", m == 0 ? 0 : input.values.size() / m, m == 0 ? 0 : n);
  if (input.values.size() != n * m)
    fail(ErrorKind::kBadInput, "values has {} numbers, {} customers with {} features need {}",
         input.values.size(), n, m, n * m);
  if (input.is_money.size() != m)
    fail(ErrorKind::kBadInput, "is_money has {} entries, there are {} features",
         input.is_money.size(), m);
  for (std::size_t i = 0; i < input.values.size(); ++i) {
    if (std::isinf(input.values[i]))
      fail(ErrorKind::kBadInput, "row {}: {} is {}, needs a finite number or NaN for none",
           i / m + 1, input.features[i % m], input.values[i]);
  }
  if (!(input.window_days >= 1) || !std::isfinite(input.window_days))
    fail(ErrorKind::kBadInput, "window_days is {}, needs at least 1", input.window_days);
  if (!input.sequences.empty()) validate(input.sequences, n);
  if (use == WindowUse::kPredict) return;
  require_rows("purchases", input.purchases.size(), n);
  require_rows("spend", input.spend.size(), n);
  for (std::size_t i = 0; i < n; ++i) {
    const double purchases = input.purchases[i];
    if (!(purchases >= 0) || purchases != std::floor(purchases) || purchases > 1e6)
      fail(ErrorKind::kBadInput, "row {}: purchases is {}, needs a whole number from 0 to 1000000",
           i + 1, purchases);
    if (!std::isfinite(input.spend[i]))
      fail(ErrorKind::kBadInput, "row {}: spend is {}, needs a finite number", i + 1,
           input.spend[i]);
  }
}

void require_enough(std::span<const double> purchases) {
  const auto back = static_cast<std::size_t>(
      std::ranges::count_if(purchases, [](double count) { return count > 0; }));
  const std::size_t n = purchases.size();
  const std::size_t away = n - back;
  if (n < kLeastWindowRows || back < kLeastWindowOutcomes || away < kLeastWindowOutcomes)
    fail(
        ErrorKind::kNotEnoughData,
        "{} customers of whom {} came back are too few to learn from; it takes {}, of whom {} came "
        "back and {} did not",
        n, back, kLeastWindowRows, kLeastWindowOutcomes, kLeastWindowOutcomes);
}

std::vector<std::size_t> learning_rows(const Window::Input& input, std::size_t most) {
  const std::size_t n = input.size();
  const std::size_t m = input.features.size();
  std::vector<std::uint64_t> keys(n);
  constexpr std::size_t kChunk = 4096;
  parallel_chunks(n, kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
    std::string bytes;
    const auto add = [&](const auto* data, std::size_t count) {
      bytes.append(reinterpret_cast<const char*>(data), count * sizeof *data);
    };
    for (std::size_t i = begin; i < end; ++i) {
      bytes.clear();
      const std::span<const float> row = input.row(i);
      for (std::size_t j = 0; j < m; ++j)
        if (input.is_money[j] == 0) add(&row[j], 1);
      add(&input.purchases[i], 1);
      if (!input.sequences.empty()) {
        const std::size_t first = input.sequences.begin[i];
        add(input.sequences.days_before.data() + first, input.sequences.begin[i + 1] - first);
      }
      keys[i] = fnv1a(bytes);
    }
  });
  // Of equal but for money: the lesser spend, then the lesser first amount that differs.
  const auto less_money = [&](std::size_t a, std::size_t b) {
    if (input.spend[a] != input.spend[b]) return input.spend[a] < input.spend[b];
    const auto amount = [](float value) {
      return std::isnan(value) ? -std::numeric_limits<float>::infinity() : value;
    };
    for (std::size_t j = 0; j < m; ++j) {
      const float at_a = amount(input.row(a)[j]);
      const float at_b = amount(input.row(b)[j]);
      if (at_a != at_b) return at_a < at_b;
    }
    if (input.sequences.empty()) return false;
    const auto amounts = [&](std::size_t i) {
      const std::size_t first = input.sequences.begin[i];
      return input.sequences.amount.subspan(first, input.sequences.begin[i + 1] - first);
    };
    return std::ranges::lexicographical_compare(amounts(a), amounts(b));
  };
  std::vector<std::size_t> rows(n);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::ranges::stable_sort(rows, [&](std::size_t a, std::size_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : less_money(a, b);
  });
  rows.resize(std::min(n, most));
  return rows;
}

}  // namespace perennial::models
