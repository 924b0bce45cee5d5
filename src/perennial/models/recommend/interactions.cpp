#include "perennial/models/recommend/interactions.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::size_t kRowsPerChunk = 4096;
constexpr double kLargestWeight = 3.4e38;  // stored as float

struct Record {
  double weight;
  std::uint32_t item;
  Day day;
};

void validate(const InteractionLog& log) {
  const std::size_t n = log.customer.size();
  if (log.item.size() != n || log.weight.size() != n || log.day.size() != n) {
    fail(ErrorKind::kBadInput,
         "interactions: columns differ in length (customer {}, item {}, weight {}, day {}); give "
         "one value of each per record",
         n, log.item.size(), log.weight.size(), log.day.size());
  }
  constexpr std::size_t kLimit = std::numeric_limits<std::uint32_t>::max();
  if (log.customers >= kLimit || log.items >= kLimit) {
    fail(ErrorKind::kUnsupported,
         "interactions: {} customers x {} items, at most {} of each are supported", log.customers,
         log.items, kLimit - 1);
  }
  for (std::size_t r = 0; r < n; ++r) {
    if (log.customer[r] >= log.customers) {
      fail(ErrorKind::kBadInput, "interactions: record {}: customer is {}, needs to be below {}", r,
           log.customer[r], log.customers);
    }
    if (log.item[r] >= log.items) {
      fail(ErrorKind::kBadInput, "interactions: record {}: item is {}, needs to be below {}", r,
           log.item[r], log.items);
    }
    const double weight = log.weight[r];
    if (!(weight > 0) || !(weight < kLargestWeight)) {
      fail(ErrorKind::kBadInput,
           "interactions: record {}: weight is {}, needs to be above 0 and below 3.4e38", r,
           weight);
    }
  }
}

// Sorts the records of one customer and adds up those of the same item; returns how many items remain. Weights are part
// of the order, so that their sum does not depend on how the records came.
std::size_t merge_records(std::span<Record> row) {
  std::sort(row.begin(), row.end(), [](const Record& a, const Record& b) {
    return std::tie(a.item, a.weight, a.day) < std::tie(b.item, b.weight, b.day);
  });
  std::size_t kept = 0;
  for (const Record& record : row) {
    if (kept > 0 && row[kept - 1].item == record.item) {
      row[kept - 1].weight += record.weight;
      row[kept - 1].day = std::max(row[kept - 1].day, record.day);
    } else {
      row[kept++] = record;
    }
  }
  return kept;
}

float to_weight(double sum, std::size_t customer, std::uint32_t item) {
  const float weight = sum < kLargestWeight ? static_cast<float>(sum) : 0;
  if (!(weight > 0)) {
    fail(ErrorKind::kBadInput,
         "interactions: customer {}, item {}: weights add up to {}, need to stay between 1.2e-38 "
         "and "
         "3.4e38",
         customer, item, sum);
  }
  return weight;
}

}  // namespace

Interactions Interactions::build(const InteractionLog& log, Threads threads) {
  validate(log);
  std::vector<std::uint64_t> start(log.customers + 1, 0);
  for (const std::uint32_t customer : log.customer) ++start[customer + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());

  std::vector<Record> records(log.customer.size());
  {
    std::vector<std::uint64_t> next(start.begin(), start.end() - 1);
    for (std::size_t r = 0; r < records.size(); ++r) {
      records[next[log.customer[r]]++] = {log.weight[r], log.item[r], log.day[r]};
    }
  }

  Interactions out;
  out.rows_.columns = log.items;
  std::vector<std::uint64_t>& begin = out.rows_.begin;
  begin.assign(log.customers + 1, 0);
  parallel_chunks(log.customers, kRowsPerChunk, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t c = first; c < last; ++c) {
      begin[c + 1] = merge_records(std::span(records).subspan(start[c], start[c + 1] - start[c]));
    }
  });
  std::partial_sum(begin.begin(), begin.end(), begin.begin());

  out.rows_.ids.resize(begin.back());
  out.rows_.values.resize(begin.back());
  out.last_days_.resize(begin.back());
  parallel_chunks(log.customers, kRowsPerChunk, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t c = first; c < last; ++c) {
      const Record* record = records.data() + start[c];
      for (std::uint64_t k = begin[c]; k < begin[c + 1]; ++k, ++record) {
        out.rows_.ids[k] = record->item;
        out.rows_.values[k] = to_weight(record->weight, c, record->item);
        out.last_days_[k] = record->day;
      }
    }
  });
  return out;
}

void Interactions::save(ByteWriter& writer) const {
  save_rows(view(), writer);
  std::vector<std::int32_t> days(last_days_.size());
  std::transform(last_days_.begin(), last_days_.end(), days.begin(), [](Day d) { return d.days; });
  writer.array(days);
}

Interactions Interactions::load(ByteReader& reader) {
  Interactions out;
  out.rows_ = load_rows("interactions", reader);
  for (const std::int32_t days : reader.array<std::int32_t>()) out.last_days_.push_back({days});
  if (out.last_days_.size() != out.size()) {
    fail(ErrorKind::kCorrupt,
         "saved interactions: {} days for {} entries; run `perennial run` to make them anew",
         out.last_days_.size(), out.size());
  }
  return out;
}

Interactions rows_of(const Interactions& from, std::span<const std::uint32_t> rows,
                     std::span<const std::uint8_t> kept) {
  std::vector<std::uint32_t> customer;
  std::vector<std::uint32_t> item;
  std::vector<double> weight;
  std::vector<Day> day;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto items = from.items_of(rows[i]);
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (!kept.empty() && kept[items[k]] == 0) continue;
      customer.push_back(static_cast<std::uint32_t>(i));
      item.push_back(items[k]);
      weight.push_back(from.weights_of(rows[i])[k]);
      day.push_back(from.last_days_of(rows[i])[k]);
    }
  }
  return Interactions::build({.customers = rows.size(),
                              .items = from.items(),
                              .customer = customer,
                              .item = item,
                              .weight = weight,
                              .day = day});
}

}  // namespace perennial::models
