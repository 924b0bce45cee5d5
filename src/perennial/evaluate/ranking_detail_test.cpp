#include "perennial/evaluate/ranking_detail.h"

#include <gtest/gtest.h>

#include <cmath>

#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::TopItems;

Interactions matrix(std::size_t items, const std::vector<std::vector<std::uint32_t>>& rows) {
  models::SimulatedInteractions log{.customers = rows.size(), .items = items};
  for (std::uint32_t c = 0; c < rows.size(); ++c) {
    for (const std::uint32_t item : rows[c]) {
      log.customer.push_back(c);
      log.item.push_back(item);
      log.weight.push_back(1);
      log.day.push_back({0});
    }
  }
  return Interactions::build(log.log());
}

TopItems::Output lists(const std::vector<std::vector<std::uint32_t>>& rows) {
  TopItems::Output out;
  for (const auto& row : rows) {
    for (const std::uint32_t item : row) {
      out.items.push_back(item);
      out.scores.push_back(-static_cast<double>(out.items.size()));
      out.because.push_back(models::kNoItem);
    }
    out.begin.push_back(out.items.size());
  }
  return out;
}

TEST(RankingDetail, GivesTheFiguresOfAHandCountedExample) {
  const Interactions train = matrix(4, {{0, 1}, {0, 1}, {0}, {2}});
  const Interactions histories = matrix(4, {{0, 1}, {}, {2}});
  const Interactions test = matrix(4, {{2, 3}, {0}, {}});
  const TopItems::Output recommended = lists({{2, 0}, {1, 0}, {0, 1}});
  const std::vector<double> price{5, std::nan(""), 10, 30};
  const RankingReport report = evaluate_ranking(recommended, histories, test, 2);
  const RankingDetail found = detail(report, recommended, train, histories, test, price);
  EXPECT_DOUBLE_EQ(found.revenue_recall.value().value, (10.0 + 5) / (10 + 30 + 5));
  // 2 and 0 share no buyer; 1 and 0 share two of 2 and 3. The third customer wanted nothing.
  EXPECT_NEAR(found.diversity.value(), (1 + 1 - 2 / std::sqrt(6)) / 2, 1e-12);
  EXPECT_EQ(found.cold_test_items, 1U);  // item 3
  EXPECT_EQ(found.cold_item_recall.value(), 0);
  EXPECT_EQ(found.by_history[0].customers, 1U);
  EXPECT_EQ(found.by_history[0].hit_rate, 1);
  EXPECT_EQ(found.by_history[2].customers, 1U);
  EXPECT_EQ(found.by_history[2].recall, .5);
  EXPECT_EQ(found.by_history[1].customers, 0U);
}

TEST(RankingDetail, LeavesOutWhatIsNotDefined) {
  const Interactions train = matrix(2, {{0}});
  const TopItems::Output recommended = lists({{0}});
  const RankingReport report = evaluate_ranking(recommended, train, train, 1);
  const RankingDetail found = detail(report, recommended, train, train, train, {});
  EXPECT_FALSE(found.revenue_recall);
  EXPECT_FALSE(found.diversity);
  EXPECT_FALSE(found.cold_item_recall);
}

TEST(RankingDetail, SlicesAddUpToTheWhole) {
  const Interactions shop = Interactions::build(models::simulate_interactions(300, 50, 6, 3).log());
  const TopItems::Output recommended =
      models::Popularity::fit({shop}, {})
          .predict({.interactions = shop, .seen = models::SeenItems::kKeep});
  const RankingReport report = evaluate_ranking(recommended, shop, shop, 10);
  const RankingDetail found = detail(report, recommended, shop, shop, shop, {});
  double recall = 0;
  std::size_t customers = 0;
  for (const HistorySlice& slice : found.by_history) {
    recall += slice.recall * static_cast<double>(slice.customers);
    customers += slice.customers;
  }
  EXPECT_EQ(customers, report.customers);
  EXPECT_NEAR(recall / static_cast<double>(customers), report.metric("recall").value, 1e-12);
}

}  // namespace
}  // namespace perennial::evaluate
