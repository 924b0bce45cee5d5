#include "perennial/models/recommend/simulated_interactions.h"

#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

constexpr std::size_t kCustomersPerChunk = 4096;
constexpr std::size_t kGroups = 20;
constexpr double kOwnGroup = 0.7;

std::uint64_t draw_count(RandomStream& stream, double records_each) {
  return 1 + stream.poisson((records_each - 1) * stream.exponential(1));
}

std::uint32_t draw_item(RandomStream& stream, std::size_t customer, std::size_t items) {
  const bool own = stream.bernoulli(kOwnGroup);
  const std::size_t choices = own ? items / kGroups : items;
  const auto rank =
      static_cast<std::size_t>(std::pow(stream.uniform(), 2.5) * static_cast<double>(choices));
  return static_cast<std::uint32_t>(own ? customer % kGroups + kGroups * rank : rank);
}

}  // namespace

SimulatedInteractions simulate_interactions(std::size_t customers, std::size_t items,
                                            double records_each, std::uint64_t seed,
                                            Threads threads) {
  CHECK(items >= kGroups && records_each >= 1);
  std::vector<std::uint64_t> begin(customers + 1, 0);
  parallel_chunks(customers, kCustomersPerChunk, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t c = first; c < last; ++c) {
      RandomStream stream(seed, c);
      begin[c + 1] = draw_count(stream, records_each);
    }
  });
  std::partial_sum(begin.begin(), begin.end(), begin.begin());

  SimulatedInteractions out;
  out.customers = customers;
  out.items = items;
  out.customer.resize(begin.back());
  out.item.resize(begin.back());
  out.weight.resize(begin.back());
  out.day.resize(begin.back());
  parallel_chunks(customers, kCustomersPerChunk, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t c = first; c < last; ++c) {
      RandomStream stream(seed, c);
      draw_count(stream, records_each);
      for (std::uint64_t r = begin[c]; r < begin[c + 1]; ++r) {
        out.customer[r] = static_cast<std::uint32_t>(c);
        out.item[r] = draw_item(stream, c, items);
        out.weight[r] = static_cast<double>(1 + stream.below(3));
        out.day[r] = to_day({2025, 1, 1}) + static_cast<std::int32_t>(stream.below(365));
      }
    }
  });
  return out;
}

}  // namespace perennial::models
