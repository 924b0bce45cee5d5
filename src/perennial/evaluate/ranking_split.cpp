#include "perennial/evaluate/ranking_split.h"

#include <algorithm>
#include <vector>

#include "perennial/base/error.h"

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

// Splits the entries of `all` by side(customer, position in the customer's row): 0 train, 1 test, else neither.
template <typename Side>
RankingSplit split_entries(const Interactions& all, Threads threads, Side side) {
  Records sides[2];
  for (std::size_t c = 0; c < all.customers(); ++c) {
    for (std::size_t k = 0; k < all.items_of(c).size(); ++k) {
      const int chosen = side(c, k);
      if (chosen != 0 && chosen != 1) continue;
      sides[chosen].add(static_cast<std::uint32_t>(c), all.items_of(c)[k],
                        static_cast<double>(all.weights_of(c)[k]), all.last_days_of(c)[k]);
    }
  }
  return {sides[0].build(all.customers(), all.items(), threads),
          sides[1].build(all.customers(), all.items(), threads)};
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
  return split_entries(interactions, threads, [&](std::size_t c, std::size_t k) {
    return interactions.items_of(c).size() > 1 && k == last[c] ? 1 : 0;
  });
}

Interactions without_seen(const Interactions& test, const Interactions& train, Threads threads) {
  CHECK(test.customers() == train.customers() && test.items() == train.items());
  return split_entries(
             test, threads,
             [&](std::size_t c, std::size_t k) {
               const auto seen = train.items_of(c);
               return std::binary_search(seen.begin(), seen.end(), test.items_of(c)[k]) ? 2 : 1;
             })
      .test;
}

}  // namespace perennial::evaluate
