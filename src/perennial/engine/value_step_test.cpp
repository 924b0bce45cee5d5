#include "perennial/engine/value_step.h"

#include "perennial/engine/holdout.h"
#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

class ValueStep : public SmallShop {
 protected:
  // Scores as of the end of the year; `options` without a process mean BG/NBD.
  ScoredValue score(ValueOptions options) {
    options.process = "value.bg_nbd/1";
    store::Shop opened = store::Shop::open(shop(), store::Access::kWrite, context_.now);
    store::Connection connection = opened.connect();
    journey::BuildOptions build = journey_options(connection);
    const Day end = *parse_day("2024-12-31");
    build.as_of = end + -options.window_days;
    journey::build(connection, build, *progress_);
    const WindowView past = window_view(connection, build.as_of);
    build.as_of = end;
    journey::build(connection, build, *progress_);
    std::string why;
    const auto scored = score_customers(connection, end, &past, options, context_, why);
    if (!scored) throw std::runtime_error(why);
    return *scored;
  }
  ScoredValue score(const std::string& said_by, double bias) {
    return score({.purchases_by = said_by,
                  .spend_by = said_by,
                  .horizon_days = 182,
                  .winners_bias = {.spend = bias},
                  .process_bias = {.spend = bias}});
  }
  std::int64_t unsound_scores() {
    return value<std::int64_t>(
        "SELECT count(*) FROM derived.scores WHERE NOT (lifetime_value_low <= lifetime_value AND "
        "lifetime_value <= lifetime_value_high AND isfinite(lifetime_value_high) AND "
        "isfinite(value_if_kept) AND value_if_kept >= lifetime_value AND p_repurchase BETWEEN 0 "
        "AND 1 "
        "AND p_active BETWEEN 0 AND 1 AND expected_orders >= 0 AND isfinite(expected_orders))");
  }
};

TEST_F(ValueStep, TotalsAreTheSumOverCustomersWithWiderIntervalsWhereTheHoldoutWasMissed) {
  order_for_a_year(150);
  import_orders();
  const ScoredValue exact = score("value.bg_nbd/1", 0);
  EXPECT_NEAR(value<double>("SELECT sum(lifetime_value) FROM derived.scores"), exact.value->value,
              1e-6 * exact.value->value);
  EXPECT_NEAR(value<double>("SELECT sum(expected_orders) FROM derived.scores"), exact.orders.value,
              1e-6 * exact.orders.value);
  EXPECT_LT(exact.value->interval->low, exact.value->value);
  EXPECT_GT(exact.value->interval->high, exact.value->value);
  const ScoredValue biased = score("value.bg_nbd/1", -0.3);
  EXPECT_EQ(biased.value->value, exact.value->value);
  EXPECT_GT(biased.value->interval->high - biased.value->value,
            std::hypot(exact.value->interval->high - exact.value->value, 0.3 * exact.value->value));
}

TEST_F(ValueStep, StatusQuoIsThePaceSoFar) {
  order_for_a_year(150);
  import_orders();
  score(std::string(kStatusQuo), 0);
  // Half a year at x repeat purchases in T days; T runs from the first purchase to the as-of day.
  EXPECT_LT(value<double>("SELECT max(abs(s.expected_orders - s.repeat_purchases * 182.0 / "
                          "(DATE '2024-12-31' - c.first_order))) FROM derived.scores s JOIN "
                          "derived.customers c USING (customer_id) WHERE c.first_order < DATE "
                          "'2024-12-31'"),
            1e-9);
  EXPECT_EQ(unsound_scores(), 0);
}

TEST_F(ValueStep, LearntModelsSayTheWindowAndTheProcessTheRest) {
  if (!models::boosted_trees_available()) GTEST_SKIP() << "this build has no XGBoost";
  order_for_a_year(900);
  import_orders();
  const std::string trees = "value.boosted_trees/1", blend = "blend.boosted_trees/1";
  const auto total = [&](std::string_view column) {
    return value<double>(fmt::format("SELECT sum({}) FROM derived.scores", column));
  };
  const ScoredValue process = score({.window_days = 60});
  EXPECT_EQ(process.purchases_by, "value.bg_nbd/1");
  const double process_year = total("expected_orders"), process_value = total("lifetime_value");
  score({.window_days = 60, .horizon_days = 60});
  const double process_window = total("expected_orders");
  for (const std::string& said_by : {trees, blend}) {
    const ScoredValue window = score({.purchases_by = said_by,
                                      .spend_by = said_by,
                                      .activity_by = said_by,
                                      .window_days = 60,
                                      .horizon_days = 60});
    EXPECT_EQ(window.purchases_by, said_by);
    EXPECT_EQ(window.spend_by, said_by);
    EXPECT_EQ(window.activity_by, said_by);
    EXPECT_EQ(unsound_scores(), 0) << said_by;
    const double said = total("expected_orders");
    score(
        {.purchases_by = said_by, .spend_by = said_by, .activity_by = said_by, .window_days = 60});
    EXPECT_EQ(unsound_scores(), 0) << said_by;
    EXPECT_NEAR(total("expected_orders"), said + process_year - process_window,
                1e-6 * process_year);
    EXPECT_NEAR(total("lifetime_value") / process_value, 1, 0.2);
    EXPECT_EQ(
        value<std::int64_t>("SELECT count(*) FROM derived.scores WHERE p_active < p_repurchase"),
        0);
    score({.purchases_by = said_by, .spend_by = said_by, .window_days = 60, .horizon_days = 30});
    EXPECT_LT(total("expected_orders"), said);
    EXPECT_EQ(unsound_scores(), 0) << said_by;
  }
}

TEST_F(ValueStep, AnswersByTheProcessWhereTheWinnerCannotLearnAgain) {
  order_for_a_year(150);
  import_orders();
  const ScoredValue scored = score({.purchases_by = "value.boosted_trees/1",
                                    .spend_by = "blend.boosted_trees/1",
                                    .activity_by = "value.mbg_nbd/1"});
  EXPECT_EQ(scored.purchases_by, "value.bg_nbd/1");
  EXPECT_EQ(scored.spend_by, "value.bg_nbd/1");
  EXPECT_EQ(scored.activity_by, "value.mbg_nbd/1");
  std::string all;
  for (const std::string& warning : scored.warnings) all += warning + "\n";
  EXPECT_NE(all.find("too few to learn from"), std::string::npos) << all;
  EXPECT_NE(all.find("the purchase process answers instead"), std::string::npos) << all;
}

}  // namespace
}  // namespace perennial::engine
