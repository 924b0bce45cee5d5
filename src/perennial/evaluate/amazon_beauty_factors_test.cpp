// Factor models on Amazon Beauty 5-core. Options were chosen on the item before the test item, never on the test item.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/factors/bpr.h"
#include "perennial/models/recommend/factors/implicit_als.h"
#include "perennial/models/recommend/factors/logistic_factors.h"

namespace perennial::evaluate {
namespace {

using models::Bpr;
using models::ImplicitAls;
using models::LogisticFactors;

template <typename M>
Accuracy test_accuracy(const typename M::Options& options) {
  const AmazonBeauty beauty = read_amazon_beauty();
  const auto model = M::fit({beauty.train}, options);
  return accuracy_at_10(model.predict({.interactions = beauty.history, .n = 100}), beauty.test);
}

TEST(AmazonBeautyFactorsSlow, ImplicitAlsReachesItsFigure) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const Accuracy als = test_accuracy<ImplicitAls>({.factors = 128, .epochs = 12});
  EXPECT_GT(als.hit_rate, 0.0545);  // measured .0570 and .0286
  EXPECT_GT(als.ndcg, 0.0270);
}

TEST(AmazonBeautyFactorsSlow, BprIsFarAbovePopularity) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const Accuracy bpr = test_accuracy<Bpr>({.epochs = 50, .regularisation = 0.003});
  EXPECT_GT(bpr.hit_rate, 0.0320);  // measured .0346 and .0172; popularity has .0120
  EXPECT_GT(bpr.ndcg, 0.0155);
}

// Our own measurement, for nobody has published one.
TEST(AmazonBeautyFactorsSlow, LogisticFactorsGiveWhatTheyGave) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const Accuracy logistic = test_accuracy<LogisticFactors>({.epochs = 60});
  EXPECT_NEAR(logistic.hit_rate, 0.0420, 0.0005);
  EXPECT_NEAR(logistic.ndcg, 0.0206, 0.0005);
}

}  // namespace
}  // namespace perennial::evaluate
