#include "perennial/engine/value_step.h"

#include "perennial/engine/holdout.h"
#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

class ValueStep : public SmallShop {
 protected:
  // Scores as of the end of the year by the model, or the baseline, given.
  ScoredValue score(const std::string& said_by, double relative_bias) {
    store::Shop opened = store::Shop::open(shop(), store::Access::kWrite, context_.now);
    store::Connection connection = opened.connect();
    journey::BuildOptions build = journey_options(connection);
    build.as_of = *parse_day("2024-12-31");
    journey::build(connection, build, *progress_);
    std::string why;
    const auto scored = score_customers(connection, build.as_of,
                                        {.process = "value.bg_nbd/1",
                                         .purchases_by = said_by,
                                         .spend_by = said_by,
                                         .horizon_days = 182,
                                         .spend_bias = relative_bias},
                                        context_, why);
    if (!scored) throw std::runtime_error(why);
    return *scored;
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
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.scores WHERE NOT "
                                "(lifetime_value_low <= lifetime_value AND lifetime_value <= "
                                "lifetime_value_high)"),
            0);
}

}  // namespace
}  // namespace perennial::engine
