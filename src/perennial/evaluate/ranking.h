// How well lists of recommended items meet what customers did next: exact definitions, one number per customer.
//
// Given    for a customer the list L, best first, cut to k places, and the set T of test items, not empty;
//          hit(r) = 1 when the item at rank r = 1, 2, ... of L is in T
// precision    sum hit / k                       (k, also when L is shorter: an empty place is a miss)
// recall       sum hit / |T|                     (|T|, also when it exceeds k)
// f1           2 precision recall / (precision + recall), 0 when both are 0; per customer, then averaged
// hit_rate     1 when any hit
// ndcg         sum hit(r) / log2(r + 1) over sum 1 / log2(r + 1) for r = 1 .. min(k, |T|); binary gain
// mrr          1 / rank of the first hit, 0 without one inside k
// map          sum hit(r) precision-at-r / min(k, |T|)
// coverage     different items in all lists / items in the shop's numbering
// popularity_lift   mean number of train buyers of a recommended place / of a test item: above 1 means the lists lean
//                   to best sellers more than the customers do
//
// Who      customers with at least one test item, each with weight 1; those for whom nothing was recommended count as
//          0 in every metric; test items never sold in train cannot be hit and still count in |T|
// Slices   cold customers (nothing in train) and cold test items (no buyer in train) are counted in the report
// Ties     the lists' own order counts: recommenders break equal scores by lower item index
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/evaluate/bootstrap.h"
#include "perennial/models/recommend/family.h"

namespace perennial::evaluate {

// One customer. REQUIRES: k >= 1, test ascending and not empty.
struct RankingMetrics {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  double hit_rate = 0;
  double ndcg = 0;
  double mrr = 0;
  double map = 0;
};
RankingMetrics ranking_metrics(std::span<const std::uint32_t> recommended,
                               std::span<const std::uint32_t> test, std::size_t k);

struct MetricColumn {
  std::string_view name;  // snake_case, as above
  double RankingMetrics::* member;
};
std::span<const MetricColumn> metric_columns();

struct RankingReport {
  std::size_t k = 0;
  std::size_t customers = 0;       // judged
  std::size_t cold_customers = 0;  // of these, with nothing in train
  std::size_t test_items = 0;      // pairs of customer and test item
  std::size_t cold_test_items = 0;
  double coverage = 0;
  std::optional<double> popularity_lift;  // absent when no place is filled or no test item is known
  std::vector<Estimate> metrics;          // in the order of metric_columns()
  std::vector<std::vector<double>> per_customer;  // same order, one value per judged customer

  const Estimate& metric(
      std::string_view name) const;  // kNotFound for a name not among the columns
  std::span<const double> of_customers(std::string_view name) const;  // likewise
};

// List c of `recommended` is about customer c of `test` and `train`.
// Errors: kInvalidArgument for k = 0 or shapes that differ; kNotEnoughData when no customer has a test item.
RankingReport evaluate_ranking(const models::TopItems::Output& recommended,
                               const models::Interactions& train, const models::Interactions& test,
                               std::size_t k, const BootstrapOptions& options = {});

// By how much a metric of `a` exceeds that of `b` on the same customers; sure when low > 0.
// Errors: kInvalidArgument when the reports judge different numbers of customers or places.
Estimate compare(const RankingReport& a, const RankingReport& b, std::string_view name,
                 const BootstrapOptions& options = {});

}  // namespace perennial::evaluate
