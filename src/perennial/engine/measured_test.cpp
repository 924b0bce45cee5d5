#include "perennial/engine/measured.h"

#include <gtest/gtest.h>

#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

TEST(Measured, WhatAManifestKeepsComesBackAsItWas) {
  report::Accuracy accuracy{.holdout_start = *parse_day("2024-10-01"),
                            .holdout_end = *parse_day("2024-12-31"),
                            .customers = 7,
                            .decided_by = "mae"};
  accuracy.models.push_back({.id = "value.bg_nbd/1", .chosen = true});
  accuracy.models[0].mae =
      report::Estimate{.value = 0.5, .interval = report::Interval{0.4, 0.6, 0.95}};
  accuracy.by_frequency.push_back({.frequency = 3, .or_more = true, .customers = 4});
  accuracy.deciles.push_back({.decile = 1, .customers = 2, .expected = 1.5, .actual = 1});
  const nlohmann::json json = accuracy_to_json(accuracy);
  const report::Accuracy back = accuracy_from_json(json);
  EXPECT_EQ(accuracy_to_json(back), json);
  EXPECT_EQ(back.holdout_start, accuracy.holdout_start);
  EXPECT_EQ(back.models[0].mae->interval->high, 0.6);
  EXPECT_FALSE(back.models[0].rmse);

  const report::Tracking tracking{.first_day = *parse_day("2024-01-01"),
                                  .period_days = 7,
                                  .actual = {1, 2},
                                  .expected = {1.5, 1.5},
                                  .holdout_start = {}};
  EXPECT_EQ(tracking_from_json(tracking_to_json(tracking)).expected, tracking.expected);

  report::Recommenders recommenders{.list_length = 10, .customers = 5};
  recommenders.rows.push_back({.id = "baseline.popularity", .is_baseline = true});
  EXPECT_EQ(recommenders_from_json(recommenders_to_json(recommenders)).rows[0].id,
            "baseline.popularity");
}

TEST(Measured, AnEvaluationOfBeforeNewItemsWereMeasuredIsStillRead) {
  nlohmann::json json = recommend_evaluation_to_json(
      {.protocol = "time", .list_length = 10, .customers = 3, .new_items = report::NewItems{}});
  EXPECT_TRUE(recommend_evaluation_from_json(json).new_items);
  json.erase("new_items");
  const report::RecommendEvaluation before = recommend_evaluation_from_json(json);
  EXPECT_EQ(before.customers, 3U);
  EXPECT_FALSE(before.new_items);
}

TEST(Measured, DamagedManifestsAreNamedNotGuessed) {
  EXPECT_THROW(accuracy_from_json({{"customers", "many"}}), Error);
  EXPECT_THROW(tracking_from_json(nlohmann::json::object()), Error);
  EXPECT_THROW(recommenders_from_json(nlohmann::json::array()), Error);
}

}  // namespace
}  // namespace perennial::engine
