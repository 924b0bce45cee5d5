#include "perennial/evaluate/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;

constexpr std::array<MetricColumn, 7> kColumns = {{
    {"precision", &RankingMetrics::precision},
    {"recall", &RankingMetrics::recall},
    {"f1", &RankingMetrics::f1},
    {"hit_rate", &RankingMetrics::hit_rate},
    {"ndcg", &RankingMetrics::ndcg},
    {"mrr", &RankingMetrics::mrr},
    {"map", &RankingMetrics::map},
}};

std::size_t column_of(std::string_view name) {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (kColumns[c].name == name) return c;
  }
  fail(ErrorKind::kNotFound,
       "metric {}: no such metric; there are precision, recall, f1, hit_rate, ndcg, mrr and map",
       name);
}

double discount(std::size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 1); }

void validate(const models::TopItems::Output& recommended, const Interactions& train,
              const Interactions& test, std::size_t k) {
  if (k == 0) fail(ErrorKind::kInvalidArgument, "evaluate ranking: k is 0, needs at least 1");
  if (recommended.size() != test.customers() || train.customers() != test.customers() ||
      train.items() != test.items()) {
    fail(ErrorKind::kInvalidArgument,
         "evaluate ranking: {} lists, train {} x {}, test {} x {}; give one list per customer and "
         "the same numbering",
         recommended.size(), train.customers(), train.items(), test.customers(), test.items());
  }
  const std::vector<std::uint32_t>& items = recommended.items;
  const auto bad = std::find_if(items.begin(), items.end(),
                                [&](std::uint32_t item) { return item >= test.items(); });
  if (bad != items.end()) {
    fail(ErrorKind::kInvalidArgument, "evaluate ranking: item {} is recommended, there are {}",
         *bad, test.items());
  }
  if (test.empty()) {
    fail(ErrorKind::kNotEnoughData,
         "evaluate ranking: no customer has a test item; choose an earlier cut");
  }
}

std::vector<double> buyers_per_item(const Interactions& train) {
  std::vector<double> buyers(train.items(), 0.0);
  for (const std::uint32_t item : train.view().ids) ++buyers[item];
  return buyers;
}

}  // namespace

std::span<const MetricColumn> metric_columns() { return kColumns; }

RankingMetrics ranking_metrics(std::span<const std::uint32_t> recommended,
                               std::span<const std::uint32_t> test, std::size_t k) {
  CHECK(k >= 1 && !test.empty());
  RankingMetrics m;
  double hits = 0;
  for (std::size_t rank = 1; rank <= std::min(k, recommended.size()); ++rank) {
    if (!std::binary_search(test.begin(), test.end(), recommended[rank - 1])) continue;
    ++hits;
    const double r = static_cast<double>(rank);
    if (m.mrr == 0) m.mrr = 1 / r;
    m.ndcg += discount(rank);
    m.map += hits / r;
  }
  if (hits == 0) return m;
  double ideal = 0;
  const std::size_t reachable = std::min(k, test.size());
  for (std::size_t rank = 1; rank <= reachable; ++rank) ideal += discount(rank);
  m.precision = hits / static_cast<double>(k);
  m.recall = hits / static_cast<double>(test.size());
  m.f1 = 2 * m.precision * m.recall / (m.precision + m.recall);
  m.hit_rate = 1;
  m.ndcg /= ideal;
  m.map /= static_cast<double>(reachable);
  return m;
}

const Estimate& RankingReport::metric(std::string_view name) const {
  return metrics[column_of(name)];
}

std::span<const double> RankingReport::of_customers(std::string_view name) const {
  return per_customer[column_of(name)];
}

RankingReport evaluate_ranking(const models::TopItems::Output& recommended,
                               const Interactions& train, const Interactions& test, std::size_t k,
                               const BootstrapOptions& options) {
  validate(recommended, train, test, k);
  RankingReport report;
  report.k = k;
  report.per_customer.resize(kColumns.size());

  const std::vector<double> buyers = buyers_per_item(train);
  std::vector<bool> shown(test.items(), false);
  double shown_buyers = 0;
  double test_buyers = 0;
  std::size_t places = 0;
  for (std::size_t c = 0; c < test.customers(); ++c) {
    const auto wanted = test.items_of(c);
    if (wanted.empty()) continue;
    const auto all = recommended.items_of(c);
    const auto list = all.first(std::min(k, all.size()));
    const RankingMetrics m = ranking_metrics(list, wanted, k);
    for (std::size_t column = 0; column < kColumns.size(); ++column) {
      report.per_customer[column].push_back(m.*kColumns[column].member);
    }
    ++report.customers;
    if (train.items_of(c).empty()) ++report.cold_customers;
    for (const std::uint32_t item : list) {
      shown[item] = true;
      shown_buyers += buyers[item];
      ++places;
    }
    for (const std::uint32_t item : wanted) {
      test_buyers += buyers[item];
      ++report.test_items;
      if (buyers[item] == 0) ++report.cold_test_items;
    }
  }

  report.coverage = static_cast<double>(std::count(shown.begin(), shown.end(), true)) /
                    static_cast<double>(test.items());
  if (places > 0 && test_buyers > 0) {
    report.popularity_lift = (shown_buyers / static_cast<double>(places)) /
                             (test_buyers / static_cast<double>(report.test_items));
  }
  std::vector<std::span<const double>> columns(report.per_customer.begin(),
                                               report.per_customer.end());
  report.metrics = bootstrap_estimates(columns, options);
  return report;
}

Estimate compare(const RankingReport& a, const RankingReport& b, std::string_view name,
                 const BootstrapOptions& options) {
  const std::size_t column = column_of(name);
  if (a.customers != b.customers || a.k != b.k) {
    fail(ErrorKind::kInvalidArgument,
         "compare {}: one report judges {} customers at {}, the other {} at {}; use the same test",
         name, a.customers, a.k, b.customers, b.k);
  }
  return bootstrap_difference(a.per_customer[column], b.per_customer[column], options);
}

}  // namespace perennial::evaluate
