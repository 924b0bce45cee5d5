#include "perennial/models/recommend/factors/item_factors.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/recommend/selection.h"

namespace perennial::models {
namespace {

double product(const float* a, const float* b, std::size_t first, std::size_t width) {
  double sum = 0;
  for (std::size_t k = first; k < width; ++k)
    sum += static_cast<double>(a[k]) * static_cast<double>(b[k]);
  return sum;
}

}  // namespace

std::vector<ScoredItem> ItemFactors::similar(std::string_view model, std::uint32_t item,
                                             std::size_t n,
                                             std::span<const std::uint8_t> blocked) const {
  if (item >= items()) {
    fail(ErrorKind::kInvalidArgument, "{}: item {} was asked for, there are {}", model, item,
         items());
  }
  if (!blocked.empty() && blocked.size() != items()) {
    fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", model,
         blocked.size(), items());
  }
  const std::size_t first = first_ == FirstColumn::kLevel ? 1 : 0;
  const float* self = factors_.row(item);
  const double own = product(self, self, first, factors_.width);
  std::vector<ScoredItem> found;
  if (n == 0 || !(own > 0)) return found;
  Selection best(std::min(n, items()));
  for (std::uint32_t other = 0; other < items(); ++other) {
    if (other == item || (!blocked.empty() && blocked[other] != 0)) continue;
    const float* row = factors_.row(other);
    const double squares = product(row, row, first, factors_.width);
    if (!(squares > 0)) continue;
    best.offer(other, product(self, row, first, factors_.width) / std::sqrt(own * squares));
  }
  for (const Selection::Candidate& other : best.sorted()) found.push_back({other.id, other.score});
  return found;
}

void ItemFactors::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(factors_.width);
  writer.array(std::span<const float>(factors_.values));
}

ItemFactors ItemFactors::load(std::string_view id, FirstColumn first, ByteReader& reader) {
  Factors factors;
  factors.width = reader.scalar<std::uint64_t>();
  const auto values = reader.array<float>();
  factors.values.assign(values.begin(), values.end());
  if (factors.width == 0 || factors.width % kLanes != 0 || values.size() % factors.width != 0 ||
      !std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its factors do not fit together; run `perennial run` to make it anew",
         id);
  }
  return {std::move(factors), first};
}

void add_reasons(const TopItems::Input& input, const Explain& explain, TopItems::Output& lists) {
  constexpr std::size_t kCustomersPerChunk = 256;
  parallel_chunks(lists.size(), kCustomersPerChunk, input.threads,
                  [&](std::size_t first, std::size_t last) {
                    for (std::size_t i = first; i < last; ++i) {
                      const auto customer =
                          input.customers ? (*input.customers)[i] : static_cast<std::uint32_t>(i);
                      if (lists.items_of(i).empty()) continue;
                      const auto because = std::span(lists.because).subspan(lists.begin[i]);
                      explain(customer, lists.items_of(i), because.first(lists.items_of(i).size()));
                    }
                  });
}

}  // namespace perennial::models
