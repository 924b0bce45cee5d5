// What one mean over all customers hides: for whom the lists are good, for which items, and what they are worth.
//
// revenue_recall  price of the test items that were recommended / price of all test items of known price, over all
//                 customers together: what share of the money the lists would have led to
// diversity       1 - mean cosine of two items of one list, by who bought them in train; lists of one item are left out;
//                 over at most kDiversityCustomers customers, evenly spread
// cold items      test items with no buyer in train: recall among them, over all customers together
// history slices  customers by the number of items they had: none, 1, 2 to 4, 5 to 19, 20 or more
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/evaluate/ranking.h"

namespace perennial::evaluate {

inline constexpr std::size_t kDiversityCustomers = 2'000;

struct HistorySlice {
  std::string_view name;  // "0", "1", "2-4", "5-19", "20+"
  std::size_t customers = 0;
  double hit_rate = 0, recall = 0, ndcg = 0;  // means; 0 without customers
};

struct RankingDetail {
  std::optional<Estimate> revenue_recall;  // absent when no test item has a known price
  std::optional<double> diversity;         // absent when no list has two items
  std::optional<double> cold_item_recall;  // absent when every test item had a buyer
  std::size_t cold_test_items = 0;
  std::array<HistorySlice, 5> by_history;
};

// `report` is evaluate_ranking of the same lists, `train` what the model was fitted to (other customers too), `histories`
// what the judged customers had. `price` is per item, NaN unknown, or empty.
// Errors: kInvalidArgument for shapes that differ.
RankingDetail detail(const RankingReport& report, const models::TopItems::Output& recommended,
                     const models::Interactions& train, const models::Interactions& histories,
                     const models::Interactions& test, std::span<const double> price,
                     const BootstrapOptions& options = {});

}  // namespace perennial::evaluate
