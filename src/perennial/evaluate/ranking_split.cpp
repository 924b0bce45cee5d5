#include "perennial/evaluate/ranking_split.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::evaluate {
namespace {

using models::InteractionLog;
using models::Interactions;

// Records gathered one by one, for Interactions::build.
struct Records {
  std::vector<std::uint32_t> customer;
  std::vector<std::uint32_t> item;
  std::vector<double> weight;
  std::vector<Day> day;

  void add(std::uint32_t c, std::uint32_t i, double w, Day d) {
    customer.push_back(c);
    item.push_back(i);
    weight.push_back(w);
    day.push_back(d);
  }
  Interactions build(std::size_t customers, std::size_t items, Threads threads) const {
    return Interactions::build({customers, items, customer, item, weight, day}, threads);
  }
};

// Splits the entries of `all` by side(customer, position in the customer's row), a number below kSides or none.
template <std::size_t kSides, typename Side>
std::array<Interactions, kSides> split_entries(const Interactions& all, Threads threads,
                                               Side side) {
  std::array<Records, kSides> sides;
  for (std::size_t c = 0; c < all.customers(); ++c) {
    for (std::size_t k = 0; k < all.items_of(c).size(); ++k) {
      const std::optional<std::size_t> chosen = side(c, k);
      if (!chosen) continue;
      sides[*chosen].add(static_cast<std::uint32_t>(c), all.items_of(c)[k],
                         static_cast<double>(all.weights_of(c)[k]), all.last_days_of(c)[k]);
    }
  }
  std::array<Interactions, kSides> built;
  for (std::size_t s = 0; s < kSides; ++s)
    built[s] = sides[s].build(all.customers(), all.items(), threads);
  return built;
}

// The places of a customer's items in the order of their last days, equal ones by item.
std::vector<std::size_t> in_time_order(const Interactions& all, std::size_t customer) {
  const auto days = all.last_days_of(customer);
  std::vector<std::size_t> order(days.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return days[a] < days[b]; });
  return order;
}

}  // namespace

RankingSplit split_at(const InteractionLog& log, Day cut, Threads threads) {
  CHECK(log.customer.size() == log.day.size() && log.item.size() == log.day.size() &&
        log.weight.size() == log.day.size());
  Records before;
  Records after;
  for (std::size_t r = 0; r < log.day.size(); ++r) {
    Records& side = log.day[r] < cut ? before : after;
    side.add(log.customer[r], log.item[r], log.weight[r], log.day[r]);
  }
  if (before.day.empty() || after.day.empty()) {
    fail(ErrorKind::kNotEnoughData,
         "split at {}: {} records before, {} from that day on; choose a day inside the data",
         format_day(cut), before.day.size(), after.day.size());
  }
  return {before.build(log.customers, log.items, threads),
          after.build(log.customers, log.items, threads)};
}

RankingSplit leave_last_out(const Interactions& interactions, Threads threads) {
  std::vector<std::size_t> last(interactions.customers(), 0);
  std::size_t tested = 0;
  for (std::size_t c = 0; c < interactions.customers(); ++c) {
    const auto days = interactions.last_days_of(c);
    for (std::size_t k = 1; k < days.size(); ++k) {
      if (days[k] >= days[last[c]]) last[c] = k;
    }
    if (days.size() > 1) ++tested;
  }
  if (tested == 0) {
    fail(ErrorKind::kNotEnoughData,
         "leave last out: no customer has two items; nothing would be left to learn from");
  }
  auto [train, test] = split_entries<2>(
      interactions, threads, [&](std::size_t c, std::size_t k) -> std::optional<std::size_t> {
        return interactions.items_of(c).size() > 1 && k == last[c] ? 1 : 0;
      });
  return {std::move(train), std::move(test)};
}

StrongSplit strong_generalisation(const Interactions& interactions, const StrongOptions& options,
                                  Threads threads) {
  CHECK(options.customers > 0 && options.customers < 1);
  CHECK(options.test_share > 0 && options.test_share < 1);
  enum Side : std::size_t { kTrain, kHistory, kTest };
  std::vector<Side> sides;  // of each entry
  std::size_t learnt = 0;
  for (std::size_t c = 0; c < interactions.customers(); ++c) {
    const std::size_t n = interactions.items_of(c).size();
    const bool is_tested = RandomStream(options.seed, c).bernoulli(options.customers) && n >= 2;
    const auto tested = std::max<std::size_t>(
        1, static_cast<std::size_t>(static_cast<double>(n) * options.test_share));
    const std::size_t first = sides.size();
    sides.resize(first + n, is_tested ? kHistory : kTrain);
    if (!is_tested) learnt += n;
    const std::vector<std::size_t> order = in_time_order(interactions, c);
    for (std::size_t k = n - tested; is_tested && k < n; ++k) sides[first + order[k]] = kTest;
  }
  if (learnt == 0 || learnt == interactions.size()) {
    fail(ErrorKind::kNotEnoughData,
         "strong generalisation: {} of {} entries are left to learn from; it takes customers of "
         "two items or more on both sides",
         learnt, interactions.size());
  }
  std::size_t entry = 0;
  auto [train, history, test] = split_entries<3>(
      interactions, threads,
      [&](std::size_t, std::size_t) -> std::optional<std::size_t> { return sides[entry++]; });
  return {std::move(train), std::move(history), std::move(test)};
}

Interactions without_seen(const Interactions& test, const Interactions& train, Threads threads) {
  CHECK(test.customers() == train.customers() && test.items() == train.items());
  return split_entries<1>(test, threads,
                          [&](std::size_t c, std::size_t k) -> std::optional<std::size_t> {
                            if (std::ranges::binary_search(train.items_of(c), test.items_of(c)[k]))
                              return {};
                            return 0;
                          })[0];
}

}  // namespace perennial::evaluate
