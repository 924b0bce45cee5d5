#include "perennial/models/value/unique_histories.h"

#include <algorithm>
#include <cmath>
#include <tuple>

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
  const std::vector<Row> rows = sorted_rows(input);
  UniqueHistories out;
  for (std::size_t i = 0; i < rows.size();) {
    Row row = rows[i];
    for (++i; i < rows.size() && same(rows[i], row); ++i) row.weight += rows[i].weight;
    push(out, row);
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

}  // namespace perennial::models
