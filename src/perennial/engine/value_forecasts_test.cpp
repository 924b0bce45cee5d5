#include "perennial/engine/value_forecasts.h"

#include <gtest/gtest.h>

namespace perennial::engine {
namespace {

TEST(Winner, TakesOverOnlyWhereBothErrorsAreSmaller) {
  const std::vector<Contender> all{
      {"process", 1.0, 2.0}, {"less_mae", 0.9, 2.1}, {"better", 0.9, 1.9}, {"best_mae", 0.8, 1.95}};
  EXPECT_EQ(winner(all).id, "better");
  EXPECT_EQ(winner(std::span(all).first(2)).id, "process");
}

JudgedForecast judged(std::string id, double mae, double rmse, double log_loss) {
  const auto metric = [](std::string_view name, double value) {
    return evaluate::Metric{name, evaluate::Estimate{value, value, value}};
  };
  JudgedForecast out{.id = std::move(id)};
  out.purchases = {metric("mae", mae), metric("rmse", rmse)};
  out.active = {metric("log_loss", log_loss)};
  return out;
}

TEST(Winners, AreTheLikeliestProcessUnlessOthersDoBetter) {
  std::vector<JudgedForecast> all{judged("a", 1, 2, 0.50), judged("b", 1.2, 2.2, 0.49),
                                  judged("learnt", 0.9, 2.1, 0.48), judged("status", 3, 3, 0.9)};
  all[0].holdout_log_likelihood = -10;
  all[1].holdout_log_likelihood = -9;
  all[3].is_baseline = true;
  all[3].id = kStatusQuo;
  all[3].active.clear();
  Winners winners = winners_of(all);
  EXPECT_EQ(winners.process, "b");
  EXPECT_EQ(winners.purchases, "learnt");
  EXPECT_EQ(winners.activity, "learnt");
  EXPECT_EQ(winners.spend, "");
  all[1].converged = false;
  winners = winners_of(all);
  EXPECT_EQ(winners.process, "a");
  EXPECT_EQ(winners.purchases, "a");
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].spend =
        judged("", 5.0 - static_cast<double>(i), 9.0 - static_cast<double>(i), 0).purchases;
  EXPECT_EQ(winners_of(all).spend, "baseline.status_quo");
}

}  // namespace
}  // namespace perennial::engine
