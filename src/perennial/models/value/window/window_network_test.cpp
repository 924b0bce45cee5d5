// What is special to the networks of the Window family.
#include "perennial/models/value/window/window_network.h"
#include "perennial/models/model_testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/models/value/window/network_shops_testing.h"
#include "perennial/models/value/window/order_lstm.h"
#include "perennial/models/value/window/ziln.h"

namespace perennial::models {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

template <typename Call>
std::string refusal(ErrorKind kind, Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "accepted";
}

void expect_near(const Window::Output& a, const Window::Output& b, double factor,
                 double tolerance) {
  ASSERT_EQ(a.p_active.size(), b.p_active.size());
  ASSERT_EQ(a.expected_spend.size(), b.expected_spend.size());
  for (std::size_t i = 0; i < a.p_active.size(); ++i) {
    EXPECT_NEAR(a.p_active[i], b.p_active[i], tolerance);
    EXPECT_NEAR(a.expected_purchases[i] / b.expected_purchases[i], 1, tolerance);
    EXPECT_NEAR(a.expected_spend[i] / (factor * b.expected_spend[i]), 1, tolerance);
  }
}

TEST(LognormalMean, IsThatOfTheReferenceImplementation) {
  const auto said = [](double logit, double mu, double raw) {
    return lognormal_mean(mu, raw) / (1 + std::exp(-logit));
  };
  EXPECT_NEAR(said(0.1, 0.2, 0.3), 0.92363785, 1e-6);
  EXPECT_NEAR(said(0.4, 0.5, 0.6), 1.69075533, 1e-6);
}

TEST(LognormalMean, DoesNotBlowUpWithTheTail) {
  EXPECT_NEAR(lognormal_mean(0, 1e6), std::exp(2), 1e-12);
  EXPECT_NEAR(lognormal_mean(0, -1e6), 1, 1e-6);
}

SimulatedWindow shop_of(Ziln*, std::size_t customers, std::uint64_t seed) {
  return simulate_early(customers, seed);
}
SimulatedWindow shop_of(OrderLstm*, std::size_t customers, std::uint64_t seed) {
  return simulate_regular(customers, seed);
}

template <typename M>
class WindowNetworks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  }
  static SimulatedWindow shop(std::size_t customers, std::uint64_t seed) {
    return shop_of(static_cast<M*>(nullptr), customers, seed);
  }
  static constexpr NetworkOptions kQuick{.epochs = 2};
};
using BothNetworks = ::testing::Types<Ziln, OrderLstm>;
TYPED_TEST_SUITE(WindowNetworks, BothNetworks);

TYPED_TEST(WindowNetworks, BeatTheBaseRateAndGetTheTotalsRightOnFreshCustomers) {
  const SimulatedWindow past = this->shop(3000, 1);
  const SimulatedWindow fresh = this->shop(6000, 2);
  const TypeParam model = TypeParam::fit(past.input(), {});
  const Window::Output said = model.predict(fresh.input());
  const auto back = static_cast<double>(
      std::ranges::count_if(past.purchases, [](double purchases) { return purchases > 0; }));
  const std::vector<double> base(fresh.purchases.size(), back / 3000);
  const double best = log_loss(fresh.truth, fresh.purchases);
  const double of_base = log_loss(base, fresh.purchases);
  // More than half of what there is to know.
  EXPECT_LT(log_loss(said.p_active, fresh.purchases), (best + of_base) / 2);
  EXPECT_NEAR(sum(said.p_active) / sum(fresh.truth), 1, 0.1);
  EXPECT_NEAR(sum(said.expected_purchases) / sum(fresh.purchases), 1, 0.1);
  EXPECT_NEAR(sum(said.expected_spend) / sum(fresh.spend), 1, 0.1);
  for (std::size_t i = 0; i < base.size(); ++i)
    EXPECT_GE(said.expected_purchases[i], said.p_active[i]);
}

TYPED_TEST(WindowNetworks, AreTheSameForAnyNumberOfThreads) {
  const SimulatedWindow shop = this->shop(5000, 3);
  const std::string one = framed(TypeParam::fit(shop.input({1}), this->kQuick));
  const TypeParam model = loaded<TypeParam>(one);
  const Window::Output said = model.predict(shop.input({1}));
  for (const int threads : {2, 8}) {
    EXPECT_EQ(framed(TypeParam::fit(shop.input({threads}), this->kQuick)), one);
    const Window::Output again = model.predict(shop.input({threads}));
    EXPECT_EQ(again.p_active, said.p_active);
    EXPECT_EQ(again.expected_purchases, said.expected_purchases);
    EXPECT_EQ(again.expected_spend, said.expected_spend);
  }
}

