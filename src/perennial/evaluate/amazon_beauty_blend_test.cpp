// On Amazon Beauty the models together are better than the best of them: weights learnt on the item before the last two,
// which the models of that lesson had not seen, judged on the last one.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/linear/slim.h"
#include "perennial/models/recommend/lists/blend.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/sequences/sequences.h"
#include "perennial/models/recommend/sessions/sequential_rules.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::TopItems;

constexpr std::size_t kOffered = 200;
constexpr models::HistoryDecay kFades{.per_day_back = 0.8};

// What neighbours, SLIM and sequential rules, fitted to `train`, offer to customers with these histories.
std::vector<TopItems::Output> offered(const Interactions& train, const Interactions& histories) {
  const TopItems::Input ask{.interactions = histories, .n = kOffered};
  std::vector<TopItems::Output> lists;
  lists.push_back(models::ItemNeighbours::fit({train}, {.decay = kFades}).predict(ask));
  lists.push_back(models::Slim::fit({train}, {.decay = kFades}).predict(ask));
  const models::SessionRows past = models::sequences_of(train);
  const models::SessionRows now = models::sequences_of(histories);
  lists.push_back(
      models::SequentialRules::fit({.sessions = past.view(), .items = train.items()}, {})
          .predict({.sessions = now.view(),
                    .items = train.items(),
                    .seen = models::SeenItems::kMask,
                    .n = kOffered}));
  return lists;
}

TEST(AmazonBeautyBlendSlow, IsAboveEveryModelAlone) {
  if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
  const AmazonBeauty beauty = read_amazon_beauty();
  const RankingSplit lesson = leave_last_out(beauty.train);
  const models::Blend blend =
      models::Blend::fit(offered(lesson.train, lesson.train), lesson.test, {});
  const std::vector<TopItems::Output> lists = offered(beauty.train, beauty.history);
  const Accuracy together = accuracy_at_10(blend.mix(lists, kOffered).lists, beauty.test);
  for (const TopItems::Output& alone : lists) {
    const Accuracy single = accuracy_at_10(alone, beauty.test);
    EXPECT_GT(together.hit_rate, single.hit_rate);
    EXPECT_GT(together.ndcg, single.ndcg);
  }
  EXPECT_NEAR(together.hit_rate, 0.0901, 0.0005);
  EXPECT_NEAR(together.ndcg, 0.0547, 0.0005);
}

}  // namespace
}  // namespace perennial::evaluate
