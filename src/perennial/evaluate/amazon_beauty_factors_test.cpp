// Factor models on Amazon Beauty 5-core. Options were chosen on the item before the test item, never on the test item.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/bpr.h"
#include "perennial/models/recommend/implicit_als.h"

namespace perennial::evaluate {
namespace {

using models::Bpr;
using models::ImplicitAls;

template <typename M>
Accuracy test_accuracy(const typename M::Options& options) {
  const AmazonBeauty beauty = read_amazon_beauty();
  const auto model = M::fit({beauty.train}, options);
  return accuracy_at_10(model.predict({.interactions = beauty.history, .n = 100}), beauty.test);
}

TEST(AmazonBeautyFactorsSlow, ImplicitAlsComesNearTheBestThatKnowNoOrder) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const Accuracy als = test_accuracy<ImplicitAls>({.factors = 128, .epochs = 12});
  RecordProperty("als", std::to_string(als.hit_rate) + " " + std::to_string(als.ndcg));
  EXPECT_GT(als.hit_rate, 0);
  EXPECT_GT(als.ndcg, 0);
}

TEST(AmazonBeautyFactorsSlow, BprIsFarAbovePopularity) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const Accuracy bpr = test_accuracy<Bpr>({.epochs = 50, .regularisation = 0.003});
  RecordProperty("bpr", std::to_string(bpr.hit_rate) + " " + std::to_string(bpr.ndcg));
  EXPECT_GT(bpr.hit_rate, 0);
  EXPECT_GT(bpr.ndcg, 0);
}

}  // namespace
}  // namespace perennial::evaluate