TYPED_TEST(WindowNetworks, AnswerAfterSaveAndLoadBitForBit) {
  const SimulatedWindow shop = this->shop(500, 4);
  const TypeParam model = TypeParam::fit(shop.input(), this->kQuick);
  const std::string bytes = framed(model);
  const TypeParam again = loaded<TypeParam>(bytes);
  EXPECT_EQ(framed(again), bytes);
  EXPECT_EQ(again.predict(shop.input()).expected_spend, model.predict(shop.input()).expected_spend);
}

TYPED_TEST(WindowNetworks, RefuseCutAndFlippedBytesAndWeightsThatDoNotFit) {
  const SimulatedWindow shop = this->shop(300, 5);
  const std::string bytes = framed(TypeParam::fit(shop.input(), this->kQuick));
  for (std::size_t size = 0; size < bytes.size(); size += 97)
    EXPECT_THROW(loaded<TypeParam>(bytes.substr(0, size)), Error) << size;
  for (std::size_t i = 0; i < bytes.size(); i += 97) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_THROW(loaded<TypeParam>(flipped), Error) << i;
  }
  // Without the frame, whatever the bytes: refused, or a model that answers with numbers.
  const std::string body(unframe(TypeParam::kId, bytes));
  for (std::size_t i = 0; i < std::min<std::size_t>(body.size(), 400); i += 5) {
    std::string flipped = body;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x40);
    ByteReader reader(flipped);
    try {
      const Window::Output said = TypeParam::load(reader).predict(shop.input());
      for (const double p : said.p_active) ASSERT_TRUE(p >= 0 && p <= 1) << i;
      for (const double spend : said.expected_spend) ASSERT_TRUE(std::isfinite(spend)) << i;
    } catch (const Error&) {
    }
  }
}

TYPED_TEST(WindowNetworks, GiveAHundredTimesTheMoneyForAHundredTimesTheMoney) {
  const SimulatedWindow shop = this->shop(800, 6);
  const SimulatedWindow dear = shop.with_money_times(100);
  const Window::Output said = TypeParam::fit(shop.input(), {}).predict(shop.input());
  const Window::Output of_dear = TypeParam::fit(dear.input(), {}).predict(dear.input());
  expect_near(of_dear, said, 100, 1e-3);
}

TYPED_TEST(WindowNetworks, DoNotDependOnTheOrderOfTheCustomers) {
  const SimulatedWindow shop = this->shop(800, 7);
  std::vector<std::size_t> order(800);
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  const SimulatedWindow turned = shop.in_order(order);
  const TypeParam model = TypeParam::fit(shop.input(), this->kQuick);
  EXPECT_EQ(framed(TypeParam::fit(turned.input(), this->kQuick)), framed(model));
  Window::Output said = model.predict(turned.input());
  for (std::vector<double>* column :
       {&said.p_active, &said.expected_purchases, &said.expected_spend})
    std::ranges::reverse(*column);
  expect_near(said, model.predict(shop.input()), 1, 1e-6);
}

TYPED_TEST(WindowNetworks, NameWhatIsWrong) {
  SimulatedWindow shop = this->shop(400, 8);
  const TypeParam model = TypeParam::fit(shop.input(), this->kQuick);
  Window::Input later = shop.input();
  later.window_days = 30;
  EXPECT_THAT(refusal(ErrorKind::kBadInput, [&] { model.predict(later); }),
              HasSubstr("a window of 30 days, the network learned one of 91"));
  for (const NetworkOptions& options :
       {NetworkOptions{.epochs = 0}, NetworkOptions{.learning_rate = 2},
        NetworkOptions{.learning_rate = std::nan("")}, NetworkOptions{.most_rows = 10}})
    EXPECT_THAT(
        refusal(ErrorKind::kInvalidArgument, [&] { TypeParam::fit(shop.input(), options); }),
        HasSubstr("needs"));
  shop.spend[3] = std::nan("");
  EXPECT_THAT(refusal(ErrorKind::kBadInput, [&] { TypeParam::fit(shop.input(), {}); }),
              HasSubstr("row 4: spend is nan"));
  const SimulatedWindow few = this->shop(150, 8);
  EXPECT_THAT(refusal(ErrorKind::kNotEnoughData, [&] { TypeParam::fit(few.input(), {}); }),
              HasSubstr("150 customers"));
}

