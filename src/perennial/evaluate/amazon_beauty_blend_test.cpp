// On Amazon Beauty the models together are better than the best of them: weights learnt on the item before the last two,
// which the models of that lesson had not seen, judged on the last one.
#include <gtest/gtest.h>

#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/linear/slim.h"
#include "perennial/models/recommend/lists/blend.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/sequences/sequence_network.h"
#include "perennial/models/recommend/sequences/sequences.h"
#include "perennial/models/recommend/sessions/sequential_rules.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::SequenceNetwork;
using models::SequentialRules;
using models::TopItems;

constexpr std::size_t kOffered = 200;
constexpr models::HistoryDecay kFades{.per_day_back = 0.8};

template <typename M>
TopItems::Output offered_by(const Interactions& train, const Interactions& histories,
                            const typename M::Options& options) {
  if constexpr (models::Model<M, TopItems>) {
    return M::fit({train}, options).predict({.interactions = histories, .n = kOffered});
  } else {
    const models::SessionRows past = models::sequences_of(train);
    const models::SessionRows now = models::sequences_of(histories);
    return M::fit({.sessions = past.view(), .items = train.items()}, options)
        .predict({.sessions = now.view(),
                  .items = train.items(),
                  .seen = models::SeenItems::kMask,
                  .n = kOffered});
  }
}

using Lists = std::vector<TopItems::Output>;

// What neighbours, SLIM and sequential rules, fitted to `train`, offer to customers with these histories.
Lists offered(const Interactions& train, const Interactions& histories) {
  return {offered_by<models::ItemNeighbours>(train, histories, {.decay = kFades}),
          offered_by<models::Slim>(train, histories, {.decay = kFades}),
          offered_by<SequentialRules>(train, histories, {})};
}

// And the sequence network as well.
Lists offered_with_network(const Interactions& train, const Interactions& histories) {
  Lists lists = offered(train, histories);
  lists.push_back(offered_by<SequenceNetwork>(
      train, histories, {.epochs = 26, .device = models::ComputeDevice::kCpu}));
  return lists;
}

class AmazonBeautyBlendSlow : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kAmazonBeauty)) GTEST_SKIP() << "no " << kAmazonBeauty;
    beauty_ = read_amazon_beauty();
    lesson_ = leave_last_out(beauty_.train);
  }

  // Of each model alone in the order of the lists, then of the blend, which has to be above them all.
  std::vector<Accuracy> judged(const Lists& taught, const Lists& lists) const {
    std::vector<Accuracy> all;
    for (const TopItems::Output& alone : lists) all.push_back(accuracy_at_10(alone, beauty_.test));
    const models::Blend blend = models::Blend::fit(taught, lesson_.test, {});
    const Accuracy together = accuracy_at_10(blend.mix(lists, kOffered).lists, beauty_.test);
    for (const Accuracy& single : all) {
      EXPECT_GT(together.hit_rate, single.hit_rate);
      EXPECT_GT(together.ndcg, single.ndcg);
    }
    all.push_back(together);
    return all;
  }

  AmazonBeauty beauty_;
  RankingSplit lesson_;
};

TEST_F(AmazonBeautyBlendSlow, IsAboveEveryModelAlone) {
  const Accuracy together =
      judged(offered(lesson_.train, lesson_.train), offered(beauty_.train, beauty_.history)).back();
  EXPECT_NEAR(together.hit_rate, 0.0901, 0.0005);
  EXPECT_NEAR(together.ndcg, 0.0547, 0.0005);
}

TEST_F(AmazonBeautyBlendSlow, IsAboveTheSequenceNetworkAndEveryOtherModel) {
  if (!models::networks_available()) GTEST_SKIP() << "no module of neural networks in this build";
  const std::vector<Accuracy> all = judged(offered_with_network(lesson_.train, lesson_.train),
                                           offered_with_network(beauty_.train, beauty_.history));
  const Accuracy network = all[all.size() - 2];
  const Accuracy together = all.back();
  // Other kernels of the linear algebra round otherwise and lead to other networks.
  EXPECT_NEAR(network.hit_rate, 0.0953, 0.002);
  EXPECT_NEAR(network.ndcg, 0.0582, 0.0015);
  EXPECT_NEAR(together.hit_rate, 0.1026, 0.002);
  EXPECT_NEAR(together.ndcg, 0.0631, 0.0015);
}

}  // namespace
}  // namespace perennial::evaluate
