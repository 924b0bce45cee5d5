// Figures computed independently on Amazon Beauty 5-core, for the models that read the order of purchases.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/sequential_rules.h"

namespace perennial::evaluate {
namespace {

using models::RuleWeight;
using models::SequentialRules;

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
}

}  // namespace
}  // namespace perennial::evaluate
