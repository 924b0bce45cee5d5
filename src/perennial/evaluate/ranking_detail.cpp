#include "perennial/evaluate/ranking_detail.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "perennial/base/error.h"
#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::SparseRows;
using models::TopItems;

std::span<const std::uint32_t> cut(const TopItems::Output& lists, std::size_t c, std::size_t k) {
  const auto list = lists.items_of(c);
  return list.first(std::min(k, list.size()));
}

bool holds(std::span<const std::uint32_t> list, std::uint32_t item) {
  return std::ranges::find(list, item) != list.end();
}

std::optional<Estimate> revenue_recall(const TopItems::Output& lists, const Interactions& test,
                                       std::size_t k, std::span<const double> price,
                                       const BootstrapOptions& options) {
  std::vector<double> met, all;
  double known = 0;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    if (test.items_of(c).empty()) continue;
    met.push_back(0);
    all.push_back(0);
    for (const std::uint32_t item : test.items_of(c)) {
      if (price.empty() || !std::isfinite(price[item])) continue;
      all.back() += price[item];
      if (holds(cut(lists, c, k), item)) met.back() += price[item];
    }
    known += all.back();
  }
  if (!(known > 0)) return std::nullopt;
  return bootstrap(
      met.size(),
      [&](std::span<const std::uint32_t> times) {
        double hits = 0;
        double sum = 0;
        for (std::size_t i = 0; i < times.size(); ++i) {
          hits += times[i] * met[i];
          sum += times[i] * all[i];
        }
        return std::vector<double>{hits / sum};
      },
      options)[0];
}

// Cosine of two items by who bought them, each pair worked out once.
class Likeness {
 public:
  explicit Likeness(const Interactions& train) : buyers_(transpose(train.view())) {}

  double of(std::uint32_t a, std::uint32_t b) {
    const std::uint64_t pair = std::uint64_t{std::min(a, b)} << 32 | std::max(a, b);
    const auto [at, is_new] = known_.try_emplace(pair, 0.0);
    if (is_new) at->second = cosine(buyers_.view().row_ids(a), buyers_.view().row_ids(b));
    return at->second;
  }

 private:
  static double cosine(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
    if (a.empty() || b.empty()) return 0;
    double both = 0;
    for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
      if (*x == *y) ++both;
      const bool step_a = *x <= *y;
      const bool step_b = *y <= *x;
      if (step_a) ++x;
      if (step_b) ++y;
    }
    return both / std::sqrt(static_cast<double>(a.size()) * static_cast<double>(b.size()));
  }

  SparseRows buyers_;
  std::unordered_map<std::uint64_t, double> known_;
};

std::optional<double> diversity(const TopItems::Output& lists, const Interactions& train,
                                const Interactions& test, std::size_t k) {
  std::vector<std::size_t> judged;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    if (!test.items_of(c).empty() && cut(lists, c, k).size() >= 2) judged.push_back(c);
  }
  if (judged.empty()) return std::nullopt;
  Likeness likeness(train);
  const std::size_t asked = std::min(judged.size(), kDiversityCustomers);
  double sum = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    const auto list = cut(lists, judged[i * judged.size() / asked], k);
    double alike = 0;
    for (std::size_t a = 0; a < list.size(); ++a) {
      for (std::size_t b = a + 1; b < list.size(); ++b) alike += likeness.of(list[a], list[b]);
    }
    const auto n = static_cast<double>(list.size());
    sum += 1 - alike / (n * (n - 1) / 2);
  }
  return sum / static_cast<double>(asked);
}

std::size_t slice_of(std::size_t items) {
  if (items == 0) return 0;
  if (items == 1) return 1;
  if (items < 5) return 2;
  return items < 20 ? 3 : 4;
}

std::array<HistorySlice, 5> slices(const RankingReport& report, const Interactions& histories,
                                   const Interactions& test) {
  constexpr std::string_view kNames[] = {"0", "1", "2-4", "5-19", "20+"};
  std::array<HistorySlice, 5> all;
  for (std::size_t s = 0; s < all.size(); ++s) all[s].name = kNames[s];
  std::size_t judged = 0;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    if (test.items_of(c).empty()) continue;
    HistorySlice& slice = all[slice_of(histories.items_of(c).size())];
    ++slice.customers;
    slice.hit_rate += report.of_customers("hit_rate")[judged];
    slice.recall += report.of_customers("recall")[judged];
    slice.ndcg += report.of_customers("ndcg")[judged];
    ++judged;
  }
  for (HistorySlice& slice : all) {
    if (slice.customers == 0) continue;
    const auto n = static_cast<double>(slice.customers);
    slice.hit_rate /= n;
    slice.recall /= n;
    slice.ndcg /= n;
  }
  return all;
}

void add_cold_items(RankingDetail& detail, const TopItems::Output& lists, const Interactions& train,
                    const Interactions& test, std::size_t k) {
  std::vector<bool> sold(train.items(), false);
  for (const std::uint32_t item : train.view().ids) sold[item] = true;
  std::size_t met = 0;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    for (const std::uint32_t item : test.items_of(c)) {
      if (sold[item]) continue;
      ++detail.cold_test_items;
      if (holds(cut(lists, c, k), item)) ++met;
    }
  }
  if (detail.cold_test_items > 0)
    detail.cold_item_recall =
        static_cast<double>(met) / static_cast<double>(detail.cold_test_items);
}

}  // namespace

RankingDetail detail(const RankingReport& report, const TopItems::Output& recommended,
                     const Interactions& train, const Interactions& histories,
                     const Interactions& test, std::span<const double> price,
                     const BootstrapOptions& options) {
  if (recommended.size() != test.customers() || histories.customers() != test.customers() ||
      train.items() != test.items() || histories.items() != test.items() ||
      (!price.empty() && price.size() != test.items())) {
    fail(ErrorKind::kInvalidArgument,
         "evaluate ranking: {} lists, histories {} x {}, test {} x {}, train of {} items, {} "
         "prices; give one list and one history per customer and the same numbering",
         recommended.size(), histories.customers(), histories.items(), test.customers(),
         test.items(), train.items(), price.size());
  }
  RankingDetail detail;
  detail.revenue_recall = revenue_recall(recommended, test, report.k, price, options);
  detail.diversity = diversity(recommended, train, test, report.k);
  detail.by_history = slices(report, histories, test);
  add_cold_items(detail, recommended, train, test, report.k);
  return detail;
}

}  // namespace perennial::evaluate
