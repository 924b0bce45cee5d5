// Figures computed independently on Amazon Beauty 5-core, for the models that read the order of purchases.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/sessions/sequential_rules.h"

namespace perennial::evaluate {
namespace {

using models::RuleWeight;
using models::SequentialRules;
using models::StepWeight;

Accuracy accuracy_of(const AmazonBeauty& beauty, const SequentialRules::Options& options) {
  const auto model = SequentialRules::fit(beauty.sequences_to_learn(), options);
  return accuracy_at_10(model.predict(beauty.sequences_to_ask()), beauty.test);
}

TEST(AmazonBeautySequencesSlow, SequentialRulesGiveTheIndependentFigures) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const AmazonBeauty beauty = read_amazon_beauty();
  const Accuracy published = accuracy_of(beauty, {.rule_weight = RuleWeight::kNone, .last = 1});
  EXPECT_NEAR(published.hit_rate, 0.0735, 0.00005);
  EXPECT_NEAR(published.ndcg, 0.0480, 0.00005);
  const Accuracy ours = accuracy_of(beauty, {});
  EXPECT_NEAR(ours.hit_rate, 0.0770, 0.00005);
  EXPECT_NEAR(ours.ndcg, 0.0488, 0.0001);
  const Accuracy equal = accuracy_of(beauty, {.step_weight = StepWeight::kEqual});
  EXPECT_NEAR(equal.hit_rate, 0.0753, 0.0001);
  EXPECT_NEAR(equal.ndcg, 0.0469, 0.0001);
  const Accuracy one_step = accuracy_of(beauty, {.steps = 1});
  EXPECT_NEAR(one_step.hit_rate, 0.0656, 0.0001);
  EXPECT_NEAR(one_step.ndcg, 0.0427, 0.0001);
}

}  // namespace
}  // namespace perennial::evaluate