TYPED_TEST(WindowNetworks, SayNothingOfSpendInAShopWithoutAmounts) {
  SimulatedWindow shop = this->shop(400, 9);
  std::ranges::fill(shop.spend, 0.0);
  std::ranges::fill(shop.amount, 0.0F);
  const TypeParam model = TypeParam::fit(shop.input(), this->kQuick);
  const Window::Output said = loaded<TypeParam>(framed(model)).predict(shop.input());
  EXPECT_TRUE(said.expected_spend.empty());
  EXPECT_EQ(said.p_active.size(), 400U);
  EXPECT_GT(sum(said.expected_purchases), 0);
}

TYPED_TEST(WindowNetworks, AnswerNobodyWithNothing) {
  const TypeParam model = TypeParam::fit(this->shop(300, 10).input(), this->kQuick);
  SimulatedWindow nobody = this->shop(1, 1).in_order({});
  EXPECT_TRUE(model.predict(nobody.input()).p_active.empty());
}

TYPED_TEST(WindowNetworks, StayFiniteOnCustomersUnlikeAnyBefore) {
  const SimulatedWindow shop = this->shop(300, 11);
  const TypeParam model = TypeParam::fit(shop.input(), this->kQuick);
  SimulatedWindow strange = shop;
  std::ranges::fill(strange.values, 1e30F);
  std::ranges::fill(strange.amount, -1e30F);
  const Window::Output said = model.predict(strange.input());
  const double most = *std::ranges::max_element(shop.spend);
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_TRUE(said.p_active[i] >= 0 && said.p_active[i] <= 1);
    EXPECT_TRUE(said.expected_purchases[i] >= 0 && std::isfinite(said.expected_purchases[i]));
    // The greatest spend seen bounds it, but for the scale to the total.
    EXPECT_TRUE(said.expected_spend[i] >= 0 && said.expected_spend[i] < 3 * most);
  }
}

TYPED_TEST(WindowNetworks, HaveADocumentationPage) {
  const std::string id(TypeParam::kId.substr(0, TypeParam::kId.find('/')));
  EXPECT_FALSE(read_file(PERENNIAL_SOURCE_DIR "/docs/models/" + id + ".md").empty());
}

TEST(Ziln, NeedsTheFeaturesItLearnedFrom) {
  if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  SimulatedWindow shop = simulate_early(300, 12);
  const Ziln model = Ziln::fit(shop.input(), {.epochs = 1});
  shop.features[3] = "other";
  EXPECT_THAT(refusal(ErrorKind::kBadInput, [&] { model.predict(shop.input()); }),
              HasSubstr("not those the network learned from"));
  shop.features.clear();
  shop.is_money.clear();
  shop.values.clear();
  EXPECT_THAT(refusal(ErrorKind::kBadInput, [&] { Ziln::fit(shop.input(), {}); }),
              HasSubstr("needs features"));
}

TEST(OrderLstm, NeedsSequences) {
  if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  const SimulatedWindow shop = simulate_regular(300, 13);
  const OrderLstm model = OrderLstm::fit(shop.input(), {.epochs = 1});
  Window::Input without = shop.input();
  without.sequences = {};
  for (const auto& message : {refusal(ErrorKind::kBadInput, [&] { OrderLstm::fit(without, {}); }),
                              refusal(ErrorKind::kBadInput, [&] { model.predict(without); })})
    EXPECT_THAT(message, HasSubstr("reads the sequences of purchases, there are none"));
}

TEST(OrderLstm, ReadsTheLast32PurchasesAndCustomersWithoutAny) {
  if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  const SimulatedWindow shop = simulate_regular(300, 14);
  const OrderLstm model = OrderLstm::fit(shop.input(), {.epochs = 1});
  const auto said = [&](const std::vector<float>& days, const std::vector<float>& amounts) {
    const std::vector<std::size_t> begin{0, days.size()};
    return model
        .predict({.customers = 1,
                  .features = {},
                  .sequences = {.begin = begin, .days_before = days, .amount = amounts}})
        .p_active[0];
  };
  std::vector<float> days, amounts(40, 20);
  for (int k = 40; k > 0; --k) days.push_back(static_cast<float>(10 * k));
  const double of_forty = said(days, amounts);
  amounts[7] = 500;  // the 33rd from the end
  EXPECT_EQ(said(days, amounts), of_forty);
  amounts[8] = 500;
  EXPECT_NE(said(days, amounts), of_forty);
  const double of_nobody = said({}, {});
  EXPECT_TRUE(of_nobody >= 0 && of_nobody <= 1);
}

}  // namespace
}  // namespace perennial::models
