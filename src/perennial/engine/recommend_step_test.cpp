#include "perennial/engine/recommend_step.h"

#include <algorithm>

#include "perennial/engine/holdout.h"
#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

class RecommendStep : public SmallShop {
 protected:
  // item0 is hidden from October on, item1 out of stock since January.
  void import_catalogue() {
    import_csv("items.csv",
               "event_id,item_id,time,name,stock,hidden\n"
               "a,item0,2024-01-01,Zero,5,false\nb,item0,2024-10-01,Zero,5,true\n"
               "c,item1,2024-01-01,One,0,false\nd,item2,2024-01-01,Two,,\n"
               "e,postage,2024-12-30,Postage,0,true\nf,item4,2024-12-30,Four,0,false\n");
  }
};

TEST_F(RecommendStep, ShowsNothingHiddenOrOutOfStock) {
  order_for_a_year(120);
  import_orders();
  import_catalogue();
  ASSERT_FALSE(run().recommender.empty());
  for (const std::string_view table : {"recommendations", "popular_items"}) {
    EXPECT_EQ(value<std::int64_t>(fmt::format(
                  "SELECT count(*) FROM derived.{} WHERE item_id IN ('item0', 'item1')", table)),
              0)
        << table;
  }
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.similar_items WHERE similar_item_id "
                                "IN ('item0', 'item1')"),
            0);
  EXPECT_GT(
      value<std::int64_t>("SELECT count(*) FROM derived.recommendations WHERE item_id = 'item2'"),
      0);
}

TEST_F(RecommendStep, IsJudgedOnTheCatalogueAsItWas) {
  order("ann", *parse_day("2024-01-01"), "item0", 10);
  import_orders();
  import_catalogue();
  store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
  opened.use_scratch_derived();
  store::Connection connection = opened.connect();
  learn_calibration(connection, journey_options(connection), *parse_day("2024-09-01"), context_);
  EXPECT_EQ(std::get<0>(store::read_columns<std::string>(
                connection, "SELECT item_id FROM recommend_blocked ORDER BY item_id")),
            (std::vector<std::string>{"item1", "postage"}));
}

TEST_F(RecommendStep, IsNotJudgedOnOrdersThatWereCancelled) {
  order_for_a_year(60);
  order("ann", *parse_day("2024-02-01"), "item0", 10);
  order("ann", *parse_day("2024-11-01"), "item3", 10);
  lines_ += fmt::format("x1,cancellation,o{},2024-11-02,ann,item3,-1,10,-10,EUR\n", count_);
  import_orders();
  store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
  opened.use_scratch_derived();
  store::Connection connection = opened.connect();
  const Day split = *parse_day("2024-10-01");
  journey::BuildOptions build = journey_options(connection);
  learn_calibration(connection, build, split, context_);
  build.as_of = *parse_day("2024-12-31");
  journey::build(connection, build, *progress_);
  const auto judged = judge_recommenders(connection, split, {.list_length = 5}, context_);
  ASSERT_TRUE(judged);
  EXPECT_EQ(store::read_value<std::int64_t>(
                connection, "SELECT count(*) FROM recommend_test WHERE customer_id = 'ann'"),
            0);
  EXPECT_EQ(store::read_value<std::int64_t>(
                connection, "SELECT count(*) FROM recommend_train WHERE customer_id = 'ann'"),
            1);
  // One winner, under one policy of bought items, in a table of all candidates under that policy.
  int chosen = 0;
  for (const report::RecommenderRow& row : judged->table.rows) chosen += row.chosen ? 1 : 0;
  EXPECT_EQ(chosen, 1);
  const auto under_it = std::ranges::count_if(
      judged->all, [&](const JudgedRecommender& one) { return one.bought == judged->bought; });
  EXPECT_EQ(static_cast<std::size_t>(under_it), judged->table.rows.size());
}

}  // namespace
}  // namespace perennial::engine
