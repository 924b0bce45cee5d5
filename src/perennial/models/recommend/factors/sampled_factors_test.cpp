// What Bpr and LogisticFactors have in common.
#include "perennial/models/recommend/factors/sampled_factors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/factors/bpr.h"
#include "perennial/models/recommend/factors/logistic_factors.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

template <typename M>
class SampledModel : public ::testing::Test {};
using SampledModels = ::testing::Types<Bpr, LogisticFactors>;
TYPED_TEST_SUITE(SampledModel, SampledModels);

Interactions tastes() { return Interactions::build(simulate_interactions(1000, 200, 8, 1).log()); }

TYPED_TEST(SampledModel, OffersWhatItsGroupBuys) {
  const Interactions shop = tastes();
  const auto model = TypeParam::fit({shop}, {.factors = 16, .epochs = 30});
  const auto lists = model.predict({shop});
  std::size_t own = 0;
  for (std::size_t c = 0; c < lists.size(); ++c) {
    for (const std::uint32_t item : lists.items_of(c)) own += item % 20 == c % 20 ? 1 : 0;
  }
  EXPECT_GT(own, lists.items.size() / 8);  // by chance one in twenty
}

TYPED_TEST(SampledModel, FindsItemsOfTheSameGroupSimilar) {
  const auto model = TypeParam::fit({tastes()}, {.factors = 16, .epochs = 30});
  std::size_t same = 0;
  for (std::uint32_t item = 0; item < 60; ++item) {
    for (const ScoredItem& other : model.similar(item, 3)) same += other.item % 20 == item % 20;
  }
  EXPECT_GT(same, 60U);  // by chance 9
}

TYPED_TEST(SampledModel, LearnsTheSameBitsForAnyOrderOfTheCustomers) {
  SimulatedInteractions log = simulate_interactions(150, 40, 6, 2);
  const Interactions shop = Interactions::build(log.log());
  for (std::uint32_t& customer : log.customer) customer = 149 - customer;
  const Interactions turned = Interactions::build(log.log());
  EXPECT_EQ(framed(TypeParam::fit({shop}, {.factors = 12, .epochs = 5})),
            framed(TypeParam::fit({turned}, {.factors = 12, .epochs = 5})));
}

TYPED_TEST(SampledModel, FoldsInAHistoryOfEveryItem) {
  SimulatedInteractions log = simulate_interactions(30, 20, 3, 1);
  for (std::uint32_t item = 0; item < 20; ++item) {
    log.customer.push_back(0);
    log.item.push_back(item);
    log.weight.push_back(1);
    log.day.push_back({0});
  }
  const Interactions shop = Interactions::build(log.log());
  const auto lists = TypeParam::fit({shop}, {.factors = 4, .epochs = 2})
                         .predict({.interactions = shop, .seen = SeenItems::kKeep});
  for (const double score : lists.scores_of(0)) EXPECT_TRUE(std::isfinite(score));
}

TYPED_TEST(SampledModel, RefusesOptionsOutOfRangeByName) {
  const Interactions shop = Interactions::build(simulate_interactions(30, 20, 3, 1).log());
  const auto refusal = [&](typename TypeParam::Options options) {
    return message_of([&] { TypeParam::fit({shop}, options); });
  };
  EXPECT_THAT(refusal({.factors = 0}), HasSubstr("factors must lie in 1..1024"));
  EXPECT_THAT(refusal({.epochs = 0}), HasSubstr("epochs must be at least 1"));
  EXPECT_THAT(refusal({.learning_rate = NAN}), HasSubstr("learning_rate must be above 0"));
  EXPECT_THAT(refusal({.regularisation = 0}), HasSubstr("regularisation must be above 0"));
}

}  // namespace
}  // namespace perennial::models
