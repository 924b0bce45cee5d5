#include "perennial/evaluate/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "perennial/base/error.h"
#include "perennial/evaluate/ranking_split.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::TopItems;
using ::testing::HasSubstr;
using Items = std::vector<std::uint32_t>;

Interactions matrix(std::size_t items, const std::vector<Items>& rows) {
  models::SimulatedInteractions log{.customers = rows.size(), .items = items};
  for (std::size_t c = 0; c < rows.size(); ++c) {
    for (const std::uint32_t item : rows[c]) {
      log.customer.push_back(static_cast<std::uint32_t>(c));
      log.item.push_back(item);
      log.weight.push_back(1);
      log.day.push_back({0});
    }
  }
  return Interactions::build(log.log());
}

TopItems::Output lists(const std::vector<Items>& rows) {
  TopItems::Output out;
  for (const Items& row : rows) {
    for (const std::uint32_t item : row) {
      out.items.push_back(item);
      out.scores.push_back(0);
      out.because.push_back(models::kNoItem);
    }
    out.begin.push_back(out.items.size());
  }
  return out;
}

TEST(RankingMetrics, AreWhatAHandComputes) {
  // Hits at ranks 2 and 4 of 5 places, 3 test items.
  const RankingMetrics m = ranking_metrics(Items{9, 1, 8, 4, 7}, Items{1, 4, 6}, 5);
  EXPECT_DOUBLE_EQ(m.precision, 0.4);
  EXPECT_DOUBLE_EQ(m.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(m.f1, 0.5);
  EXPECT_DOUBLE_EQ(m.hit_rate, 1);
  EXPECT_DOUBLE_EQ(m.mrr, 0.5);
  EXPECT_DOUBLE_EQ(m.map, (1.0 / 2 + 2.0 / 4) / 3);
  const double ideal = 1 + 1 / std::log2(3.0) + 0.5;
  EXPECT_DOUBLE_EQ(m.ndcg, (1 / std::log2(3.0) + 1 / std::log2(5.0)) / ideal);
}

TEST(RankingMetrics, CutTheIdealAndMapAtTheSmallerOfKAndTheTest) {
  // 4 test items, 2 places, both hit: recall is 2 of 4, ndcg and map are perfect.
  const RankingMetrics m = ranking_metrics(Items{1, 2, 3}, Items{1, 2, 3, 4}, 2);
  EXPECT_DOUBLE_EQ(m.precision, 1);
  EXPECT_DOUBLE_EQ(m.recall, 0.5);
  EXPECT_DOUBLE_EQ(m.ndcg, 1);
  EXPECT_DOUBLE_EQ(m.map, 1);
}

TEST(RankingMetrics, CountEmptyPlacesAsMisses) {
  EXPECT_DOUBLE_EQ(ranking_metrics(Items{1}, Items{1}, 10).precision, 0.1);
  EXPECT_DOUBLE_EQ(ranking_metrics(Items{}, Items{1}, 10).ndcg, 0);
  EXPECT_DOUBLE_EQ(ranking_metrics(Items{2, 1}, Items{1}, 1).hit_rate, 0);
}

TEST(RankingMetrics, AgreeWithTheirDefinitionsOnAnyList) {
  EXPECT_TRUE(rc::check("oracle", [] {
    std::set<std::uint32_t> test{*rc::gen::inRange<std::uint32_t>(0, 12)};
    Items list;
    for (std::uint32_t item = 0; item < 12; ++item) {
      if (*rc::gen::arbitrary<bool>()) test.insert(item);
      if (*rc::gen::arbitrary<bool>()) list.push_back(item);
    }
    for (std::size_t i = list.size(); i > 1; --i) {
      std::swap(list[i - 1], list[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    const auto k = *rc::gen::inRange<std::size_t>(1, 15);
    std::vector<double> hit(k + 1, 0.0);
    for (std::size_t r = 1; r <= k && r <= list.size(); ++r) {
      hit[r] = test.contains(list[r - 1]) ? 1 : 0;
    }
    double hits = 0;
    double dcg = 0;
    double ideal = 0;
    double average = 0;
    double reciprocal = 0;
    for (std::size_t r = 1; r <= k; ++r) {
      const double rank = static_cast<double>(r);
      hits += hit[r];
      dcg += hit[r] / std::log2(rank + 1);
      average += hit[r] * hits / rank;
      if (hit[r] > 0 && hits == 1) reciprocal = 1 / rank;
      if (r <= test.size()) ideal += 1 / std::log2(rank + 1);
    }
    const double size = static_cast<double>(test.size());
    const double places = static_cast<double>(k);
    const RankingMetrics m = ranking_metrics(list, Items(test.begin(), test.end()), k);
    RC_ASSERT(std::abs(m.precision - hits / places) < 1e-12);
    RC_ASSERT(std::abs(m.recall - hits / size) < 1e-12);
    RC_ASSERT(std::abs(m.f1 - 2 * hits / (places + size)) < 1e-12);
    RC_ASSERT(std::abs(m.ndcg - dcg / ideal) < 1e-12);
    RC_ASSERT(std::abs(m.mrr - reciprocal) < 1e-12);
    RC_ASSERT(std::abs(m.map - average / std::min(size, places)) < 1e-12);
    RC_ASSERT(m.hit_rate == (hits > 0 ? 1 : 0));
  }));
}

TEST(EvaluateRanking, JudgesCustomersWithTestItemsAndCountsTheColdOnes) {
  // Buyers in train: item 0 three, item 1 one, item 2 one, item 3 none.
  const Interactions train = matrix(4, {{0, 1}, {0}, {0, 2}, {}});
  const Interactions test = matrix(4, {{2}, {}, {1, 3}, {0}});
  const auto recommended = lists({{2, 3}, {1, 2}, {1}, {}});
  const RankingReport report = evaluate_ranking(recommended, train, test, 2);
  EXPECT_EQ(report.customers, 3U);
  EXPECT_EQ(report.cold_customers, 1U);
  EXPECT_EQ(report.test_items, 4U);
  EXPECT_EQ(report.cold_test_items, 1U);
  EXPECT_DOUBLE_EQ(report.coverage, 3.0 / 4);  // customer 1 is not judged
  // Recommended places: items 2, 3, 1 with 1, 0, 1 buyers; test items 2, 1, 3, 0 with 1, 1, 0, 3.
  EXPECT_DOUBLE_EQ(report.popularity_lift.value(), (2.0 / 3) / (5.0 / 4));
  EXPECT_DOUBLE_EQ(report.metric("hit_rate").value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.metric("recall").value, (1 + 0.5 + 0) / 3);
  EXPECT_DOUBLE_EQ(report.metric("precision").value, (0.5 + 0.5 + 0) / 3);
  EXPECT_LE(report.metric("ndcg").low, report.metric("ndcg").value);
  EXPECT_GE(report.metric("ndcg").high, report.metric("ndcg").value);
  EXPECT_THROW(report.metric("accuracy"), Error);
}

TEST(EvaluateRanking, SaysWhatDoesNotFit) {
  const Interactions train = matrix(2, {{0}});
  const Interactions test = matrix(2, {{1}});
  const auto message = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(message([&] { evaluate_ranking(lists({{1}}), train, test, 0); }),
              HasSubstr("k is 0"));
  EXPECT_THAT(message([&] { evaluate_ranking(lists({{1}, {1}}), train, test, 1); }),
              HasSubstr("2 lists"));
  EXPECT_THAT(message([&] { evaluate_ranking(lists({{2}}), train, test, 1); }),
              HasSubstr("item 2 is recommended, there are 2"));
  EXPECT_THAT(message([&] { evaluate_ranking(lists({{1}}), train, matrix(2, {{}}), 1); }),
              HasSubstr("no customer has a test item"));
}

TEST(EvaluateRanking, ShowsThatNeighboursBeatPopularityWhereTastesDiffer) {
  const Interactions shop =
      Interactions::build(models::simulate_interactions(1500, 200, 12, 8).log());
  const RankingSplit split = leave_last_out(shop);
  const TopItems::Input input{split.train};
  const auto popular = models::Popularity::fit(input, {}).predict(input);
  const auto near = models::ItemNeighbours::fit(input, {}).predict(input);
  const BootstrapOptions options{.replicates = 200};
  const auto baseline = evaluate_ranking(popular, split.train, split.test, 10, options);
  const auto report = evaluate_ranking(near, split.train, split.test, 10, options);
  const Estimate gain = compare(report, baseline, "ndcg", options);
  EXPECT_GT(gain.low, 0);
  EXPECT_NEAR(gain.value, report.metric("ndcg").value - baseline.metric("ndcg").value, 1e-12);
  EXPECT_GT(report.coverage, baseline.coverage);
  EXPECT_LT(report.popularity_lift.value(), baseline.popularity_lift.value());
  EXPECT_EQ(compare(report, report, "ndcg", options), (Estimate{0, 0, 0}));
}

TEST(EvaluateRanking, IsTheSameForAnyNumberOfThreads) {
  const Interactions shop = Interactions::build(models::simulate_interactions(300, 40, 8, 8).log());
  const RankingSplit split = leave_last_out(shop);
  const TopItems::Input input{split.train};
  const auto recommended = models::Popularity::fit(input, {}).predict(input);
  const auto one = evaluate_ranking(recommended, split.train, split.test, 5, {.threads = {1}});
  for (const int threads : {2, 8}) {
    const auto many =
        evaluate_ranking(recommended, split.train, split.test, 5, {.threads = {threads}});
    EXPECT_EQ(many.metrics, one.metrics);
  }
}

}  // namespace
}  // namespace perennial::evaluate
